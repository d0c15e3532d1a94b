#!/usr/bin/env bash
# The pages of the API and the guides are made without a warning, and say something of what there is.
set -euo pipefail
source=$1 build=$2
rm -rf "$build/docs" && mkdir -p "$build/docs"
cd "$source"
{ cat tools/Doxyfile && echo "OUTPUT_DIRECTORY = $build/docs"; } | doxygen -

pages=$build/docs/html
headers=$(find include -name '*.h' | wc -l)
[ "$(find "$pages" -name '*_8h.html' | wc -l)" -eq "$headers" ] || { echo "docs: not one page for each of $headers headers" && exit 1; }
for name in pn_proactor_wait pn_work_queue_add pn_delivery_borrow pn_tls_give_decrypt_output_buffers; do
  grep -rqF "$name" "$pages"/functions*.html "$pages"/globals*.html || { echo "docs: not in the index: $name" && exit 1; }
done
echo "$headers headers, and the guides"
