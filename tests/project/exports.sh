#!/usr/bin/env bash
# A shared library exports what its list, spec/exports-<name>.txt, holds and nothing else; what the sources mark for export is on the
# list (or it would be lost without a word); and the library is what binaries built for Proton look for.
set -euo pipefail
export LC_ALL=C
source=$1 name=$2 version=$3 shared=$4 static=$5
list=$source/spec/exports-$name.txt

faults=0
fault() {
  echo "exports: $*"
  faults=$((faults + 1))
}
listed() { grep -v '^#' "$list" | sort; }
exported() { nm -D --defined-only "$shared" | awk '{print $NF}' | sort -u; }
marked() { readelf -sW "$static" | awk '($5 == "GLOBAL" || $5 == "WEAK") && $6 == "DEFAULT" && $7 != "UND" {print $8}' | sort -u; }

[ -z "$(listed | uniq -d)" ] || fault "twice on the list: $(listed | uniq -d | xargs)"
[ -z "$(grep -vE '^(#.*|[A-Za-z_][A-Za-z_0-9]*)$' "$list")" ] || fault "the list holds more than names"
absent=$(comm -23 <(listed) <(exported))
[ -z "$absent" ] || fault "on the list but not exported:" $absent
extra=$(comm -13 <(listed) <(exported))
[ -z "$extra" ] || fault "exported but not on the list:" $extra
lost=$(comm -13 <(listed) <(marked))
[ -z "$lost" ] || fault "marked for export but not on the list:" $lost
unseen=$(comm -13 <(exported) <(marked))
[ -z "$unseen" ] || fault "marked for export but not exported:" $unseen

dynamic=$(readelf -dW "$shared")
versions=$(readelf -VW "$shared")
soname=libqpid-proton-$name.so.${version%%.*}
grep -q "soname: \[$soname\]" <<<"$dynamic" || fault "the soname is not $soname"
[ "$(basename "$(readlink -f "$shared")")" = "libqpid-proton-$name.so.$version" ] || fault "the file is not ...so.$version"
! grep -q SYMBOLIC <<<"$dynamic" || fault "linked with -Bsymbolic"
! grep -q 'Version definition' <<<"$versions" || fault "symbols carry versions"
echo "$(exported | wc -l) symbols exported, $(listed | wc -l) listed"
[ "$faults" -eq 0 ]
