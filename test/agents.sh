#!/usr/bin/env bash
# Builds the current release of the Serf agent, and prints the path of its binary, so that the tests can run against it,
# too. What is said besides goes to stderr. Built once, in build/agents.
#
#   SERF_AGENTS="$(command -v serf) $(test/agents.sh)" test/run.sh
#
# Exit status: 0 there it is; 3 this machine cannot build it, and why (no Go, one too old, or one that cannot fetch
# modules); 1 it could, but failed.
set -euo pipefail

version=v0.10.2
module=github.com/hashicorp/serf
cannot=3

root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"
folder="$root/build/agents/$version"
say() {
  echo "test/agents.sh: $*" >&2
}

if [ -x "$folder/serf" ]; then
  echo "$folder/serf"
  exit 0
fi

command -v go >/dev/null || {
  say "no agent $version: there is no Go toolchain to build it with"
  exit "$cannot"
}

# A folder that belongs to no module; the settings of the user's other Go work do not count here.
work="$(mktemp -d)"
trap 'rm -rf -- "$work"' EXIT
cd -- "$work"
unset GOFLAGS GOOS GOARCH
export GO111MODULE=on GOWORK=off

if ! go mod download -json "$module@$version" >"$work/module" 2>"$work/log"; then
  say "no agent $version: $(go version) cannot fetch it: $(sed -n 's/.*"Error": //p' "$work/module") $(tail -n 1 "$work/log")"
  exit "$cannot"
fi

# Go knows the version that a module wants since 1.21 only, and fetches a newer self then if it may.
wanted="$(sed -n 's/^go //p' "$(sed -n 's/.*"GoMod": "\(.*\)".*/\1/p' "$work/module")")"
here="$(go env GOVERSION)"
here="${here#go}"
if [ "$(printf '%s\n' 1.21 "$here" | sort -V | head -n 1)" != 1.21 ] &&
  [ "$(printf '%s\n' "$wanted" "$here" | sort -V | head -n 1)" != "$wanted" ]; then
  say "no agent $version: it needs Go $wanted, and this is $here"
  exit "$cannot"
fi

say "building the agent $version with Go $here"
if ! GOBIN="$work/bin" go install "$module/cmd/serf@$version" >"$work/log" 2>&1; then
  cat "$work/log" >&2
  say "the agent $version does not build"
  exit 1
fi
mkdir -p -- "$folder"
mv -- "$work/bin/serf" "$folder/serf.new"
mv -- "$folder/serf.new" "$folder/serf" # whole or not there, also if several build it
echo "$folder/serf"
