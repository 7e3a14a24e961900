#!/usr/bin/env bash
# Builds the fuzz targets and runs each for so many seconds, two at a time; without names, all of them:
#
#   test/fuzz/run.sh SECONDS [target...]     # targets: reader decoders session client
#
# A run begins with what test/captures and test/fuzz/findings hold, and goes on where the last one ended: what it has
# learnt stays in build/fuzz/corpus. It fails if a promise was broken, and names the input, which stays in
# build/fuzz/findings. Reduced by
#
#   build/asan/test/fuzz/fuzz_<target> -minimize_crash=1 -max_total_time=60 -exact_artifact_path=<reduced> <input>
#
# and put into test/fuzz/findings/<target>, it is run by every build from then on.
set -euo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
all=(reader decoders session client)
at_a_time=2
fail() {
  echo "test/fuzz/run.sh: $*" >&2
  exit 1
}

[[ "${1-}" =~ ^[1-9][0-9]*$ ]] || fail "how long? Usage: test/fuzz/run.sh SECONDS [target...]"
seconds=$1
shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=("${all[@]}")
for target in "${targets[@]}"; do
  [[ " ${all[*]} " == *" $target "* ]] || fail "no target $target. There are: ${all[*]}"
done

if command -v apt-get >/dev/null; then
  third_party/install.sh build test sanitizers
fi
command -v clang++ >/dev/null || fail "libFuzzer needs clang"
cmake --preset asan >/dev/null
cmake --build --preset asan --target fuzz

programs="$PWD/build/asan/test/fuzz"
folder="$PWD/build/fuzz"
mkdir -p "$folder/findings" "$folder/log"

# run TARGET: writes what it says to its log
run() {
  local target=$1 options=()
  mkdir -p "$folder/corpus/$target"
  [ ! -d "test/fuzz/findings/$target" ] || options+=("test/fuzz/findings/$target")
  # The bookkeeping of entropic schedules costs the client, with its many features, half of its runs.
  [ "$target" != client ] || options=(-entropic=0 "${options[@]}")
  "$programs/fuzz_$target" \
    -max_total_time="$seconds" -print_final_stats=1 -dict=test/fuzz/serf.dict \
    -max_len=4096 -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=16 \
    -artifact_prefix="$folder/findings/$target-" \
    "$folder/corpus/$target" "$programs/seeds/$target" "${options[@]}" >"$folder/log/$target" 2>&1
}

# report TARGET STATUS
report() {
  local target=$1 status=$2 log="$folder/log/$1" verdict="nothing found"
  [ "$status" -eq 0 ] || verdict="FOUND: $(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)"
  printf '%-10s %12s runs %8s a second  %s\n' "$target" \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
    "$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")" "$verdict"
  [ "$status" -eq 0 ] || grep -E -B 2 -A 20 'broken promise|ERROR: ' "$log" || tail -n 30 "$log"
}

failures=0
for ((first = 0; first < ${#targets[@]}; first += at_a_time)); do
  pids=()
  for target in "${targets[@]:first:at_a_time}"; do
    run "$target" &
    pids+=($!)
  done
  for i in "${!pids[@]}"; do
    status=0
    wait "${pids[i]}" || status=$?
    [ "$status" -eq 0 ] || failures=$((failures + 1))
    report "${targets[first + i]}" "$status"
  done
done
[ "$failures" -eq 0 ] || fail "$failures of ${#targets[@]} targets have found something"
