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
  "$VSCG_PROGRAMS_DIR/ave_train" --data data --setting "$setting" --network "$network" --epochs 1 --batch 5 \
    --threads 1 --out run >/dev/null || fail "$network does not train"
  # Four bytes a number, eight where its authors train in double; and the header.
  case $network in cmbs_*) bytes=8 ;; *) bytes=4 ;; esac
  size=$(wc -c <run/best.safetensors)
  [ "$size" -ge $((bytes * parameters)) ] && [ "$size" -le $((bytes * parameters + 50000)) ] ||
    fail "$network: expected $parameters parameters, found a file of $size bytes"
  "$VSCG_PROGRAMS_DIR/ave_evaluate" --data data --weights run/best.safetensors --threads 2 --json evaluation.json \
    >/dev/null || fail "$network is not evaluated"
  said=$(field run/summary.json test_accuracy)
  measured=$(field evaluation.json accuracy)
  [ -n "$said" ] && [ "$said" = "$measured" ] ||
    fail "$network: ave_train says test accuracy $said, ave_evaluate measures $measured"
  rm -r run
done

# A network's own numbers, one that is there in float as well, and one that is not there in double.
"$VSCG_PROGRAMS_DIR/ave_train" --data data --setting fully --network cmran_fully --epochs 1 --batch 5 --protocol released \
  --out run >/dev/null 2>warnings.txt
grep -q "never measures validation with cmran_fully" warnings.txt || fail "expected a warning, found $(cat warnings.txt)"
grep -aqF '\"clip_grad_norm\":0.1,' run/last.checkpoint ||
  fail "expected cmran_fully to clip its gradients"
"$VSCG_PROGRAMS_DIR/ave_train" --data data --setting weakly --network cmbs_weakly --precision float --epochs 1 --batch 5 \
  --out single >/dev/null || fail "cmbs_weakly does not train in float"
"$VSCG_PROGRAMS_DIR/ave_evaluate" --data data --weights single/best.safetensors --json evaluation.json >/dev/null
[ "$(field single/summary.json test_accuracy)" = "$(field evaluation.json accuracy)" ] || fail "cmbs_weakly in float"
grep -q '"precision": "float"' evaluation.json || fail "expected weights in float, found $(cat evaluation.json)"
if "$VSCG_PROGRAMS_DIR/ave_train" --data data --setting fully --network cmran_fully --precision double --out twice \
  2>message.txt; then
  fail "cmran_fully trains in double"
fi
grep -q -- "--precision: expected float for cmran_fully, found double" message.txt || fail "$(cat message.txt)"
