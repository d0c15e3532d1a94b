#!/usr/bin/env bash
# Installs what tools/packages.txt names, or the packages that are given, as far as this Debian lacks them; without root it says what to
# install.
set -euo pipefail
command -v dpkg-query >/dev/null || {
  echo "This is no Debian; the packages that tools/packages.txt names are taken to be there by other names."
  exit 0
}
missing=()
for package in ${*:-$(sed 's/#.*//' "$(dirname "$0")/packages.txt")}; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" -ne 0 ]; then
  echo "Missing packages. As root: apt-get install --no-install-recommends ${missing[*]}"
  exit 1
fi
echo "Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q -y install --no-install-recommends "${missing[@]}"
