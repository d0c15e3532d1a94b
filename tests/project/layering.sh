#!/usr/bin/env bash
# A file of a layer reaches the headers of its own layer and of those it uses, and never of one above it. Compiles, with
# each layer's own include path, a line that includes a header of each other layer.
set -euo pipefail
source=$1 build=$2 cc=$3
order="base legacy wire data message engine layers tls proactor cli" # lowest first

faults=0
fault() {
  echo "layering: $*"
  faults=$((faults + 1))
}

snippet=$(mktemp --suffix=.c)
trap 'rm -f "$snippet" "$snippet.log"' EXIT

compiles() { # layer header
  echo "#include \"$2\"" >"$snippet"
  "$cc" -std=c11 -D_GNU_SOURCE -fsyntax-only "@$build/layers/$1.flags" "$snippet" 2>"$snippet.log"
}

uses() { # layer other: whether it was declared
  [ "$1" = "$2" ] || grep -q "/view/$2\$" "$build/layers/$1.flags"
}

below=""
for layer in $order; do
  [ -e "$build/layers/$layer.flags" ] || continue
  reached=0 fenced=0
  for other in $order; do
    headers=("$source/src/$other"/*.h)
    [ -e "${headers[0]}" ] || continue
    header=$other/${headers[0]##*/}
    if compiles "$layer" "$header"; then
      reached=$((reached + 1))
      case " $below $layer " in
        *" $other "*) uses "$layer" "$other" || fault "$layer does not name $other, but $header compiles in it" ;;
        *) fault "$layer lies below $other, but $header compiles in it" ;;
      esac
    else
      fenced=$((fenced + 1))
      if uses "$layer" "$other"; then
        fault "$layer uses $other, but $header does not compile in it:" && cat "$snippet.log"
      elif ! grep -qE "$header('|:).*(No such file|not found)" "$snippet.log"; then
        fault "$header fails in $layer, but not for want of the file:" && cat "$snippet.log"
      fi
    fi
  done
  echo "$layer: headers of $reached layers compile, of $fenced do not"
  below="$below $layer"
done

for folder in "$source"/src/*/; do
  case " $below " in
    *" $(basename "$folder") "*) ;;
    *) fault "src/$(basename "$folder") is not a layer that this test knows" ;;
  esac
done
for layer in $below; do # nor does a header of another Proton on this machine stand in for one that is not there yet
  foreign=$("$cc" -std=c11 -D_GNU_SOURCE -M "@$build/layers/$layer.flags" "$source/src/$layer"/*.c |
    tr -s ' \\' '\n' | grep /proton/ | grep -v "^$source/include/" | sort -u) || true
  [ -z "$foreign" ] || fault "$layer includes headers that are not ours:" $foreign
done
if grep -rnE '^\s*#\s*include\s*["<](/|.*\.\./)' "$source/src" "$source/include"; then
  fault "the includes above go around the fence"
fi
[ "$faults" -eq 0 ]
