#!/usr/bin/env bash
# Builds the packages for Debian in a folder of its own: optimised, without symbols, for /usr. deb.sh FOLDER [JOBS]
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
folder=$1 jobs=${2:-$(nproc)}
cmake -S "$source" -B "$folder" -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_INSTALL_RPATH= -DCMAKE_BUILD_TYPE=RelWithDebInfo \
  -DCMAKE_C_FLAGS_RELWITHDEBINFO="-O2 -DNDEBUG" -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
cmake --build "$folder" --parallel "$jobs"
rm -f "$folder"/*.deb
cd "$folder" && cpack -G DEB
