#!/usr/bin/env bash
# A program built for 0.37 and a library built for 0.41 in one process: they hand objects to each other and mean the same by them,
# and each of our libraries is there once, Debian's nowhere.
set -euo pipefail
program=$1 folder=$2 expected=$3
export LC_ALL=C
grep -qF '[libqpid-proton.so.11]' <<<"$(readelf -d "$program")" || { echo "generations: the program needs another library" && exit 1; }
printed=$(LD_LIBRARY_PATH=$folder "$program")
{ cat "$expected" && readlink -f "$folder"/libqpid-proton{-core.so.10,-proactor.so.1,.so.11} | sort; } |
  diff - <(grep -v '^/' <<<"$printed" && grep '^/' <<<"$printed" | sort)
