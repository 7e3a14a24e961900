#!/usr/bin/env bash
# From a bare Debian 12 or Ubuntu 24.04 to a running cluster in one command: installs what is missing, builds the
# library and the samples, starts three real Serf agents on the loopback interface, takes the tour
# (samples/2_tour.cpp) and stops the agents again. Ends with the tour's status.
#
# Changes nothing outside build/quickstart but the packages that it says it installs.
set -euo pipefail

# A shell that starts this in the background has it ignore SIGINT, which no trap can undo; env can.
case "$(trap -p INT)" in
  *"''"*) exec env --default-signal=INT bash "${BASH_SOURCE[0]}" "$@" ;;
esac

root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"
build="$root/build/quickstart"
unset SERF_RPC_ADDR SERF_RPC_AUTH # the user's own agent is not part of this

say() { echo "quickstart: $*"; }
fail() {
  echo "quickstart: $*" >&2
  exit 1
}

# Agents and tour are this shell's background jobs, so `jobs` knows them from the moment they start.
work=
cleanup() {
  status=$?
  trap '' INT TERM HUP # a second Ctrl-C must not cut this short
  local running left i
  readarray -t running < <(jobs -pr)
  kill -TERM "${running[@]}" 2>/dev/null || true
  for ((i = 0; i < 60; i++)); do # 3 s
    readarray -t left < <(jobs -pr)
    [ ${#left[@]} -gt 0 ] || break
    sleep 0.05
  done
  kill -KILL "${left[@]}" 2>/dev/null || true
  wait
  [ -z "$work" ] || rm -rf -- "$work"
  [ ${#running[@]} -eq 0 ] || say "the agents are stopped"
  exit "$status"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# --- packages and build

if command -v apt-get >/dev/null; then
  "$root/third_party/install.sh" build run
else
  say "no apt-get here, so nothing is installed; third_party/README.md says what is needed"
fi
command -v serf >/dev/null || fail "there is no Serf agent: no program named serf"

say "building in build/quickstart"
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSERFCLIENT_BUILD_TESTS=OFF \
  -DSERFCLIENT_BUILD_SAMPLES=ON >/dev/null
cmake --build "$build"

# --- three agents

work="$(mktemp -d "${TMPDIR:-/tmp}/serf-quickstart.XXXXXX")"

# An address of the loopback network that no other process has, so that these agents meet no others.
address="127.$((64 + $$ / 65536 % 64)).$(($$ / 256 % 256)).$(($$ % 256))"

# start_agent NAME [OPTION...]: leaves its RPC address in $rpc and its gossip address in $gossip.
start_agent() {
  local name=$1 log="$work/$1.log" attempt pid deadline
  shift
  for ((attempt = 1; attempt <= 10; attempt++)); do
    # Below the ports that the system gives to outgoing connections. Whether they are free for TCP and UDP is
    # for the agent to find out, which binds them: between any earlier look and that, another may have them.
    gossip="$address:$((20000 + RANDOM % 6000))"
    rpc="$address:$((26000 + RANDOM % 6000))"
    # Should this shell be killed, the agent ends with it.
    setpriv --pdeathsig TERM \
      serf agent -node="$name" -bind="$gossip" -rpc-addr="$rpc" -profile=local "$@" >"$log" 2>&1 &
    pid=$!
    deadline=$((SECONDS + 20))
    while kill -0 "$pid" 2>/dev/null; do
      if timeout 2 serf members -rpc-addr="$rpc" >/dev/null 2>&1 && kill -0 "$pid" 2>/dev/null; then
        say "$name runs on $rpc"
        return
      fi
      ((SECONDS < deadline)) || break
      sleep 0.05
    done
    grep -q 'address already in use' "$log" || break
  done
  cat -- "$log" >&2
  fail "the agent $name did not start; above is its log"
}

# alive RPC_ADDRESS: of how many members that agent says that they are alive
alive() {
  timeout 2 serf members -rpc-addr="$1" -status=alive 2>/dev/null | grep -c "^n[123]-$$ " || true
}

say "starting three agents on $address"
start_agent "n1-$$" -tag role=web -tag dc=east
first=$rpc
meet=$gossip
start_agent "n2-$$" -tag role=db -join="$meet"
second=$rpc
start_agent "n3-$$" -join="$meet"
third=$rpc

deadline=$((SECONDS + 30))
until [ "$(alive "$first") $(alive "$second") $(alive "$third")" = "3 3 3" ]; do
  ((SECONDS < deadline)) || fail "the agents do not see each other within 30 s: $(tail -n 5 "$work"/*.log)"
  sleep 0.05
done
say "each of them sees all three"

# --- the tour; in the background, because a signal interrupts `wait` but not a command

say "2_tour --rpc-addr $first --second $second"
setpriv --pdeathsig TERM "$build/samples/2_tour" --rpc-addr "$first" --second "$second" &
wait "$!"
