#!/bin/sh
# A Chromium for the tests that look at the HTML report. Without one they are skipped, and say so; everything else runs.
set -eu

for name in "${CALLSCRIBE_CHROMIUM:-}" chromium chromium-browser google-chrome; do
  [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 && exit 0
done

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo '==> installing chromium for the tests of the HTML report'
  apt-get install -y --no-install-recommends chromium >/dev/null 2>&1 && exit 0
  apt-get update >/dev/null 2>&1 && apt-get install -y --no-install-recommends chromium >/dev/null 2>&1 && exit 0
fi
echo '==> there is no chromium: the tests that look at the HTML report in a browser are skipped'
