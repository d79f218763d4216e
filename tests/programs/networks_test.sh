#!/bin/bash
# SPDX-License-Identifier: MIT
# Every network that ave_train knows trains an epoch on one thread, and ave_evaluate measures the weights on two exactly as
# ave_train did.
set -eu
. "$(dirname "$0")/script.sh" ave_synthesize ave_train ave_evaluate

"$VSCG_PROGRAMS_DIR/ave_synthesize" --out data --videos 12 --type float32 >/dev/null
"$VSCG_PROGRAMS_DIR/ave_train" --networks >networks.txt
[ "$(wc -l <networks.txt)" -gt 50 ] || fail "--networks: expected VSCG, its variants and the hosts, found $(cat networks.txt)"
grep -q "^dmin_weakly  *weakly  *17745661  *11391549  *2.25  74.3$" networks.txt || fail "--networks: expected dmin_weakly's numbers"
grep -q "^dam_reconstruction_fully  *fully  *1347661  *1347661  *0.30  -$" networks.txt || fail "expected no figure for a reconstruction"
tail -n +2 networks.txt | while read -r network setting parameters _; do
  # Four bytes a number, eight where its authors train in double; and the header. One network does, the rest of those that
  # would are told not to.
  bytes=4
  in_float=
  case $network in cmbs_weakly) bytes=8 ;; cmbs_*) in_float="--precision float" ;; esac
  # shellcheck disable=SC2086
  "$VSCG_PROGRAMS_DIR/ave_train" --data data --setting "$setting" --network "$network" --epochs 1 --batch 5 \
    --threads 1 --out run $in_float >/dev/null || fail "$network does not train"
  size=$(wc -c <run/best.safetensors)
  [ "$size" -ge $((bytes * parameters)) ] && [ "$size" -le $((bytes * parameters + 50000)) ] ||
    fail "$network: expected $parameters parameters, found a file of $size bytes"
  "$VSCG_PROGRAMS_DIR/ave_evaluate" --data data --weights run/best.safetensors --threads 2 --json evaluation.json \
    >/dev/null || fail "$network is not evaluated"
  said=$(field run/summary.json test_accuracy)
  measured=$(field evaluation.json accuracy)
  [ -n "$said" ] && [ "$said" = "$measured" ] ||
    fail "$network: ave_train says test accuracy $said, ave_evaluate measures $measured"
  [ -z "$in_float" ] || grep -q '"precision": "float"' evaluation.json ||
    fail "$network: expected weights in float, found $(cat evaluation.json)"
  rm -r run
done

# A network's own numbers, and one that is not there in double.
"$VSCG_PROGRAMS_DIR/ave_train" --data data --setting fully --network cmran_fully --epochs 1 --batch 5 --protocol released \
  --out run >/dev/null 2>warnings.txt
grep -q "never measures validation with cmran_fully" warnings.txt || fail "expected a warning, found $(cat warnings.txt)"
grep -aqF '\"clip_grad_norm\":0.1,' run/last.checkpoint ||
  fail "expected cmran_fully to clip its gradients"
if "$VSCG_PROGRAMS_DIR/ave_train" --data data --setting fully --network cmran_fully --precision double --out twice \
  2>message.txt; then
  fail "cmran_fully trains in double"
fi
grep -q -- "--precision: expected float for cmran_fully, found double" message.txt || fail "$(cat message.txt)"
