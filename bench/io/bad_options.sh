#!/usr/bin/env bash
# A program ends with status 2 and a text for options that it does not take, and with 0 for those that it does.
set -uo pipefail
program=$1
faults=0

refuses() { # arguments...
  local text
  text=$("$program" "$@" 2>&1 >/dev/null)
  [ $? -eq 2 ] && [ -n "$text" ] && return
  echo "not refused: $*"
  faults=$((faults + 1))
}

refuses --nonsense 1
refuses turns 1
refuses --turns
refuses --turns ''
refuses --turns 0
refuses --turns -5
refuses --turns 10x
refuses --turns 99999999999999999999
refuses --client-cpu -2
"$program" --turns 10 --warmup 1 --size 8 >/dev/null || faults=$((faults + 1))
[ "$faults" -eq 0 ]
