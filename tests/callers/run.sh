#!/bin/sh
# Run a program, after a look at whether it holds copies of PN_VOID and its kind (copy, or short for copies of eight bytes)
# or reaches the library's (shared).
set -eu
kind=$1 program=$2
copies=$(readelf -rW "$program" | grep -c 'R_X86_64_COPY.* PN_\(VOID\|OBJECT\)' || true)
case $kind in
shared) [ "$copies" -eq 0 ] ;;
*) [ "$copies" -eq 2 ] ;;
esac || { echo "$program: $copies symbols are copied, not what '$kind' means"; exit 1; }
if [ "$kind" = short ]; then
  size=$(readelf --dyn-syms -W "$program" | awk '$8 ~ /^PN_VOID/ {print $3}')
  [ "$size" = 8 ] || { echo "$program: PN_VOID has $size bytes here, not 8"; exit 1; }
fi
exec "$program"
