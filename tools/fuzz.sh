#!/usr/bin/env bash
# Runs each fuzz target for a number of seconds, from the seeds of fuzz/corpus and what earlier runs kept, with the
# dictionary that the build made from the lists in spec/.
# An input that breaks something is left in build/fuzz/found; put it into the target's corpus once it is mended.
set -euo pipefail
seconds=$1
mkdir -p build/fuzz/found
ran=0
for target in build/fuzz/fuzz/fuzz_*; do
  [ -f "$target" ] && [ -x "$target" ] || continue
  name=${target##*/fuzz_}
  mkdir -p "build/fuzz/corpus/$name"
  echo "== $name, $seconds seconds"
  "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/found/$name-" -dict=build/fuzz/fuzz/amqp.dict "build/fuzz/corpus/$name" "fuzz/corpus/$name"
  ran=$((ran + 1))
done
[ "$ran" -gt 0 ] || { echo "no fuzz targets were built"; exit 1; }
