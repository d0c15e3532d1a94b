#!/usr/bin/env bash
# Installs the packages for real, in a Debian of their own below the build folder: beside everything that depends on Debian's Proton,
# which has to stay and to run on ours; and back again. Needs root, debootstrap and a mirror; takes a few minutes.
#
#   tools/check-deb.sh [FOLDER]       FOLDER: build/deb, where tools/deb.sh puts the packages
#
# MIRROR and SUITE in the environment choose the Debian (http://deb.debian.org/debian, bookworm).
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$source/build/deb}
mirror=${MIRROR:-http://deb.debian.org/debian} suite=${SUITE:-bookworm}
[ "$(id -u)" -eq 0 ] || { echo "check-deb: needs root, for a Debian of its own" && exit 1; }
command -v debootstrap >/dev/null || { echo "check-deb: needs debootstrap" && exit 1; }
[ -n "${CHECK_DEB_APART:-}" ] || CHECK_DEB_APART=1 exec unshare --mount "$0" "$@" # mounts go when this ends

"$source/tools/deb.sh" "$folder" >"$folder.log" 2>&1 || { tail -n 40 "$folder.log" && exit 1; }
root=$folder/debian
dependents="python3-qpid-proton libqpid-proton-cpp12 libqpid-proton-cpp12-dev libqpid-proton11-dev-examples"

within() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@"; }
step() { echo "== $*"; }
fail() {
  echo "check-deb: $*"
  exit 1
}
present() { [ "$(within dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
loaded() { # the library that Debian's binding for Python has loaded
  within python3 -c 'import proton; print([m.split()[-1] for m in open("/proc/self/maps") if "qpid-proton-core" in m][0])'
}

step "a Debian: $suite from $mirror"
rm -rf "$root"
mkdir -p "$root"
debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$folder/debootstrap.log" || { tail "$folder/debootstrap.log" && exit 1; }
mount -t proc proc "$root/proc"
within apt-get -q -y install --no-install-recommends $dependents gcc libc6-dev pkg-config >"$folder/apt.log" 2>&1
[[ $(loaded) = *.so.10.13.* ]] || fail "Debian's binding loads $(loaded) before"

step "ours in place of Debian's"
cp "$folder"/baryon*.deb "$source/tests/project/consumer/consumer.c" "$root/tmp/"
within sh -c 'apt-get -q -y install --no-install-recommends /tmp/baryon*.deb' >>"$folder/apt.log" 2>&1
for package in $dependents baryon-libs baryon-dev baryon; do
  present $package || fail "$package is not installed"
done
for package in libqpid-proton11 libqpid-proton11-dev; do
  ! present $package || fail "$package is still installed"
done
within apt-get -q check >>"$folder/apt.log" 2>&1
[ -z "$(within dpkg --verify baryon-libs baryon-dev baryon)" ] || fail "files are not as they were packed"
[[ $(loaded) = *.so.10.16.* ]] || fail "Debian's binding loads $(loaded)"
within baryon --version >>"$folder/apt.log" || fail "the command does not run"
within sh -c 'ldd /usr/lib/*/libqpid-proton-cpp.so.12' >"$folder/ldd.log"
grep -q 'libqpid-proton-core.so.10 => /' "$folder/ldd.log" ||
  fail "Debian's C++ library does not find ours"
! grep 'not found' "$folder/ldd.log" || fail "Debian's C++ library lacks something"
within sh -c 'gcc /tmp/consumer.c $(pkg-config --cflags --libs libqpid-proton libqpid-proton-tls) -o /tmp/consumer && /tmp/consumer' |
  diff "$source/tests/project/consumer/expected.txt" -

step "and back"
within apt-get -q -y install --no-install-recommends libqpid-proton11 libqpid-proton11-dev >>"$folder/apt.log" 2>&1
for package in $dependents libqpid-proton11 libqpid-proton11-dev; do
  present $package || fail "$package is not installed after going back"
done
! present baryon-libs || fail "baryon-libs is still installed"
[[ $(loaded) = *.so.10.13.* ]] || fail "Debian's binding loads $(loaded) after going back"

umount "$root/proc"
rm -rf "$root"
echo "the packages replaced Debian's and were replaced by them, and $(wc -w <<<"$dependents") packages that depend on those stayed"
