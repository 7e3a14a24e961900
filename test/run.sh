#!/usr/bin/env bash
# Installs what is missing, builds, and runs all tests of the given presets (CMakePresets.json); without one, of dev:
#
#   test/run.sh [preset...] [-- option of ctest...]
#
#   test/run.sh asan -- -L unit        # part of the tests: ctest's own options
#
# The tests that talk to real agents do so with each of SERF_AGENTS, names or paths separated by blanks or colons;
# without it with the packaged one:
#
#   SERF_AGENTS="$(command -v serf) $(test/agents.sh)" test/run.sh
#
# A missing Serf agent, or a missing Go compiler for the reference client, is a failure: nothing is skipped.
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

packages=(build run test conformance)
[[ " ${presets[*]} " != *" "[at]"san "* ]] || packages+=(sanitizers)
if command -v apt-get >/dev/null; then
  third_party/install.sh "${packages[@]}"
fi

SERF_AGENTS="${SERF_AGENTS:-${SERF_AGENT:-serf}}"
read -r -d '' -a agents <<<"${SERF_AGENTS//:/ }" || true
[ ${#agents[@]} -gt 0 ] || fail "SERF_AGENTS names no agent"
for i in "${!agents[@]}"; do
  path="$(command -v "${agents[i]}")" ||
    fail "no Serf agent to test with: no program ${agents[i]}. Install the package serf, or set SERF_AGENTS"
  agents[i]="$(realpath -s -- "$path")" # tests run in folders of their own
done
export SERF_AGENTS="${agents[*]}"

# The conformance tests take all of SERF_AGENTS themselves, the integration tests one at a time; all others need one for
# its serf command at most.
status=0
for preset in "${presets[@]}"; do
  echo "test/run.sh: preset $preset"
  cmake --preset "$preset" >/dev/null
  cmake --build --preset "$preset"
  echo "test/run.sh: preset $preset, agent ${agents[0]}, conformance of ${agents[*]}"
  SERF_AGENT="${agents[0]}" ctest --preset "$preset" "$@" || status=$?
  grep -hs '^left out: ' "build/$preset/Testing/Temporary/LastTest.log" || true # of conformance, and why
  for agent in "${agents[@]:1}"; do
    echo "test/run.sh: preset $preset, agent $agent: integration tests once more"
    SERF_AGENT="$agent" ctest --preset "$preset" "$@" -L '^integration$' --no-tests=ignore || status=$?
  done
done
exit "$status"
