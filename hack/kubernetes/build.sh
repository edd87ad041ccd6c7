#!/bin/sh
# Builds etcd, kube-apiserver, kube-controller-manager and kubectl from the pinned module beside this file into the folder $1.
# Needs Go; takes about five minutes on two cores the first time. A build that breaks off leaves nothing in $1.
set -eu
target=$1
cd "$(dirname "$0")"

version=$(sed -n 's/^[[:space:]]*k8s.io\/kubernetes \(v[0-9.]*\)$/\1/p' go.mod)
minor=${version#v1.}
minor=${minor%%.*}
pkg=k8s.io/component-base/version
flags="-s -w -X $pkg.gitVersion=$version -X $pkg.gitMajor=1 -X $pkg.gitMinor=$minor -X $pkg.gitTreeState=clean"

command -v go >/dev/null 2>&1 || {
  echo "building the control plane of the tests needs Go: install it, or set KUBEBUILDER_ASSETS or CALLSCRIBE_TEST_KUBECONFIG" >&2
  exit 1
}

mkdir -p "$(dirname "$target")"
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
chmod 755 "$work"

build() { # program, package
  printf '==> building %s %s\n' "$1" "$version"
  CGO_ENABLED=0 go build -trimpath -ldflags "$flags" -o "$work/$1" "$2"
}

build etcd go.etcd.io/etcd/server/v3
build kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver
build kube-controller-manager k8s.io/kubernetes/cmd/kube-controller-manager
build kubectl k8s.io/kubernetes/cmd/kubectl
rm -rf "$target"
mv "$work" "$target"
trap - EXIT INT TERM
