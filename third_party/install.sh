#!/usr/bin/env bash
# Installs the Debian or Ubuntu packages of the given sections of packages.txt: third_party/install.sh build run test
# With nothing missing it changes nothing.
set -euo pipefail

list="$(dirname -- "${BASH_SOURCE[0]}")/packages.txt"
fail() {
  echo "third_party/install.sh: $*" >&2
  exit 1
}

[ $# -gt 0 ] || fail "name the sections to install, of: $(sed -n 's/^\[\(.*\)\]$/\1/p' "$list" | tr '\n' ' ')"

packages=()
for section in "$@"; do
  grep -qxF "[$section]" "$list" || fail "packages.txt has no section [$section]"
  while read -r package; do
    packages+=("$package")
  done < <(sed -n "/^\[$section\]\$/,/^\[/{ /^\[/d; s/ *#.*//; /./p; }" "$list")
done

command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
  fail "no apt-get here. Install the counterparts of these Debian packages yourself: ${packages[*]}"

missing=()
for package in "${packages[@]}"; do
  status="$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)"
  [ "$status" = installed ] || missing+=("$package")
done

if [ ${#missing[@]} -eq 0 ]; then
  echo "third_party: all packages of [$*] are installed"
  exit 0
fi

echo "third_party: installing ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || fail "neither root nor sudo. As root: apt-get install ${missing[*]}"
  as_root=(sudo)
fi
"${as_root[@]}" apt-get update
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
