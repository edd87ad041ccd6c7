#!/bin/sh
# Makes a base image for the Dockerfile where no registry can be reached: Debian by debootstrap, Node from this checkout's packages,
# npm from its tarball. Needs root, debootstrap, docker. The image is named $1.
set -eu
image=$1
suite=bookworm
npm_version=11.21.2
checkout=$(cd "$(dirname "$0")/../.." && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
root=$work/root

debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" >"$work/log" 2>&1 || {
  tail -20 "$work/log" >&2
  exit 1
}
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
# What this machine trusts: its way to a registry may lead through a proxy with a certificate of its own.
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"

mkdir -p "$root/usr/local/bin" "$root/usr/local/lib/node_modules"
cp "$(readlink -f "$checkout/node_modules/node/bin/node")" "$root/usr/local/bin/node"
tarball=$(cd "$work" && npm pack --silent "npm@$npm_version")
tar -xzf "$work/$tarball" -C "$work"
mv "$work/package" "$root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"

tar -C "$root" --numeric-owner -c . |
  docker import --change 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' --change 'ENV PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin' - "$image" >/dev/null
