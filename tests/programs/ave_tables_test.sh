#!/bin/bash
# SPDX-License-Identifier: MIT
# ave_tables trains what a table needs, goes on after it was stopped, and writes the same table as if it had not been.
set -eu
. "$(dirname "$0")/script.sh" ave_synthesize ave_train ave_tables
PATH=$(cd "$VSCG_PROGRAMS_DIR" && pwd):$PATH
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null; rm -rf "$work"' EXIT

# refused TEXT ARGUMENT ...: exit code 1 and one line with the text.
refused() {
  local text=$1
  shift
  if ave_tables "$@" >log 2>&1; then fail "not refused: $*"; fi
  [ "$(grep -c '^ave_tables: error: ' log)" = 1 ] || fail "expected one error line: $* $(cat log)"
  grep -qF -- "$text" log || fail "expected \"$text\": $* $(cat log)"
}
# Everything in a table's lines but step time, memory and time.
results() { cut -d, -f 1-13,17- "$1"; }

ave_synthesize --out data --videos 12 --type float32 >/dev/null
# shellcheck disable=SC2054
usual=(--data data --table 3 --only vscg_fully_without_escm,vscg_fully --seeds 2 --epochs 2 --batch 3 --threads 1)

ave_tables "${usual[@]}" --out whole --jobs 2 >log 2>&1 || fail "$(cat log)"
grep -q "^4 of 4: " log || fail "expected 4 runs: $(cat log)"
grep -qE '^\| w/o ESCM \| 77.9 \| [0-9.]+ ± [0-9.]+ \| [0-9.]+ ± [0-9.]+ \| 72.9 \| no run \| no run \|$' whole/table_3.md ||
  fail "expected numbers in the row w/o ESCM: $(cat whole/table_3.md)"
grep -qE '^\| w/o ESCM − ISCE w/ CERE \(Ours\) \| Fully \| [-+][0-9.]+ \| \[[-+][0-9.]+, [-+][0-9.]+\] \| 2 \|$' \
  whole/table_3.md || fail "expected a difference: $(cat whole/table_3.md)"
grep -qE '^\| vscg_fully \| 2,629,226 \| 2,508,366 \| [0-9.]+ \| [0-9]+ \| [0-9.]+ s \| cpu, float \|$' whole/table_3.md ||
  fail "expected the costs of vscg_fully: $(cat whole/table_3.md)"
[ "$(wc -l <whole/table_3.csv)" = 13 ] || fail "expected a line for each cell"
grep -qE '"at":\[[0-9.]+,null,null,null,null,[0-9.]+\],"low":\[[0-9.]+,null,null,null,null,[0-9.]+\]' whole/table_3.html ||
  fail "expected a plot with the accuracies of two rows"

# The means are those of what the runs say themselves.
row=$(grep ',vscg_fully,' whole/table_3.csv)
for known in "7 test_accuracy 100" "10 best_test_accuracy 100" "12 parameters 1" "13 parameters_reached 1" \
  "14 step_seconds 1" "15 peak_memory_mib 1" "16 seconds 1"; do
  read -r column name unit <<<"$known"
  a=$(field whole/runs/vscg_fully-seed1/summary.json "$name")
  b=$(field whole/runs/vscg_fully-seed2/summary.json "$name")
  found=$(cut -d, -f "$column" <<<"$row")
  awk "BEGIN { e = $unit * ($a + $b) / 2; d = $found - e; exit !(d * d <= 1e-18 * e * e) }" ||
    fail "$name: expected $unit times the mean of $a and $b, found $found"
done

# Again: nothing is trained, and every byte is the same.
before=$(cksum whole/table_3.*)
ave_tables "${usual[@]}" --out whole >log 2>&1 || fail "$(cat log)"
if grep -q " of 4" log; then fail "a finished run was trained again: $(cat log)"; fi
[ "$before" = "$(cksum whole/table_3.*)" ] || fail "the same runs gave another table"

# Where there is no such card, it is missed only if there is something to train.
# shellcheck disable=SC2054
on_card=(--data data --table 3 --only vscg_fully --epochs 2 --batch 3 --threads 1 --device cuda:1023 --out whole)
refused "cuda" "${on_card[@]}" --seeds 3
[ "$before" = "$(cksum whole/table_3.*)" ] || fail "a refused command changed a table"
ave_tables "${on_card[@]}" --seeds 2 >log 2>&1 || fail "$(cat log)"
grep -qF -- ' --device cuda:1023 ' whole/table_3.md || fail "expected the command: $(cat whole/table_3.md)"

# Stopped: the runs stop too and keep what they have; no table is written.
ave_tables "${usual[@]}" --out stopped >log 2>&1 &
pid=$!
until [ -e stopped/runs/vscg_fully_without_escm-seed1/metrics.jsonl ]; do
  kill -0 $pid 2>/dev/null || fail "it ended early: $(cat log)"
  sleep 0.02
done
children=$(cat "/proc/$pid/task/$pid/children")
kill -TERM $pid
code=0
wait $pid || code=$?
pid=
[ $code = 130 ] || fail "expected exit code 130 after SIGTERM, found $code: $(cat log)"
grep -q "^ave_tables: interrupted; the same command goes on" log || fail "$(cat log)"
for child in $children; do
  if kill -0 "$child" 2>/dev/null; then fail "a run goes on alone"; fi
done
[ ! -e stopped/table_3.md ] || fail "a table was written"

# Killed: the runs end as well.
ave_tables "${usual[@]}" --out stopped --jobs 2 >log 2>&1 &
pid=$!
until [ "$(wc -w <"/proc/$pid/task/$pid/children")" = 2 ]; do
  kill -0 $pid 2>/dev/null || fail "it ended early: $(cat log)"
  sleep 0.02
done
children=$(cat "/proc/$pid/task/$pid/children")
kill -9 $pid
wait $pid 2>/dev/null || true
pid=
for child in $children; do
  for ((tries = 0; tries < 500; ++tries)); do
    kill -0 "$child" 2>/dev/null || continue 2
    sleep 0.02
  done
  fail "a run goes on alone"
done
ave_tables "${usual[@]}" --out stopped >log 2>&1 || fail "$(cat log)"
[ "$(results whole/table_3.csv)" = "$(results stopped/table_3.csv)" ] || fail "a stopped table has other numbers"
[ -z "$(find . -name '*.tmp')" ] || fail "something half-written was left"

# The authors' precision, or the one asked for; a run stays in the one that it began with.
# shellcheck disable=SC2054
double=(--data data --table 4 --only cmbs_weakly --seeds 1 --epochs 1 --batch 6 --micro-batch 3 --threads 1 --out double)
ave_tables "${double[@]}" >log 2>&1 || fail "$(cat log)"
grep -qE '^\| cmbs_weakly \| .* s \| cpu, double \|$' double/table_4.md || fail "expected double: $(cat double/table_4.md)"
grep -qE ',cmbs_weakly,.*,"cpu, double"$' double/table_4.csv || fail "expected double: $(cat double/table_4.csv)"
refused "--precision: expected double, as double/runs/cmbs_weakly-seed1/last.checkpoint began with, found float" \
  "${double[@]}" --precision float
ave_tables "${double[@]}" --precision double >log 2>&1 || fail "$(cat log)"
grep -qF -- ' --precision double --only cmbs_weakly --out double' double/table_4.md || fail "expected the command: $(cat double/table_4.md)"

# What the runs are told, and what a user is told of theirs: a program stands in for ave_train.
mkdir stand_in
cp "$VSCG_PROGRAMS_DIR/ave_tables" stand_in/
[ ! -d "$VSCG_PROGRAMS_DIR/lib" ] || ln -s "$VSCG_PROGRAMS_DIR/lib" stand_in/lib  # where portable programs load from
cat >stand_in/ave_train <<'END'
#!/bin/sh
echo "$*"
echo "ave_train: warning: run/last.checkpoint was written by another build (a card; this is a processor): it goes on" >&2
END
chmod +x stand_in/ave_train
for given in "" "--precision float" "--precision exact"; do
  # shellcheck disable=SC2086  # a list of words
  stand_in/ave_tables --data data --table 6 --only cmbs_fully,vscg_fully --seeds 1 --out told $given >log 2>&1 || fail "$(cat log)"
  for network in cmbs_fully vscg_fully; do
    case $network$given in
      *exact) precision=exact ;;
      cmbs_fully) precision=double ;;
      *) precision=float ;;
    esac
    grep -q -- "--network $network .* --device cpu --precision $precision --resume " told/runs/$network-seed1.log ||
      fail "expected $precision: $(cat told/runs/$network-seed1.log)"
    grep -qF "ave_tables: warning: $network, seed 1: run/last.checkpoint was written by another build (a card; this is" log ||
      fail "expected a warning: $(cat log)"
  done
done

# One run fails: the others are trained, the table lacks it, and the error names it.
mkdir -p broken/runs/vscg_fully-seed1
: >broken/runs/vscg_fully-seed1/metrics.jsonl
# shellcheck disable=SC2054
few=(--data data --table 3 --only vscg_fully,vscg_fully_without_escm --seeds 1 --epochs 1 --batch 3 --out broken)
refused "1 that failed; the tables lack them" "${few[@]}"
grep -qF "failed: vscg_fully, seed 1 (broken/runs/vscg_fully-seed1.log): --out broken/runs/vscg_fully-seed1: expected" log ||
  fail "$(cat log)"
grep -qE '^\| w/o ESCM \| 77.9 \| [0-9.]+ \|' broken/table_3.md || fail "$(cat broken/table_3.md)"
grep -qF '| ISCE w/ CERE (Ours) | 79.7 | no run |' broken/table_3.md || fail "$(cat broken/table_3.md)"

# A table without runs, and what is refused before anything starts.
ave_tables --data data --table 2 --out sizes >log 2>&1 || fail "$(cat log)"
grep -qF '| dmin_fully | 17,744,890 | 11,390,778 | 17.7 M |' sizes/table_2.md || fail "$(cat sizes/table_2.md)"
before=$(find whole -type f -exec cksum {} + | sort)
here=(--table 3 --seeds 2 --out whole)
refused "--batch: expected 3, as whole/runs/vscg_fully_without_escm-seed1/last.checkpoint began with, found 4" \
  --data data "${here[@]}" --epochs 2 --batch 4
refused "--epochs: expected 2 or more, as whole/runs/" --data data "${here[@]}" --epochs 1 --batch 3
refused "--only: expected networks of these tables: vscg_fully_without_escm, " --data data --table 3 --only resnet --out new
refused "--table: expected numbers from 1 to 6 with commas, or all, found 7" --data data --table 3,7 --out new
ave_synthesize --out other --videos 12 --type float32 --seed 2 >/dev/null
refused "--data: expected the data set that whole/runs/" --data other "${here[@]}" --epochs 2 --batch 3
[ "$before" = "$(find whole -type f -exec cksum {} + | sort)" ] || fail "a refused command changed something"
[ ! -e new ] || fail "a refused command left a folder"
