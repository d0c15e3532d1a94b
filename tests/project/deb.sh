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
libs=$(echo "$work"/baryon-libs_*.deb) dev=$(echo "$work"/baryon-dev_*.deb) command=$(echo "$work"/baryon_*.deb)
field() { dpkg-deb -f "$1" "$2"; }
for pair in "$libs libqpid-proton11" "$dev libqpid-proton11-dev"; do
  read -r package theirs <<<"$pair"
  for name in Provides Conflicts Replaces; do
    grep -qwF "$theirs" <<<"$(field "$package" $name)" || fault "$(basename "$package"): $name: $(field "$package" $name)"
  done
done
grep -q libssl3 <<<"$(field "$libs" Depends)" || fault "baryon-libs depends on $(field "$libs" Depends)"
for package in "$dev" "$command"; do
  grep -qF "baryon-libs (= $(field "$libs" Version))" <<<"$(field "$package" Depends)" ||
    fault "$(basename "$package") depends on $(field "$package" Depends)"
done
grep -q '^libqpid-proton 11 baryon-libs ' <<<"$(dpkg-deb --info "$libs" shlibs)" || fault "no shlibs"

root=$work/root
rm -rf "$root"
dpkg-deb -x "$libs" "$root"
dpkg-deb -x "$dev" "$root"
dpkg-deb -x "$command" "$root"
[ -z "$(dpkg-deb -c "$libs" | grep -E '\.(h|a|pc|cmake|so) *$|\.so ->')" ] || fault "baryon-libs has what only builds need"
libdir=$(dirname "$(find "$root" -name libqpid-proton-core.so.10)")
! readelf -d "$libdir"/*.so.* | grep -E 'R(UN)?PATH' || fault "libraries of a package name folders"

# A program, by pkg-config, with the unpacked headers and libraries.
export PKG_CONFIG_PATH=$libdir/pkgconfig
# shellcheck disable=SC2046 # the flags are words
"$cc" "$source/tests/project/consumer/consumer.c" $(pkg-config --cflags --libs libqpid-proton libqpid-proton-tls) -o "$work/consumer"
LD_LIBRARY_PATH=$libdir "$work/consumer" | diff "$source/tests/project/consumer/expected.txt" -

# The command runs with the packaged libraries, and has its pages.
grep -q '^baryon, ' <<<"$(LD_LIBRARY_PATH=$libdir "$root/usr/bin/baryon" --version)" || fault "the command does not run"
for file in man/man1/baryon.1 man/man1/baryon-send.1 bash-completion/completions/baryon zsh/site-functions/_baryon; do
  [ -s "$root/usr/share/$file" ] || fault "the package baryon has no $file"
done

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
if installed libqpid-proton11-dev; then
  while read -r file; do # minor versions differ; documentation, and the interfaces that are left out, are not there
    case $file in
      */doc/* | */cproton.i | */handlers.h | */log.h | */messenger.h | */reactor.h | */selectable.h | */url.h) continue ;;
      *.so.*.*) file=${file%%.so.*}.so.$(sed 's/.*\.so\.\([0-9]*\).*/\1/' <<<"$file") ;;
    esac
    [ -e "$root$file" ] || [ -d "$file" ] || fault "$file is in Debian's packages and not in ours"
  done < <(dpkg -L libqpid-proton11 libqpid-proton11-dev | grep ^/)

  plan=$(apt-get -s install "$libs" "$dev" "$command" 2>&1) || fault "apt: $plan"
  removed=$(awk '$1 == "Remv" {print $2}' <<<"$plan" | sort | xargs)
  [ "$removed" = "libqpid-proton11 libqpid-proton11-dev" ] || fault "apt would remove: $removed"
  for package in baryon-libs baryon-dev baryon; do
    grep -q "^Conf $package " <<<"$plan" || fault "apt would not install $package: $plan"
  done
fi
[ "$faults" -eq 0 ] && ls "$work"/*.deb
