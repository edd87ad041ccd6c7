#!/bin/sh
# Brings a fresh machine to where `make demo` and `make test` can run: packages of the lockfile (Node 24 is one of them)
# and a Go that can build the control plane of the tests. Does nothing where all of it is there.
set -eu
cd "$(dirname "$0")/.."

say() { printf '==> %s\n' "$*"; }

need() { # program, Debian package
  command -v "$1" >/dev/null 2>&1 && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "installing $2"
    apt-get install -y --no-install-recommends "$2" >/dev/null 2>&1 ||
      { apt-get update >/dev/null && apt-get install -y --no-install-recommends "$2" >/dev/null; }
  else
    echo "callscribe's set-up needs $1: please install it" >&2
    exit 1
  fi
}

need npm npm
if ! cmp -s package-lock.json node_modules/.callscribe-lock 2>/dev/null; then
  say 'installing the packages of package-lock.json'
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.callscribe-lock
fi
