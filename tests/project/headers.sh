#!/usr/bin/env bash
# Every public header compiles alone, in each standard of C and C++ that is promised and by both compilers, without a
# warning; and any two of them compile together, in either order.
set -euo pipefail
source=$1 build=$2
work=$build/headers
rm -rf "$work" && mkdir -p "$work/alone" "$work/pairs"

mapfile -t headers < <(cd "$source/include" && find . -name '*.h' | sed 's|^\./||' | sort)
[ ${#headers[@]} -gt 0 ] || { echo "no public headers"; exit 1; }

write() { # file header...: a source that includes them; C wants at least one declaration
  local file=$1
  shift
  { printf '#include <%s>\n' "$@" && echo 'extern int not_empty;'; } >"$file"
}
for one in "${headers[@]}"; do
  write "$work/alone/${one//\//-}.c" "$one"
  for other in "${headers[@]}"; do
    [ "$one" = "$other" ] || write "$work/pairs/${one//\//-}+${other//\//-}.c" "$one" "$other"
  done
done

compile() { # folder compiler flag...
  local folder=$1
  shift
  find "$work/$folder" -name '*.c' -print0 |
    xargs -0 -r -P 2 -n 40 "$@" -fsyntax-only -Wall -Wextra -Wpedantic -Werror "-I$source/include"
}
for standard in c99 c11 c17; do
  compile alone gcc -std=$standard
  compile alone clang -std=$standard
done
for standard in c++11 c++20; do
  compile alone g++ -x c++ -std=$standard
  compile alone clang++ -x c++ -std=$standard
done
compile pairs gcc -std=c11

# What they include is ours too, even where another Proton's headers are installed.
foreign=$(gcc -M "-I$source/include" "$work"/alone/*.c | tr -s ' \\' '\n' | grep /proton/ | grep -v "^$source/include/" | sort -u) || true
[ -z "$foreign" ] || { echo "not ours:" $foreign; exit 1; }
echo "${#headers[@]} headers, alone and in pairs"
