#!/bin/sh
# Run a program with one library and with the other, and compare what it prints.
set -eu
program=$1 ours=$2 theirs=$3 work=$4

run() { # library file
  core=$(LD_LIBRARY_PATH=$(dirname "$1") ldd "$program" | awk '/libqpid-proton-core/ {print $3}')
  [ "$core" -ef "$1" ] || { echo "runs with $core instead of $1"; exit 1; }
  LD_LIBRARY_PATH=$(dirname "$1") "$program" >"$2"
}
base=$work/$(basename "$program")
run "$ours" "$base.ours"
run "$theirs" "$base.theirs"
[ -s "$base.ours" ] || { echo "nothing was printed"; exit 1; }
diff -u "$base.theirs" "$base.ours"
echo "$(wc -l <"$base.ours") lines, the same with both"
