#!/bin/bash
# SPDX-License-Identifier: MIT
# From nothing to localized events: synthesize, train, evaluate, localize, export, report, a table. ave_evaluate must
# measure the weights that ave_train kept exactly as ave_train did, to the last digit, for both settings and precisions.
set -eu
. "$(dirname "$0")/script.sh" ave_synthesize ave_train ave_evaluate ave_localize ave_report ave_tables

"$VSCG_PROGRAMS_DIR/ave_synthesize" --out data --videos 50 --type float32
for way in "fully float" "weakly double"; do
  read -r setting precision <<<"$way"
  "$VSCG_PROGRAMS_DIR/ave_train" --data data --setting "$setting" --precision "$precision" --epochs 2 --batch 10 \
    --threads 2 --out "run_$setting" >/dev/null
  for part in test validation; do
    "$VSCG_PROGRAMS_DIR/ave_evaluate" --data data --weights "run_$setting/best.safetensors" --split $part \
      --json evaluation.json >/dev/null
    said=$(field "run_$setting/summary.json" ${part}_accuracy)
    measured=$(field evaluation.json accuracy)
    [ -n "$said" ] && [ "$said" = "$measured" ] ||
      fail "$setting: ave_train says $part accuracy $said, ave_evaluate measures $measured"
  done
  "$VSCG_PROGRAMS_DIR/ave_localize" --data data --weights "run_$setting/best.safetensors" --videos 0 49 \
    --json events.json --attention attention.npy | tee localized.txt
  grep -q "^vscg $setting (released)" localized.txt || fail "ave_localize: expected vscg $setting (released)"
  [ "$(grep -c '"row":' events.json)" = 2 ] || fail "events.json: expected 2 videos"
  [ "$(wc -c <attention.npy)" = $((128 + 4 * 2 * 490)) ] || fail "attention.npy: expected [2, 10, 7, 7] of float32"
  if [ -x "$VSCG_PROGRAMS_DIR/ave_export" ]; then  # not where ONNX's schema is missing
    "$VSCG_PROGRAMS_DIR/ave_export" --weights "run_$setting/best.safetensors" --onnx "$setting.onnx"
    [ "$(wc -c <"$setting.onnx")" -gt 1000000 ] || fail "$setting.onnx: expected a network with its weights"
  fi
done
"$VSCG_PROGRAMS_DIR/ave_report" run_fully run_weakly --data data --out report.html
for run in run_fully run_weakly; do
  grep -qF "\"accuracy\":$(field $run/summary.json test_accuracy)," report.html || fail "report.html: no accuracy of $run"
done
"$VSCG_PROGRAMS_DIR/ave_tables" --data data --table 6 --only vscg_fully --seeds 1 --epochs 2 --batch 10 --out tables
accuracy=$(field run_fully/summary.json test_accuracy)
awk -F , "\$4 == \"vscg_fully\" { d = \$7 - 100 * $accuracy; found = d * d < 1e-18 } END { exit !found }" tables/table_6.csv ||
  fail "ave_tables: expected the test accuracy of the same run, $accuracy, found $(cat tables/table_6.csv)"

# A full disk, as far as a test can have one.
if "$VSCG_PROGRAMS_DIR/ave_localize" --data data --weights run_fully/best.safetensors >/dev/full 2>problem.txt; then
  fail "ave_localize: expected an error where its output cannot be written"
fi
grep -q "^ave_localize: error: cannot write to the standard output$" problem.txt || fail "$(cat problem.txt)"
