#!/usr/bin/env bash
# The packages for Debian: a plain optimised build has no warning; what they say of themselves lets them take the place of Debian's
# Proton; they have what its packages have, but for what is left out; and apt, asked what it would do on this machine, replaces the
# two and leaves everything that depends on them.
set -euo pipefail
export LC_ALL=C
source=$1 build=$2 cc=$3
work=$build/deb
mkdir -p "$work"
"$source/tools/deb.sh" "$work" 2 >"$work/log" 2>&1 || { tail -n 40 "$work/log" && exit 1; }

faults=0
fault() {
  echo "deb: $*"
  faults=$((faults + 1))
}
libs=$(echo "$work"/baryon-libs_*.deb) dev=$(echo "$work"/baryon-dev_*.deb)
field() { dpkg-deb -f "$1" "$2"; }
for pair in "$libs libqpid-proton11" "$dev libqpid-proton11-dev"; do
  read -r package theirs <<<"$pair"
  for name in Provides Conflicts Replaces; do
    grep -qwF "$theirs" <<<"$(field "$package" $name)" || fault "$(basename "$package"): $name: $(field "$package" $name)"
  done
done
grep -q libssl3 <<<"$(field "$libs" Depends)" || fault "baryon-libs depends on $(field "$libs" Depends)"
grep -qF "baryon-libs (= $(field "$libs" Version))" <<<"$(field "$dev" Depends)" || fault "baryon-dev depends on $(field "$dev" Depends)"
dpkg-deb --ctrl-tarfile "$libs" | tar -xOf - ./shlibs | grep -q '^libqpid-proton 11 baryon-libs ' || fault "no shlibs"

root=$work/root
rm -rf "$root"
dpkg-deb -x "$libs" "$root"
dpkg-deb -x "$dev" "$root"
[ -z "$(dpkg-deb -c "$libs" | grep -E '\.(h|a|pc|cmake|so) *$|\.so ->')" ] || fault "baryon-libs has what only builds need"
libdir=$(dirname "$(find "$root" -name libqpid-proton-core.so.10)")
! readelf -d "$libdir"/*.so.* | grep -E 'R(UN)?PATH' || fault "libraries of a package name folders"

# A program, by pkg-config, with the unpacked headers and libraries.
export PKG_CONFIG_PATH=$libdir/pkgconfig
# shellcheck disable=SC2046 # the flags are words
"$cc" "$source/tests/project/consumer/consumer.c" $(pkg-config --cflags --libs libqpid-proton) -o "$work/consumer"
LD_LIBRARY_PATH=$libdir "$work/consumer" | diff "$source/tests/project/consumer/expected.txt" -

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
if installed libqpid-proton11-dev; then
  while read -r file; do # minor versions differ; documentation, and the interfaces that are left out, are not there
    case $file in
      */doc/* | */cproton.i | */handlers.h | */log.h | */messenger.h | */reactor.h | */selectable.h | */url.h) continue ;;
      *.so.*.*) file=${file%%.so.*}.so.$(sed 's/.*\.so\.\([0-9]*\).*/\1/' <<<"$file") ;;
    esac
    [ -e "$root$file" ] || [ -d "$file" ] || fault "$file is in Debian's packages and not in ours"
  done < <(dpkg -L libqpid-proton11 libqpid-proton11-dev | grep ^/)

  plan=$(apt-get -s install "$libs" "$dev" 2>&1) || fault "apt: $plan"
  removed=$(awk '$1 == "Remv" {print $2}' <<<"$plan" | sort | xargs)
  [ "$removed" = "libqpid-proton11 libqpid-proton11-dev" ] || fault "apt would remove: $removed"
  grep -q '^Conf baryon-libs' <<<"$plan" && grep -q '^Conf baryon-dev' <<<"$plan" || fault "apt would not install: $plan"
fi
[ "$faults" -eq 0 ] && ls "$work"/*.deb
