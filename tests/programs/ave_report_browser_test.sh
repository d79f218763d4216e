#!/bin/bash
# SPDX-License-Identifier: MIT
# A browser without a network draws everything on ave_report's page, and its numbers are those of the run.
set -eu
. "$(dirname "$0")/script.sh" ave_synthesize ave_train ave_report
chromium=$(command -v chromium || command -v chromium-browser || true)
if [ -z "$chromium" ]; then
  echo "skipped: there is no chromium"
  exit 77
fi

"$VSCG_PROGRAMS_DIR/ave_synthesize" --out data --videos 20 --type float16
"$VSCG_PROGRAMS_DIR/ave_train" --data data --setting fully --epochs 2 --batch 8 --threads 1 --out run >/dev/null
"$VSCG_PROGRAMS_DIR/ave_report" run --data data --count 2 --threads 1 --out page.html

"$chromium" --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" --virtual-time-budget=5000 \
  --host-resolver-rules="MAP * ~NOTFOUND" --dump-dom "file://$work/page.html" >dom.html 2>browser.txt ||
  fail "$(cat browser.txt)"
grep -q '<html[^>]* data-drawn="6 plots, 20 maps"' dom.html ||
  fail "expected 6 plots and 20 maps, found $(grep -o '<html[^>]*>' dom.html): $(tail -n 3 browser.txt)"
[ "$(grep -o '<canvas' dom.html | wc -l)" = 26 ] || fail "expected 26 canvases"

# The script writes the numbers of each plot below it: the losses of both epochs, and the last validation accuracy.
for loss in $(sed 's/.*"loss":\([-0-9.e]*\),.*/\1/' run/metrics.jsonl); do
  grep -qF "<td class=\"number\">$(printf '%.6g' "$loss")</td>" dom.html || fail "the page does not say the loss $loss"
done
accuracy=$(sed -n '2s/.*"validation_accuracy":\([0-9.e-]*\),.*/\1/p' run/metrics.jsonl)
shown=$(awk "BEGIN { printf \"%.6g\", 100 * $accuracy }")
grep -qF "<td class=\"number\">$shown</td>" dom.html || fail "the page does not say the validation accuracy $shown"
