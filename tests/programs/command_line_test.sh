#!/bin/bash
# SPDX-License-Identifier: MIT
# How the programs check their options before they do anything: numbers, names, and outputs that would replace inputs.
# Nothing that is refused leaves or changes a file.
set -u
for program in ave_synthesize ave_train ave_tables ave_evaluate ave_localize ave_report custom_layer; do
  if [ ! -x "${VSCG_PROGRAMS_DIR:?}/$program" ]; then
    echo "skipped: there is no $VSCG_PROGRAMS_DIR/$program"
    exit 77
  fi
done
PATH=$(cd "$VSCG_PROGRAMS_DIR" && pwd):$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
fail() {
  echo "failed: $*" >&2
  exit 1
}
# refused TEXT PROGRAM ARGUMENT ...: exit code 1 and one line that is this text, or begins with it if the text ends in *.
refused() {
  local text=$1 found code
  shift
  found=$(timeout -s KILL 20 "$@" 2>&1 >/dev/null)
  code=$?
  [ $code -eq 1 ] || fail "expected exit code 1, found $code: $*: $found"
  # shellcheck disable=SC2053
  [[ $found == "$1: error: "$text ]] || fail "expected \"$text\": $*: $found"
}
mkdir -p in/data
for name in w a.npy v.npy in/data/visual_feature.h5 in/data/labels.h5 in/data/Annotations.txt; do echo "$name" >"$name"; done
everything() { find . \( ! -type d -printf '%p %y %l %i %T@\n' \) -o -print | sort; find . -type f -exec cksum {} + | sort; }

# Every option that takes a number: its command line, the least and the most. Everything else on the line is right, or is
# not looked at before.
out=../never
numbers=(
  "ave_synthesize --out $out|--videos|3|1000000"
  "ave_synthesize --out $out|--noisy|0|1000000"
  "ave_synthesize --out $out|--seed|0|18446744073709551615"
  "ave_train --data in/none --setting fully --out $out|--epochs|1|1000000"
  "ave_train --data in/none --setting fully --out $out|--batch|1|1000000"
  "ave_train --data in/none --setting fully --out $out|--micro-batch|1|1000000"
  "ave_train --data in/none --setting fully --out $out|--decay-after|1|1000000"
  "ave_train --data in/none --setting fully --out $out|--seed|0|18446744073709551615"
  "ave_train --data in/none --setting fully --out $out|--threads|1|1024"
  "ave_tables --data in/none --table 3 --out $out|--seeds|1|1000"
  "ave_tables --data in/none --table 3 --out $out|--epochs|1|1000000"
  "ave_tables --data in/none --table 3 --out $out|--batch|1|1000000"
  "ave_tables --data in/none --table 3 --out $out|--micro-batch|1|1000000"
  "ave_tables --data in/none --table 3 --out $out|--jobs|1|1024"
  "ave_tables --data in/none --table 3 --out $out|--threads|1|1024"
  "ave_evaluate --data in/none --weights w|--threads|1|1024"
  "ave_localize --data in/none --weights w|--threads|1|1024"
  "ave_localize --data in/none --weights w|--videos|0|1000000000"
  "ave_report in/none --data in/none --out $out|--count|0|1000"
  "ave_report in/none --data in/none --out $out|--threads|1|1024"
)
for row in "${numbers[@]}"; do
  IFS='|' read -r command option least most <<<"$row"
  read -ra words <<<"$command"
  text="$option: expected a whole number from $least to $most, found"
  for value in -1 0x10 99999999999999999999999 "$((least - 1))" "$most"0; do
    refused "$text $value" "${words[@]}" "$option=$value"
  done
  "${words[0]}" --help | grep -qF -- "a whole number from $least to $most" || fail "$command: no range of $option in --help"
done
text="--noisy: expected a whole number from 0 to 1000000, found"
for value in -1 +1 1.0 1e3 1k 1_000 1,000 nan; do refused "$text $value" ave_synthesize --out $out --noisy $value; done
for value in " 7" "7 " $'7\t'; do refused "$text \"${value/$'\t'/?}\"" ave_synthesize --out $out --noisy "$value"; done
refused "$text nothing" ave_synthesize --out $out --noisy ""
refused "--decay-after: expected a whole number from 1 to 1000000, found nothing" \
  ave_train --data in/none --setting fully --decay-after 60,,120
refused "--videos: expected a whole number from 0 to 1000000000, found -2" \
  ave_localize --data in/none --weights w --videos 1 -2
reals=(
  "ave_train --data in/none --setting fully --out $out|--learning-rate|1e-30 to 1e+30"
  "ave_tables --data in/none --table 3 --out $out|--learning-rate|1e-30 to 1e+30"
  "ave_evaluate --data in/none --weights w|--threshold|0 to 1"
  "ave_localize --data in/none --weights w|--threshold|0 to 1"
)
for row in "${reals[@]}"; do
  IFS='|' read -r command option range <<<"$row"
  read -ra words <<<"$command"
  for value in nan -inf -1 +0.5 0x1p-1 0,5 1e999 1e-999 1e31; do
    refused "$option: expected a number from $range, found $value" "${words[@]}" "$option=$value"
  done
  "${words[0]}" --help | grep -qF -- "a number from $range" || fail "$command: no range of $option in --help"
done
for wrong in 0 7 3, ,3 03 33 I "" alle; do
  refused "--table: expected numbers from 1 to 6 with commas, or all, found *" ave_tables --data in/none --out $out --table "$wrong"
done
refused "data folder in/none: expected *" ave_tables --data in/none --table 3,5 --out $out
# Numbers are decimal, with leading zeros too, and the largest ones are accepted.
refused "data folder in/none: expected *" ave_train --data in/none --setting fully --out "$out" --epochs 010 \
  --seed 18446744073709551615 --decay-after 60,120 --learning-rate 1e-3
ave_synthesize --out ten --videos 010 --noisy 000 --seed 00 --type float16 | grep -q '^ten: 10 videos' || fail "010 is ten"
rm -r ten

# Names, and nothing but names.
for wrong in 2 Test ""; do
  refused "--split: expected train, val, validation or test, found ${wrong:-nothing}" \
    ave_evaluate --data in/none --weights w "--split" "$wrong"
  refused "--type: expected float64, float32 or float16, found ${wrong:-nothing}" \
    ave_synthesize --out "$out" "--type" "$wrong"
  refused "--without: expected nothing, sound, sight or place, found ${wrong:-nothing}" \
    ave_synthesize --out "$out" "--without" "$wrong"
  refused "--setting: expected fully or weakly, found ${wrong:-nothing}" ave_train --data in/none "--setting" "$wrong"
  refused "--precision: expected float, double, exact, split, tf32 or bf16, found ${wrong:-nothing}" \
    ave_train --data in/none --setting fully "--precision" "$wrong"
  refused "--precision: expected float, double, exact, split, tf32 or bf16, found ${wrong:-nothing}" \
    ave_tables --data in/none --table 3 "--precision" "$wrong"
  refused "--precision: expected exact, split, tf32 or bf16, found ${wrong:-nothing}" \
    ave_report in/none --data in/none "--precision" "$wrong"
  refused "--protocol: expected clean or released, found ${wrong:-nothing}" \
    ave_train --data in/none --setting fully "--protocol" "$wrong"
done
refused "cannot open in/missing*" ave_evaluate --data in/none --weights in/missing --split val
ave_train --help | grep -qF -- "(default: 32)" || fail "--micro-batch is 32 by default"

# Where to compute is known before anything else is done: a processor is exact, a card is not double, and not every
# network is compiled for one.
train=(ave_train --data in/none --setting fully --out "$out")
tables=(ave_tables --data in/none --table 3 --out "$out" --only)
for command in "${train[*]}" "${tables[*]} vscg_fully" "ave_report in/none --data in/none --out $out" \
  "ave_evaluate --data in/none --weights w" "ave_localize --data in/none --weights w"; do
  read -ra words <<<"$command"
  for wrong in gpu CUDA cuda1 "cpu:0" ""; do
    refused "--device: expected cpu, cuda or cuda:N, found ${wrong:-nothing}" "${words[@]}" --device "$wrong"
  done
  for wrong in "" -1 1024 0x1 1,2; do
    refused "--device: the number of a card: expected a whole number from 0 to 1023, found ${wrong:-nothing}" \
      "${words[@]}" --device "cuda:$wrong"
  done
  for fast in split tf32 bf16; do
    refused "--precision: expected exact on a processor: the faster ones need --device cuda, found $fast" \
      "${words[@]}" --precision $fast
  done
  found=$("${words[@]}" --device cuda:1023 2>&1)
  code=$?
  [ $code -eq 1 ] || fail "expected exit code 1, found $code: $command --device cuda:1023: $found"
  case ${found#*: error: } in
    "--device: expected cpu, because this program was built without CUDA (VSCG_ENABLE_CUDA=ON), found cuda") ;;
    "cuda: expected a CUDA device, found none: "*) ;;
    "cuda: expected cuda:0"*" of this machine, found cuda:1023") ;;
    *) fail "$command --device cuda:1023: $found" ;;
  esac
done
refused "--precision: expected exact, split, tf32 or bf16 with --device cuda, found double" \
  "${train[@]}" --device cuda --precision double
refused "--precision: expected exact, split, tf32 or bf16 with --device cuda, found double" \
  "${tables[@]}" vscg_weakly --device cuda --precision double
refused "--device: expected cpu for vscg_fully_paper, found cuda" "${train[@]}" --device cuda --network vscg_fully_paper
refused "--device: expected cpu for vscg_weakly_without_isce, found cuda" \
  "${tables[@]}" vscg_weakly,vscg_weakly_without_isce --device cuda
refused "--precision: expected float for vscg_fully_without_escm, found double" \
  "${tables[@]}" vscg_fully,vscg_fully_without_escm --precision double
refused "--only: expected names of networks, found nothing" "${tables[@]}" vscg_fully,,vscg_weakly

# An unset shell variable is not a name.
for words in "ave_synthesize --out" "ave_synthesize --out $out --annotations" "ave_train --setting fully --data" \
  "ave_train --setting fully --data in/data --out" "ave_evaluate --data in/data --weights" "ave_evaluate --weights w --data" \
  "ave_evaluate --data in/data --weights w --json" "ave_localize --weights" "ave_localize --weights w --data" \
  "ave_localize --weights w --visual v.npy --audio" "ave_localize --weights w --audio a.npy --visual" \
  "ave_localize --weights w --data in/data --json" "ave_localize --weights w --data in/data --attention" \
  "ave_tables --table 3 --data" "ave_tables --table 3 --data in/data --out" "ave_report in/run --data" "ave_report in/run --data in/data --out" "ave_report in/run --data in/data --frames"; do
  # shellcheck disable=SC2086  # a list of words
  refused "${words##* }: expected the name of a file or folder, found nothing" $words ""
done

# An output is never an input or another output: by any path, through links, as a hard link, or while it is written.
mkdir links in/run
ln -s ../../w in/run/summary.json
ln w links/hard
ln -s ../w links/soft
ln -s ../in/data links/folder
ln -s nowhere links/dangling
ln w w2.tmp
before=$(everything)
evaluate=(ave_evaluate --data in/data --weights)
refused "--json: expected another file than --weights, found w" "${evaluate[@]}" w --json w
refused "--json: expected another file than --weights, found ./links/../w, which is w" "${evaluate[@]}" w --json ./links/../w
refused "--json: expected another file than --weights, found links/soft, which is w" "${evaluate[@]}" w --json links/soft
refused "--json: expected another file than --weights, found links/hard, a hard link to w" "${evaluate[@]}" w --json links/hard
refused "--json: expected another file than --weights, found w, which is links/soft" "${evaluate[@]}" links/soft --json w
refused "--json: expected another file than --weights, found w2; *" "${evaluate[@]}" w2.tmp --json w2
refused "--json: expected another file than --weights, found w2; *" "${evaluate[@]}" w --json w2
refused "--json: expected another file than --data, found in/data/labels.h5" "${evaluate[@]}" w --json in/data/labels.h5
refused "--json: expected another file than --data, found links/folder/val_order.h5, *" \
  "${evaluate[@]}" w --json links/folder/val_order.h5
localize=(ave_localize --weights w --audio a.npy --visual v.npy)
refused "--json: expected another file than --weights, found w" "${localize[@]}" --json w
refused "--json: expected another file than --audio, found a.npy" "${localize[@]}" --json a.npy
refused "--attention: expected another file than --visual, found ./v.npy, which is v.npy" "${localize[@]}" --attention ./v.npy
refused "--attention: expected another file than --json, found ./x, which is x" "${localize[@]}" --json x --attention ./x
refused "--attention: expected another file than --json, found links/../x, which is x" \
  "${localize[@]}" --json x --attention links/../x
refused "--attention: expected another file than --json, found x.tmp; *" "${localize[@]}" --json x --attention x.tmp
refused "--attention: expected another file than --json, found links/dangling, *" \
  "${localize[@]}" --json links/nowhere --attention links/dangling
refused "--json: expected another file than --data, found in/data/Annotations.txt" \
  ave_localize --weights w --data in/data --json in/data/Annotations.txt
ave_localize --weights w --data in/data --json both >both 2>/dev/null && fail "expected a refusal of the standard output's file"
rm both
refused "--out: expected another file than RUN, found links/../w, which is in/run/summary.json" \
  ave_report in/run --data in/data --out links/../w
refused "--out: expected another file than --data, found in/data/labels.h5" ave_report in/run --data in/data --out in/data/labels.h5
train=(ave_train --setting fully --resume --data in/data)
refused "--out: expected another folder than --data, found ./in/data" "${train[@]}" --out ./in/data
refused "--out: expected another folder than --data, found links/folder" "${train[@]}" --out links/folder
mkdir links/run
for name in last.checkpoint best.safetensors; do
  ln in/data/labels.h5 "links/run/$name"
  refused "--out: expected another file than --data, found links/run/$name, a hard link to in/data/labels.h5" \
    "${train[@]}" --out links/run
  rm "links/run/$name"
done
ln -s summary.json links/run/metrics.jsonl
refused "--out: expected another file than --out, found links/run/summary.json, which is links/run/metrics.jsonl" \
  "${train[@]}" --out links/run
rm -r links/run
synthesize=(ave_synthesize --videos 3 --force --out in/data --annotations)
refused "--out: expected another file than --annotations, found in/data/Annotations.txt" "${synthesize[@]}" in/data/Annotations.txt
refused "--out: expected another file than --annotations, found in/data/Annotations.txt, which is links/folder/Annotations.txt" \
  "${synthesize[@]}" links/folder/Annotations.txt
mkdir in/data/.ave_synthesize.partial
echo 'Bark&a&good&0&10' >in/data/.ave_synthesize.partial/mine.txt
refused "--annotations: expected a file that stays, *" "${synthesize[@]}" in/data/.ave_synthesize.partial/mine.txt
rm -r in/data/.ave_synthesize.partial
[ "$before" = "$(everything)" ] || fail "something was changed or left"

# A line that goes to a full disk, or nowhere, is not a success.
for program in ave_synthesize ave_train ave_tables ave_evaluate ave_localize ave_report; do
  $program --help >/dev/full 2>problem && fail "$program --help: expected an error where nothing can be written"
  [ "$(cat problem)" = "$program: error: cannot write to the standard output" ] || fail "$program: $(cat problem)"
  $program --help >&- 2>/dev/null && fail "$program --help: expected an error without a standard output"
  $program --help >/dev/null || fail "$program --help: expected success"
done
ave_synthesize --out full --videos 3 --type float16 >/dev/full 2>/dev/null && fail "ave_synthesize: expected an error"
custom_layer >/dev/full && fail "custom_layer: expected an error where nothing can be written"
[ ! -e "$out" ] || fail "something was left"
echo "command lines: all as they should be"
