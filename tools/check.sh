#!/usr/bin/env bash
# Builds the kinds that are tested, runs every suite, and says at the end what each took. A suite that fails does not keep
# the others from running. What each one printed stays in build/check.
set -uo pipefail
jobs=${JOBS:-$(nproc)}
logs=build/check
rm -rf "$logs" && mkdir -p "$logs"
rows=() failures=0

suite() { # name command...
  local name=$1 start=$SECONDS result=ok summary
  shift
  echo "== $name"
  if ! "$@" 2>&1 | tee "$logs/$name.log"; then
    result=FAILED
    failures=$((failures + 1))
  fi
  summary=$(grep -E '^[0-9]+% tests passed' "$logs/$name.log" || true)
  rows+=("$(printf '%-13s %5d s  %-6s  %s' "$name" $((SECONDS - start)) "$result" "$summary")")
}

build() { # preset target...: all, unless targets are named
  cmake --preset "$1" && cmake --build --preset "$1" --parallel "$jobs" ${2:+--target "${@:2}"}
}

tests() { # preset label
  ctest --preset "$1" --label-regex "^$2\$" --no-tests=error --parallel "$jobs"
}

suite build-dev    build dev
suite build-asan   build asan
suite build-tsan   build tsan proactor_stress proactor_lost_wake proactor_exactly_once
suite unit         tests dev unit
suite unit-asan    tests asan unit
suite corpus-asan  tests asan corpus
suite differential tests dev differential
suite cli          tests dev cli
suite simulation   tests dev simulation
suite stress-tsan  tests tsan stress
suite model        tests dev model
suite project      tests dev project

echo
printf '%s\n' "${rows[@]}"
passed=$((${#rows[@]} - failures))
echo "all suites    $SECONDS s"
echo "$passed passed, $failures failed"
[ "$failures" -eq 0 ]
