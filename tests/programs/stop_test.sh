#!/bin/bash
# SPDX-License-Identifier: MIT
# The first Ctrl-C or SIGTERM ends every program in every phase, with 130 and nothing half-written. How soon is checked
# only roughly, because the machine may be busy: within 20 seconds, while the work itself would take minutes.
set -u
for program in ave_synthesize ave_train ave_tables ave_evaluate ave_localize ave_report; do
  if [ ! -x "${VSCG_PROGRAMS_DIR:?}/$program" ]; then
    echo "skipped: there is no $VSCG_PROGRAMS_DIR/$program"
    exit 77
  fi
done
PATH=$(cd "$VSCG_PROGRAMS_DIR" && pwd):$PATH
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 1
fail() {
  echo "failed: $*" >&2
  sed 's/^/  | /' log >&2
  exit 1
}
begin() {
  "$@" >log 2>&1 &
  pid=$!
}
# Waits until a condition holds.
until_true() {
  local tries=0
  until eval "$1" 2>/dev/null; do
    kill -0 "$pid" 2>/dev/null || fail "it ended before: $1"
    [ $((tries += 1)) -lt 2000 ] || fail "never: $1"
    sleep 0.01
  done
}
# Whether its main function has begun: before that, a signal ends it like any process. Until the program is loaded, the
# process is still the shell, which listens as well.
listens() { [ "$(cat "/proc/$pid/comm")" != "$(cat /proc/$$/comm)" ] && [ $((0x$(sed -n 's/^SigCgt:\t*//p' "/proc/$pid/status") & 0x4002)) -eq $((0x4002)) ]; }
# Sends a signal to the program that was begun; it must end with 130 and say so.
stop() {
  local tries=0 code
  kill -"$1" "$pid"
  while kill -0 "$pid" 2>/dev/null; do
    [ $((tries += 1)) -lt 400 ] || fail "SIG$1 was not heard"
    sleep 0.05
  done
  wait "$pid"
  code=$?
  pid=
  [ $code -eq 130 ] || fail "expected exit code 130 after SIG$1, found $code"
}
told() { grep -q "$1" log || fail "expected to be told \"$1\""; }
no_trace() { [ -z "$(find . -name '*.tmp' -o -name '*.part' -o -name '*.partial')" ] || fail "something half-written was left"; }

ave_synthesize --out data --videos 30 --noisy 0 --type float16 --compress >log || fail "no data"

# Synthesis: while a million events are drawn, and while videos are written into a new folder and over an earlier set.
for delay in 0.05 0.3; do
  begin ave_synthesize --out new --videos 1000000 --compress
  until_true listens
  sleep $delay
  stop INT
  [ ! -e new ] || fail "a folder was left"
done
for type in float16 "float16 --compress"; do
  # shellcheck disable=SC2086
  begin ave_synthesize --out new --videos 2000 --type $type
  until_true '[ -e new/.ave_synthesize.partial/visual_feature.h5 ]'
  stop TERM
  told "^ave_synthesize: interrupted$"
  [ ! -e new ] || fail "a folder was left"
done
before=$(cksum data/*)
begin ave_synthesize --out data --videos 2000 --type float16 --force
until_true '[ -e data/.ave_synthesize.partial/visual_feature.h5 ]'
stop INT
[ "$before" = "$(cksum data/*)" ] || fail "the earlier data set has changed"
no_trace

# Training: while it starts; while another process writes the cache; in the middle of the first step, which is then
# given up, so that the checkpoint holds the state before it.
begin ave_train --data data --setting fully --epochs 1000000 --batch 8 --out run
until_true listens
stop TERM
mkdir data/.vscg_cache
exec 9>data/.vscg_cache/lock
flock 9
begin ave_train --data data --setting fully --batch 8 --cache --out run_cache
until_true listens
sleep 0.5  # the lock, which it asks for again and again, keeps it from going further
stop INT
exec 9>&-
[ ! -e run_cache ] || fail "a folder was left"
begin ave_train --data data --setting fully --batch 24 --micro-batch 24 --precision double --threads 1 --out step
until_true '[ -e step/last.checkpoint ]'
stop TERM
told "^ave_train: interrupted; go on with --resume --out step$"
grep -q '"steps": 0,' step/summary.json || fail "expected the step to be given up"
no_trace

# Tables: while it looks at the data, and while a run trains, which stops too.
# shellcheck disable=SC2054
tables=(ave_tables --data data --table 3 --only vscg_fully --epochs 1000000 --batch 8 --out)
begin "${tables[@]}" early
until_true listens
stop TERM
begin "${tables[@]}" tables
until_true '[ -e tables/runs/vscg_fully-seed1/last.checkpoint ]'
run=$(cat "/proc/$pid/task/$pid/children")
stop INT
told "^ave_tables: interrupted; the same command goes on where the runs have stopped$"
# shellcheck disable=SC2086  # a list of numbers
if kill -0 $run 2>/dev/null; then fail "a run goes on alone"; fi
[ ! -e tables/table_3.md ] || fail "a table was written"
no_trace

# A report: while it measures; a run is measured as often as it is named.
ave_train --data data --setting fully --epochs 1 --batch 8 --threads 1 --out trained >log 2>&1 || fail "no run"
# shellcheck disable=SC2046  # a list of words
begin ave_report $(printf 'trained/%.0s ' {1..1000}) --data data --threads 1 --out report.html
until_true listens
sleep 0.5
stop INT
told "^ave_report: interrupted$"
[ ! -e report.html ] || fail "a report was written"
no_trace

# Any wait: here, for somebody to read a full pipe.
mkfifo pipe
exec 8<>pipe
dd if=/dev/zero of=pipe bs=4096 oflag=nonblock 2>/dev/null
for program in ave_synthesize ave_train ave_tables ave_evaluate ave_localize ave_report; do
  $program --help >pipe 2>log &
  pid=$!
  until_true listens
  stop TERM
done
echo "stops: all heard"
