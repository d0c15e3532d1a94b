#!/usr/bin/env bash
# What is installed can be moved and used: a program builds and runs against it by CMake, by CMake with the static library
# and by pkg-config, and each prints what it should.
set -euo pipefail
source=$1 build=$2 cc=$3
work=$build/install-test
consumer=$source/tests/project/consumer
rm -rf "$work" && mkdir -p "$work"

cmake --install "$build" --prefix "$work/first" >"$work/install.log"
mv "$work/first" "$work/moved"
prefix=$work/moved
libdir=$(dirname "$(find "$prefix" -name libqpid-proton-core.so)")
if grep -rIl "$work/first\|$source" "$prefix"; then
  echo "install: the files above name the place where they were made"
  exit 1
fi

check() { # program: it uses the moved library, if a shared one, and prints what it should
  local libraries
  libraries=$(LD_LIBRARY_PATH=$libdir ldd "$1")
  if grep libqpid-proton <<<"$libraries" | grep -v "$prefix/"; then
    echo "install: the library above is another" && return 1
  fi
  LD_LIBRARY_PATH=$libdir "$1" | diff "$consumer/expected.txt" -
}

for static in OFF ON; do
  cmake -S "$consumer" -B "$work/cmake-$static" -DCMAKE_C_COMPILER="$cc" -DCMAKE_PREFIX_PATH="$prefix" \
    -DProton_USE_STATIC_LIBS=$static >"$work/cmake-$static.log"
  cmake --build "$work/cmake-$static" >>"$work/cmake-$static.log"
  check "$work/cmake-$static/consumer"
done
! ldd "$work/cmake-ON/consumer" | grep libqpid-proton || exit 1

export PKG_CONFIG_PATH=$libdir/pkgconfig
[ "$(pkg-config --modversion libqpid-proton-core)" = 0.41.0 ]
# shellcheck disable=SC2046 # the flags are words
"$cc" "$consumer/consumer.c" $(pkg-config --cflags --libs libqpid-proton-core) -o "$work/consumer"
check "$work/consumer"
echo "installed, moved and used: by CMake, by CMake with the static library, by pkg-config"
