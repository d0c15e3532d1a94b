#!/usr/bin/env bash
# clang-tidy, with the checks of .clang-tidy, finds nothing in any file that the build compiles from src/, tests/ and
# fuzz/. Clang's own warnings count too, -Wthread-safety among them.
set -euo pipefail
source=$1 build=$2
sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$build/compile_commands.json" | grep "^$source/" | sort -u |
  xargs -P 2 -n 1 clang-tidy -p "$build" --quiet --extra-arg=-Wthread-safety --extra-arg=-Wno-unknown-warning-option
