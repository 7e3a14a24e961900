#!/usr/bin/env bash
# From a bare Debian 12 or Ubuntu 24.04 to a running cluster in one command: installs what is missing, builds the
# library and the samples that it shows, starts three real Serf agents on the loopback interface, takes the tour
# (samples/2_tour.cpp), has a query answered and an event watched (3_watch to 6_ask), and stops the agents again.
# Ends with 0 if all came out as announced.
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

# Agents and samples are this shell's background jobs, so `jobs` knows them from the moment they start.
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
  -DSERFCLIENT_BUILD_TESTING_KIT=OFF -DSERFCLIENT_BUILD_SAMPLES=ON >/dev/null
cmake --build "$build" --target 2_tour 3_watch 4_drain 5_answer 6_ask # cmake --build build/quickstart: all others

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

# --- a query and an event: two clients answer, one watches, one drains a queue

# start_sample NAME SAMPLE [OPTION...]: leaves its process in $started; what it prints goes to $work/NAME.out
start_sample() {
  local name=$1
  shift
  say "$*"
  setpriv --pdeathsig TERM "$build/samples/$1" "${@:2}" >"$work/$name.out" 2>&1 &
  started=$!
}

# ready NAME: waits until that sample has said that it is
ready() {
  local deadline=$((SECONDS + 20))
  until grep -qE '^[345]_[a-z]+: (watching|listening|ready)$' "$work/$1.out"; do
    ((SECONDS < deadline)) || fail "$1 is not ready after 20 s: $(<"$work/$1.out")"
    sleep 0.05
  done
}

# finish NAME PROCESS: until that sample has ended, with 0, which it has to within 20 s
finish() {
  local deadline=$((SECONDS + 20)) status=0
  while kill -0 "$2" 2>/dev/null; do
    ((SECONDS < deadline)) || fail "$1 does not end: $(<"$work/$1.out")"
    sleep 0.05
  done
  wait "$2" || status=$?
  [ "$status" -eq 0 ] || fail "$1 ended with status $status: $(<"$work/$1.out")"
}

# printed NAME LINE...: whether that sample has printed all of these lines
printed() {
  local line
  for line in "${@:2}"; do
    grep -qxF -- "$line" "$work/$1.out" || return 1
  done
}

start_sample answer-n2 5_answer --rpc-addr "$second"
answer_n2=$started
start_sample answer-n3 5_answer --rpc-addr "$third" --response 0.25
answer_n3=$started
start_sample watch 3_watch --rpc-addr "$third" --filter user:release --count 1
watch=$started
start_sample drain 4_drain --rpc-addr "$first" --filter user:release --count 1
drain=$started
for name in answer-n2 answer-n3 watch drain; do ready "$name"; done

# Gossip promises nothing: now and then a query or an event misses a node. So both may be repeated.
for ((attempt = 1; ; attempt++)); do
  start_sample ask 6_ask --rpc-addr "$first" --timeout 1 load
  finish ask "$started"
  cat -- "$work/ask.out"
  ! printed ask "Response from 'n3-$$': 0.25" 'Total Acks: 3' 'Total Responses: 2' || break
  ((attempt < 5)) || fail "not all have answered, five times"
done
for ((attempt = 1; ; attempt++)); do
  timeout 5 serf event -rpc-addr="$second" -coalesce=false release v1.3
  deadline=$((SECONDS + 2))
  until printed watch 'user "release": "v1.3"' && printed drain 'user "release": "v1.3"' || ((SECONDS > deadline)); do
    sleep 0.05
  done
  ((SECONDS > deadline)) || break
  ((attempt < 5)) || fail "not all have seen the event, five times"
done

kill -TERM "$answer_n2" "$answer_n3" # they run until told to end; the others have had what they were to wait for
finish answer-n2 "$answer_n2"
finish answer-n3 "$answer_n3"
finish watch "$watch"
finish drain "$drain"
tail -n +1 -- "$work"/{answer-n2,answer-n3,watch,drain}.out
say "a query with two answers, and an event seen by two: all came out as announced"
