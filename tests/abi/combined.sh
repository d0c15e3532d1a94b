#!/usr/bin/env bash
# libqpid-proton.so.11 holds nothing, and brings what programs look for in it: everything is in a process once.
set -euo pipefail
library=$1 folder=$2

faults=0
fault() {
  echo "combined: $*"
  faults=$((faults + 1))
}
dynamic=$(readelf -dW "$library")
grep -q 'soname: \[libqpid-proton.so.11\]' <<<"$dynamic" || fault "another soname"
for needed in libqpid-proton-core.so.10 libqpid-proton-proactor.so.1; do
  grep -q "Shared library: \[$needed\]" <<<"$dynamic" || fault "does not need $needed"
  [ -e "$folder/$needed" ] || fault "is not beside $needed"
done
held=$(nm -D --defined-only "$library" | awk '{print $NF}')
[ -z "$held" ] || fault "holds" $held
[ "$faults" -eq 0 ]
