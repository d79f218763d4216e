#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs the example of your own layer; its sessions must agree.
set -eu
program=$VSCG_PROGRAMS_DIR/custom_layer
if [ ! -x "$program" ]; then
  echo "skipped: there is no $program"
  exit 77
fi
"$program" | tee /dev/stderr | grep -q "two sessions at once: the same numbers to the last bit"
