#!/usr/bin/env bash
# Every public header compiles alone, and after and before every other one, in each standard of C and C++ that is promised and by
# both compilers, without a warning. Two sources, with all headers in order and in reverse, have each pair both ways.
set -euo pipefail
source=$1 build=$2
work=$build/headers
rm -rf "$work" && mkdir -p "$work"

mapfile -t headers < <(cd "$source/include" && find . -name '*.h' | sed 's|^\./||' | sort)
[ ${#headers[@]} -gt 0 ] || { echo "no public headers"; exit 1; }

write() { # name header...: a source that includes them; C wants at least one declaration
  local name=$1
  shift
  { printf '#include <%s>\n' "$@" && echo 'extern int not_empty;'; } >"$work/$name.c"
}
for header in "${headers[@]}"; do write "${header//\//-}" "$header"; done
mapfile -t reverse < <(printf '%s\n' "${headers[@]}" | tac)
write all-in-order "${headers[@]}"
write all-in-reverse "${reverse[@]}"

compile() { # compiler flag...
  find "$work" -name '*.c' -print0 |
    xargs -0 -r -P 2 -n 20 "$@" -fsyntax-only -Wall -Wextra -Wpedantic -Werror "-I$source/include"
}
for standard in c99 c11 c17; do
  compile gcc -std=$standard
  compile clang -std=$standard
done
for standard in c++11 c++20; do
  compile g++ -x c++ -std=$standard
  compile clang++ -x c++ -std=$standard
done

# What they include is ours too, even where another Proton's headers are installed.
foreign=$(gcc -M "-I$source/include" "$work"/*.c | tr -s ' \\' '\n' | grep /proton/ | grep -v "^$source/include/" | sort -u) || true
[ -z "$foreign" ] || { echo "not ours:" $foreign; exit 1; }
echo "${#headers[@]} headers, alone and together, in 5 standards, by 2 compilers"
