#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs the example of training a network of your own: it learns to read digits, and ends with the same bits if it is
# stopped and run again.
set -eu
program=$VSCG_PROGRAMS_DIR/custom_training
if [ ! -x "$program" ]; then
  echo "skipped: there is no $program"
  exit 77
fi
digits=$VSCG_TESTS_DIR/../examples/digits
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

"$program" "$digits" "$dir/whole" > "$dir/said"
grep -E "^epoch 40: loss 0\.0.*, (9[5-9]|100)\.[0-9] % of the held-out digits are right" "$dir/said"
grep -E "^loaded again: 2(8[3-9]|9[0-7]) of 297 are right" "$dir/said"

"$program" "$digits" "$dir/cut" 1
"$program" "$digits" "$dir/cut" 3 | tee "$dir/said"
grep -q "^epoch 2:" "$dir/said" && ! grep -q "^epoch 1:" "$dir/said"
"$program" "$digits" "$dir/through" 3
cmp "$dir/cut/last.checkpoint" "$dir/through/last.checkpoint"
cmp "$dir/cut/digits.safetensors" "$dir/through/digits.safetensors"

"$program" --help | grep -F "custom_training [folder of the digits]"
if "$program" "$dir" "$dir/nothing" 2> "$dir/said"; then exit 1; fi
grep -F "custom_training: error: cannot open $dir/" "$dir/said"
