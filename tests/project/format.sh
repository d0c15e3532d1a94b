#!/usr/bin/env bash
# Every C file looks as .clang-format says. `make format` makes it so.
set -euo pipefail
cd "$1"
folders=()
for folder in src include tests fuzz bench examples; do
  [ ! -d "$folder" ] || folders+=("$folder")
done
find "${folders[@]}" -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run --Werror
