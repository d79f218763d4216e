#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs ave_train as users do: killed at random moments and resumed, it must end with the same bits as an undisturbed run.
# Also tests Ctrl-C and what it refuses.
#   VSCG_KILLS=20 VSCG_KILL_SEED=7 VSCG_PROGRAMS_DIR=build/release/bin bash tests/programs/ave_train_test.sh
set -u
train=${VSCG_PROGRAMS_DIR:?}/ave_train
synthesize=$VSCG_PROGRAMS_DIR/ave_synthesize
kills=${VSCG_KILLS:-3}
RANDOM=${VSCG_KILL_SEED:-$$}

here=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null; rm -rf "$here"' EXIT
fail() {
  echo "failed: $*" >&2
  sed 's/^/  | /' "$here/log" >&2
  exit 1
}
# Runs a command that must end with a given code; its output is in $here/log.
expect() {
  local code=$1
  shift
  "$@" >"$here/log" 2>&1
  local found=$?
  [ $found -eq "$code" ] || fail "expected exit code $code, found $found: $*"
}
# Runs ave_train, which must refuse with one line that contains a text.
refused() {
  local text=$1
  shift
  expect 1 "$train" "$@"
  [ "$(grep -c '^ave_train: error: ' "$here/log")" -eq 1 ] || fail "expected one error line: $*"
  grep -qF -- "$text" "$here/log" || fail "expected \"$text\": $*"
}
# The numbers of a checkpoint, without its header, which holds times.
arrays() {
  local header
  header=$(od -An -t u8 -N 8 "$1")
  tail -c "+$((header + 9))" "$1"
}
optimizer() { head -c 1000000 "$1" | grep -aoE '"progress\\+":\[[^]]*\]'; }
no_times() { sed -E 's/"((training_|step_)?seconds|peak_memory_mib|threads)": ?[-+0-9.e]+//g' "$1"; }
same() {
  cmp <(arrays "$1/last.checkpoint") <(arrays "$2/last.checkpoint") || fail "$2: another checkpoint than $1"
  [ -n "$(optimizer "$1/last.checkpoint")" ] || fail "$1: no progress of the optimizer in the checkpoint"
  [ "$(optimizer "$1/last.checkpoint")" = "$(optimizer "$2/last.checkpoint")" ] || fail "$2: another progress than $1"
  cmp "$1/best.safetensors" "$2/best.safetensors" || fail "$2: other weights than $1"
  diff <(no_times "$1/metrics.jsonl") <(no_times "$2/metrics.jsonl") || fail "$2: other metrics than $1"
  diff <(no_times "$1/summary.json") <(no_times "$2/summary.json") || fail "$2: another summary than $1"
  [ -z "$(find "$2" -name '*.tmp')" ] || fail "$2: something half-written was left"
}

expect 0 "$synthesize" --out "$here/data" --videos 40 --type float16
usual=(--data "$here/data" --setting fully --batch 8 --epochs 3)

# An undisturbed run, with which all others are compared.
began=$(date +%s%N)
expect 0 "$train" "${usual[@]}" --out "$here/whole" --threads 1
whole=$((($(date +%s%N) - began) / 1000000)) # milliseconds
[ "$(grep -c '^epoch ' "$here/log")" -eq 3 ] || fail "expected one plain line per epoch"
grep -q $'\r' "$here/log" && fail "expected no progress bar where nobody watches"
[ "$(wc -l <"$here/whole/metrics.jsonl")" -eq 3 ] || fail "expected one line of metrics.jsonl per epoch"
for key in test_accuracy best_test_accuracy validation_accuracy epoch parameters seconds peak_memory_mib seed; do
  grep -qE "\"$key\": [0-9]" "$here/whole/summary.json" || fail "expected $key in summary.json"
done

for field in '"device": "cpu"' '"card": null' '"precision": "float"'; do
  grep -q "^  $field,\$" "$here/whole/summary.json" || fail "expected $field in summary.json"
done

# Killed at random moments.
number=1
done_kills=0
while [ "$done_kills" -lt "$kills" ]; do
  out=$here/killed$number
  "$train" "${usual[@]}" --out "$out" --threads 2 --resume >"$here/log" 2>&1 &
  pid=$!
  wait_ms=$((whole * RANDOM / 32768))
  sleep "$((wait_ms / 1000)).$(printf %03d $((wait_ms % 1000)))"
  if kill -9 "$pid" 2>/dev/null; then
    wait "$pid" 2>/dev/null
    done_kills=$((done_kills + 1))
    epochs=$(grep -c . "$out/metrics.jsonl" 2>/dev/null)
    echo "kill $done_kills: run $number had ${epochs:-0} epochs$([ -e "$out/last.checkpoint.tmp" ] && echo ', an unfinished file')"
  else
    wait "$pid" || fail "run $number ended with an error"
    same "$here/whole" "$out"
    echo "run $number: identical"
    rm -rf "$out"
    number=$((number + 1))
  fi
  pid=
done
expect 0 "$train" "${usual[@]}" --out "$here/killed$number" --threads 2 --resume
same "$here/whole" "$here/killed$number"
echo "run $number: identical"

# Weakly supervised, with the noisy videos; killed once.
weak=(--data "$here/data" --setting weakly --batch 17 --epochs 2)
expect 0 "$train" "${weak[@]}" --out "$here/weak"
"$train" "${weak[@]}" --out "$here/weak_killed" >"$here/log" 2>&1 &
pid=$!
until [ -e "$here/weak_killed/metrics.jsonl" ]; do
  kill -0 "$pid" 2>/dev/null || fail "the weakly supervised run ended before its first epoch"
  sleep 0.05
done
kill -9 "$pid"
wait "$pid" 2>/dev/null
pid=
expect 0 "$train" "${weak[@]}" --out "$here/weak_killed" --resume
same "$here/weak" "$here/weak_killed"
[ "$(grep -o '"steps": [0-9]*' "$here/weak/summary.json")" = '"steps": 4' ] || fail "expected 2 steps of 17 of 34 videos per epoch"

# In double, under the authors' protocol: it evaluates no split after one epoch.
expect 0 "$train" --data "$here/data" --setting fully --batch 32 --epochs 1 --precision double --protocol released --micro-batch 8 \
  --out "$here/released"
grep -q '^ave_train: warning: --protocol released .* no best weights' "$here/log" || fail "expected a warning"
grep -q '"test_accuracy": null' "$here/released/summary.json" || fail "expected no accuracy"
[ ! -e "$here/released/best.safetensors" ] || fail "expected no best weights"

# Ctrl-C gives up the step; the run continues from there, even with other files lost and the folder moved.
for signal in INT TERM; do
  "$train" "${usual[@]}" --out "$here/stopped" >"$here/log" 2>&1 &
  pid=$!
  until [ -e "$here/stopped/last.checkpoint" ]; do
    kill -0 "$pid" 2>/dev/null || fail "the run ended before it began"
    sleep 0.05
  done
  kill -$signal "$pid"
  wait "$pid"
  code=$?
  pid=
  [ $code -eq 130 ] || fail "expected exit code 130 after SIG$signal, found $code"
  mv "$here/stopped" "$here/moved"
  rm -f "$here/moved/metrics.jsonl" "$here/moved/best.safetensors" "$here/moved/summary.json"
  expect 0 "$train" --data "$here/data" --setting fully --out "$here/moved" --resume
  same "$here/whole" "$here/moved"
  rm -rf "$here/moved"
done

# More epochs than at first, and then nothing to do.
few=(--data "$here/data" --setting fully --batch 8)
expect 0 "$train" "${few[@]}" --epochs 1 --out "$here/grown"
expect 0 "$train" "${few[@]}" --epochs 3 --out "$here/grown" --resume
sed -i 's/"epochs": 1,/"epochs": 3,/' "$here/grown/summary.json"
same "$here/whole" "$here/grown"
expect 0 "$train" "${few[@]}" --out "$here/grown" --resume
same "$here/whole" "$here/grown"

# A loss that is not finite is an error, and the same command stops there again.
wild=("${few[@]}" --epochs 2 --learning-rate 1e30 --out "$here/wild")
refused "step 2: expected a finite loss" "${wild[@]}"
refused "step 2: expected a finite loss" "${wild[@]}" --resume

# Everything that is refused leaves nothing behind.
plain=(--data "$here/data" --setting fully)
before=$(cksum "$here/whole"/*)
refused "a new folder, or --resume" "${usual[@]}" --out "$here/whole"
refused "--seed: expected 1, as " "${plain[@]}" --out "$here/whole" --resume --seed 2
refused "--batch: expected 8, as " "${plain[@]}" --out "$here/whole" --resume --batch 4
refused "--epochs: expected 3 or more, as " "${plain[@]}" --out "$here/whole" --resume --epochs 2
refused "--precision: expected float, as " "${plain[@]}" --out "$here/whole" --resume --precision double
refused "--micro-batch: expected 32, as " "${plain[@]}" --out "$here/whole" --resume --micro-batch 4
refused "--protocol: expected clean, as " "${plain[@]}" --out "$here/whole" --resume --protocol released
refused "--setting: expected fully, as " --data "$here/data" --setting weakly --out "$here/whole" --resume
expect 0 "$synthesize" --out "$here/other" --videos 40 --type float16 --seed 2
refused "--data: expected the data set that " --data "$here/other" --setting fully --out "$here/whole" --resume --epochs 4
[ "$before" = "$(cksum "$here/whole"/*)" ] || fail "a refused resume changed the run"

nothing=$here/nothing
refused "--batch: expected at most 32, " "${plain[@]}" --batch 33 --out "$nothing"
refused "--batch: expected a whole number from 1 to 1000000, found 0" "${plain[@]}" --batch 0 --out "$nothing"
refused "--epochs: expected a whole number from 1 to 1000000, found 0" "${plain[@]}" --epochs 0 --out "$nothing"
refused "--learning-rate: expected a number from 1e-30 to 1e+30, found 0" "${usual[@]}" --learning-rate 0 --out "$nothing"
refused "--decay-after: expected epochs from 1 that increase" "${usual[@]}" --decay-after 5,5 --out "$nothing"
refused "--network with --setting fully: expected one of vscg_fully, " "${usual[@]}" --network vscg_weakly --out "$nothing"
refused "expected one of vscg_fully, " "${usual[@]}" --network resnet --out "$nothing"
refused "--speed" "${usual[@]}" --speed 3 --out "$nothing"
refused "--setting" --data "$here/data" --setting sometimes --out "$nothing"
refused "--data" --setting fully --out "$nothing"
refused "$here/nowhere" --data "$here/nowhere" --setting fully --out "$nothing"
mv "$here/other/test_order.h5" "$here/test_order.h5"
refused "test_order.h5" --data "$here/other" --setting fully --out "$nothing"
[ ! -e "$nothing" ] || fail "a refused run left a folder"
refused "/proc/run" "${usual[@]}" --out /proc/run
echo "ave_train: all as it should be"
