#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs the example of your own operation on both backends; without a device, its program says so and goes on.
set -eu
program=$VSCG_PROGRAMS_DIR/custom_operation
if [ ! -x "$program" ]; then
  echo "skipped: there is no $program"
  exit 77
fi
"$program" | tee /dev/stderr | grep -Eq "^cuda: (loss .* after 1000 steps|expected a )"
