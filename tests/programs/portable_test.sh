#!/bin/bash
# SPDX-License-Identifier: MIT
# Portable programs must take the library of the best level that the processor has, and a lower one when told that it has
# less; all of them must localize the same events.
set -eu
if [ ! -d "$VSCG_PROGRAMS_DIR/lib/glibc-hwcaps" ]; then
  echo "skipped: these programs are not portable ones (VSCG_PORTABLE_PROGRAMS)"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() {
  echo "$*" >&2
  exit 1
}

"$VSCG_PROGRAMS_DIR/ave_synthesize" --out data --videos 40 --type float16
"$VSCG_PROGRAMS_DIR/ave_train" --data data --setting fully --epochs 1 --batch 10 --threads 2 --out run >/dev/null

# Runs with some features masked, and prints which library was loaded.
loaded() {
  GLIBC_TUNABLES="glibc.cpu.hwcaps=$1" LD_DEBUG=libs "$VSCG_PROGRAMS_DIR/ave_localize" --data data \
    --weights run/best.safetensors --json events.json >/dev/null 2>libraries.txt
  sed -n 's/.*calling init: \(.*libvscg_example_networks.so\).*/\1/p' libraries.txt | head -n 1
}
best=$(/lib64/ld-linux-x86-64.so.2 --help | sed -n 's/^ *\(x86-64-v[34]\) (supported, searched).*/\1/p' | head -n 1)
case $(loaded "") in
*/lib/glibc-hwcaps/"${best:-none}"/*) ;;
*/lib/libvscg*) [ -z "$best" ] || fail "this processor has $best, but the library of all processors was taken" ;;
*) fail "expected the library of ${best:-all processors}, got: $(loaded "")" ;;
esac
grep -o '"category": "[^"]*"' events.json >expected.txt
[ -s expected.txt ] || fail "events.json names no category"

for masked in -AVX512F -AVX512F,-AVX2; do
  library=$(loaded "$masked")
  case $masked,$library in
  -AVX512F,*/x86-64-v3/* | -AVX512F,-AVX2,*/lib/libvscg*) ;;
  *) [ "$best" != x86-64-v4 ] || fail "with $masked: got $library" ;;
  esac
  grep -o '"category": "[^"]*"' events.json | cmp -s - expected.txt || fail "with $masked: other categories"
done
