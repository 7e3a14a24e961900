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

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  fail "no apt-get here. Install the counterparts of these Debian packages yourself: ${packages[*]}"
fi

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
# A machine that has just started may be installing updates of its own: wait for those.
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300)
"${apt[@]}" update
"${apt[@]}" install -y --no-install-recommends "${missing[@]}"

# Debian's serf comes with a service: an agent at once and at every start of the machine, open to the network and
# to any cluster. It is installed here for its program alone. Who had it before keeps the service as it was.
if [[ " ${missing[*]} " == *" serf "* && -d /run/systemd/system ]]; then
  echo "third_party: switching off the service serf.service that came with the package serf"
  "${as_root[@]}" systemctl disable --now serf.service
fi
