#!/usr/bin/env bash
# The demonstration: a broker, and senders and receivers on a pool of threads, that move a million messages through it.
# Takes well below a minute on two cores, besides building. It leaves nothing behind but build/lib and a report.
set -euo pipefail
baryon=${1:-build/lib/src/cli/baryon}
messages=${MESSAGES:-1000000}
report=build/demo.html
work=$(mktemp -d)
broker=
end() {
  if [ -n "$broker" ]; then
    kill "$broker" 2>/dev/null || true
    wait "$broker" || true
  fi
  rm -rf "$work"
}
trap end EXIT

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n== %s\n' "$*"; }

say "baryon broker localhost:0: a broker in memory, on a port that is free"
"$baryon" broker localhost:0 >"$work/broker" &
broker=$!
until grep -q '^listening on ' "$work/broker"; do
  kill -0 "$broker" || { cat "$work/broker" && exit 1; }
  sleep 0.05
done
cat "$work/broker"
address=$(sed -n 's/^listening on \([^;]*\);.*/\1/p' "$work/broker")

say "baryon bench: $messages messages of 100 octets, as fast as it goes: 4 senders, 4 receivers, 2 queues"
"$baryon" bench "amqp://$address/demo" --senders 4 --receivers 4 --queues 2 --count "$messages" --warm-up 0 --counters

say "baryon bench --rate 20000: the same for 5 seconds, on a schedule, to see what a message takes"
"$baryon" bench "amqp://$address/demo" --senders 4 --receivers 4 --queues 2 --rate 20000 --duration 5s --report "$report"

say "What the broker has to say (kill -USR1)"
kill -USR1 "$broker"
until grep -q 'longest batch' "$work/broker"; do sleep 0.05; done
sed -n '/^statistics/,$p' "$work/broker"

say "What to try next"
try() { printf '  %-61s  %s\n' "$@"; }
try "$baryon broker" "a broker on port 5672"
try "$baryon receive amqp://localhost/greetings" "in a second terminal: waits"
try "$baryon send amqp://localhost/greetings hello" "in a third one"
try "$baryon bench --help" "the benchmark of any broker"
try "xdg-open $report" "plots of what was just measured"
try "less docs/threads.md" "how a broker like this is written"
