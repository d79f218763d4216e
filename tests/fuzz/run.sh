#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a fuzz target on a corpus, with limits for small inputs, and shows what it found.
#   sh tests/fuzz/run.sh build/fuzz/tests/fuzz/npy_fuzz CORPUS -runs=10000000
# The corpus is a folder; an empty one gets the target's seeds. An input that fails is kept next to it.
set -eu
target=$1
corpus=$2
shift 2
log=$corpus.log
kept=$corpus.failed.
mkdir -p "$corpus"
rm -f "$kept"*

# Inputs are in memory while they are read.
memory=/dev/shm
[ -w $memory ] || memory=${TMPDIR:-/tmp}
TMPDIR=$(mktemp -d "$memory/fuzz.XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

# Allocation stacks and filled memory cost more than everything else; a replayed input can have them.
ASAN_OPTIONS=malloc_context_size=2:max_malloc_fill_size=0:quarantine_size_mb=8
export ASAN_OPTIONS
if "$target" -max_len=2048 -mutate_depth=2 -entropic=0 -timeout=120 -rss_limit_mb=1024 -malloc_limit_mb=16 \
  -artifact_prefix="$kept" "$@" "$corpus" >"$log" 2>&1; then
  grep -E '^#[0-9]+[[:space:]]+DONE|^fuzz:' "$log"
else
  grep -vE '^#[0-9]|NEW_FUNC|^0x' "$log" | tail -n 60
  for input in "$kept"*; do
    [ -e "$input" ] || continue
    echo "run.sh: the input is $input; $target $input runs it again. In base64:"
    base64 "$input"
  done
  exit 1
fi
