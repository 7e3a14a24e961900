#!/usr/bin/env bash
# Installs what is missing, builds, and runs all tests of the given presets (CMakePresets.json); without one, of dev:
#
#   test/run.sh [preset...] [-- option of ctest...]
#
#   test/run.sh asan -- -L unit        # part of the tests: ctest's own options
#
# A missing Serf agent is a failure: the integration tests are not skipped.
set -euo pipefail

root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"
fail() {
  echo "test/run.sh: $*" >&2
  exit 1
}

presets=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  case "$1" in
    -*) fail "not understood: $1. Usage: test/run.sh [preset...] [-- option of ctest...]" ;;
  esac
  presets+=("$1")
  shift
done
[ $# -eq 0 ] || shift # the --; what is left is ctest's
[ ${#presets[@]} -gt 0 ] || presets=(dev)

cd -- "$root"                     # where cmake and ctest look for the presets
unset SERF_RPC_ADDR SERF_RPC_AUTH # the tests start their own agents

if command -v apt-get >/dev/null; then
  third_party/install.sh build run test
fi
command -v "${SERF_AGENT:-serf}" >/dev/null ||
  fail "no Serf agent to test with: no program ${SERF_AGENT:-serf}. Install the package serf, or set SERF_AGENT"

status=0
for preset in "${presets[@]}"; do
  echo "test/run.sh: preset $preset"
  cmake --preset "$preset" >/dev/null
  cmake --build --preset "$preset"
  ctest --preset "$preset" "$@" || status=$?
done
exit "$status"
