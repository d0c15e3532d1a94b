#!/usr/bin/env bash
# A TCP proxy that is made of two TLS proxies of examples/, back to back: what raw_random takes for a proxy.
#
#   tunnel.sh TLS_PROXY WORK LISTEN TARGET [THREADS]
#
# Says where it listens, and ends by SIGTERM with the worst status of the two. WORK is a folder for certificate and key.
set -euo pipefail
proxy=$1 work=$2 listen=$3 target=$4 threads=${5:-1}
mkdir -p "$work"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=tunnel -addext subjectAltName=DNS:tunnel \
  -keyout "$work/key.pem" -out "$work/certificate.pem" 2>"$work/openssl.log"

pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true' EXIT
trap 'trap - TERM; kill "${pids[@]}"; interrupted=1' TERM

exec {far}< <(exec "$proxy" accept "$work/certificate.pem" "$work/key.pem" 127.0.0.1:0 "$target" "$threads")
pids+=($!)
read -r _ _ middle <&"$far"
"$proxy" connect "$work/certificate.pem" tunnel "$listen" "$middle" "$threads" &
pids+=($!)

status=0
for pid in "${pids[@]}"; do
  interrupted=1
  while [ -n "$interrupted" ]; do # by the trap: then what wait returned is not the status
    interrupted= one=0
    wait "$pid" || one=$?
  done
  [ "$one" -le "$status" ] || status=$one
done
exit "$status"
