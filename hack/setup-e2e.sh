#!/bin/sh
# Brings a fresh machine to where `make e2e` can run: Docker, debootstrap for a base image, iptables for the node. Only root on
# a Debian can install; elsewhere the tests say what is missing and are skipped.
set -eu

[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || exit 0

missing=
need() { # program, Debian package
  command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
need dockerd docker.io
need debootstrap debootstrap
need iptables iptables
[ -z "$missing" ] && exit 0

printf '==> installing%s\n' "$missing"
# The daemon is started by the tests, not by the package.
install() {
  # shellcheck disable=SC2086
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing >/dev/null 2>&1
}
install || { apt-get update >/dev/null && install; }
