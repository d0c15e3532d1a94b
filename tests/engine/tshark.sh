#!/usr/bin/env bash
# tshark reads what two engines say to each other: it finds every frame well formed, and each performative among them. That
# it would find what is not, a damaged copy shows.
#
#   tshark.sh CAPTURE     the program that writes the conversation
set -euo pipefail
capture=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fields() { # FILE FILTER FIELD...
  local file=$1 filter=$2
  shift 2
  tshark -r "$file" -Y "$filter" -T fields "${@/#/-e}" 2> "$folder/errors" || { cat "$folder/errors"; exit 1; }
}
faults() { fields "$1" 'amqp && (_ws.malformed || _ws.expert)' frame.number _ws.expert.message; }

"$capture" "$folder/whole.pcap"
found=$(faults "$folder/whole.pcap")
[ -z "$found" ] || { echo "tshark finds fault with packets:"; echo "$found"; exit 1; }

performatives=$(fields "$folder/whole.pcap" amqp amqp.performative | tr ',' '\n' | sort -nu | xargs)
[ "$performatives" = "16 17 18 19 20 21 22 23 24" ] || { echo "AMQP's frames: $performatives"; exit 1; }
sasl=$(fields "$folder/whole.pcap" amqp amqp.sasl.method | tr ',' '\n' | sort -nu | xargs)
[ "$sasl" = "64 65 68" ] || { echo "SASL's frames: $sasl"; exit 1; }

# The size of a list in the client's open, and the type of a frame.
for octet in 130 170; do
  "$capture" "$folder/damaged.pcap" "$octet" || true
  [ -n "$(faults "$folder/damaged.pcap")" ] || { echo "octet $octet is damaged, and tshark does not mind"; exit 1; }
done
echo "$(fields "$folder/whole.pcap" amqp frame.number | wc -l) packets of AMQP, well formed"
