#!/usr/bin/env bash
# What is installed can be moved, used, and taken away: a program builds and runs against it by CMake, with targets or variables, in
# C and C++, shared and static; by pkg-config, shared and static; with -lqpid-proton; and each prints what it should.
set -euo pipefail
source=$1 build=$2 cc=$3
work=$build/install-test
consumer=$source/tests/project/consumer
rm -rf "$work" && mkdir -p "$work"

cmake --install "$build" --prefix "$work/first" >"$work/install.log"
cp -a "$work/first" "$work/moved"
touch "$work/first/include/proton/of_another.h" # uninstalling leaves what it did not install
cmake --build "$build" --target uninstall >"$work/uninstall.log"
[ "$(find "$work/first" ! -type d)" = "$work/first/include/proton/of_another.h" ] || {
  echo "install: uninstalling leaves" && find "$work/first" ! -type d && exit 1
}
[ -z "$(find "$work/first" -type d -name baryon -o -type d -name Proton)" ] || { echo "install: folders are left" && exit 1; }
rm -rf "$work/first"

prefix=$work/moved
libdir=$(dirname "$(find "$prefix" -name libqpid-proton-core.so)")
if grep -rIl "$work/first\|$source" "$prefix"; then
  echo "install: the files above name the place where they were made"
  exit 1
fi

check() { # shared|static program: it uses the moved libraries, or none, and prints what it should
  local libraries
  libraries=$(LD_LIBRARY_PATH=$libdir ldd "$2" | grep libqpid-proton || true)
  if [ "$1" = static ] && [ -n "$libraries" ] || grep -v "$prefix/" <<<"$libraries" | grep .; then
    echo "install: $2 uses:" "$libraries" && return 1
  fi
  [ "$1" = static ] || [ -n "$libraries" ] || { echo "install: $2 uses no library of ours" && return 1; }
  LD_LIBRARY_PATH=$libdir "$2" | diff "$consumer/expected.txt" -
}

by_cmake() { # shared|static project program
  local log=$work/cmake-$1-$3.log static=OFF
  [ "$1" = shared ] || static=ON
  { cmake -S "$2" -B "$work/$1-$3" -DCMAKE_C_COMPILER="$cc" -DCMAKE_PREFIX_PATH="$prefix" \
    -DProton_USE_STATIC_LIBS=$static && cmake --build "$work/$1-$3"; } >"$log" 2>&1 || { cat "$log" && return 1; }
  check "$1" "$work/$1-$3/$3"
}
for kind in shared static; do
  by_cmake $kind "$consumer" consumer
  by_cmake $kind "$consumer/variables" by_variables
done

# shellcheck disable=SC2046,SC2086 # flags are words
by_flags() { # shared|static flags...
  "$cc" -o "$work/by_flags" "$consumer/consumer.c" "${@:2}"
  check "$1" "$work/by_flags"
}
export PKG_CONFIG_PATH=$libdir/pkgconfig
for module in libqpid-proton libqpid-proton-core libqpid-proton-proactor libqpid-proton-tls; do
  [ "$(pkg-config --modversion $module)" = 0.41.0 ]
  [ "$(cd "$(pkg-config --variable=libdir $module)" && pwd)" = "$libdir" ]
done
by_flags shared $(pkg-config --cflags --libs libqpid-proton-proactor libqpid-proton-tls)
by_flags shared $(pkg-config --cflags --libs libqpid-proton libqpid-proton-tls)
by_flags static $(pkg-config --cflags libqpid-proton) -Wl,-Bstatic $(pkg-config --libs libqpid-proton-tls libqpid-proton) \
  -Wl,-Bdynamic $(pkg-config --libs libssl libcrypto)

# Linkers find what the combined library names: by its full path, too, and each of them.
for linker in bfd gold lld; do
  ! "$cc" -fuse-ld=$linker -Wl,--version >/dev/null 2>&1 ||
    by_flags shared -fuse-ld=$linker "-I$prefix/include" "$libdir/libqpid-proton.so" "$libdir/libqpid-proton-tls.so"
done

# Installed libraries find each other, without being told where.
/usr/bin/python3 - "$libdir" <<'PYTHON'
import ctypes, os, sys
os.environ.pop("LD_LIBRARY_PATH", None)
combined = ctypes.CDLL(os.path.join(sys.argv[1], "libqpid-proton.so.11"))
combined.pn_message, combined.pn_proactor
with open("/proc/self/maps") as maps:
    others = [line for line in maps if "libqpid-proton" in line and sys.argv[1] not in line]
sys.exit("".join(others) or None)
PYTHON

# So does the command find them.
if [ -e "$build/src/cli/baryon" ]; then
  said=$(unset LD_LIBRARY_PATH && "$prefix/bin/baryon" --version && ldd "$prefix/bin/baryon")
  { grep -q '^baryon, ' <<<"$said" && grep -q "=> $prefix/.*libqpid-proton-core" <<<"$said"; } ||
    { echo "install: the moved command does not find its libraries: $said" && exit 1; }
fi
echo "installed, moved and used: by CMake, by pkg-config, by name, shared and static; and taken away"
