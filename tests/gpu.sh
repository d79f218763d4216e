#!/bin/sh
# SPDX-License-Identifier: MIT
# Everything that only a GPU can show, in one script of less than 9 minutes: no network, a driver, a CUDA toolkit, and the
# folder .gpu/ that cmake/gpu_bundle.sh makes elsewhere. A stage that fails, runs past its limit or skips anything is a
# failure, and the others still run.
#   sh tests/gpu.sh                  all stages
#   sh tests/gpu.sh --stage NAME     one: card, tests, speed, peer, sanitizer, counters
# OUT names the folder for results (default: gpu_results): a log and a stage.json for each stage.
set -u
cd "$(dirname "$0")/.." || exit 2

stages="card tests speed peer sanitizer counters"
case "${1:-}" in
  "") ;;
  --stage) stages=${2:?gpu.sh: --stage needs a name} ;;
  *)
    echo "usage: sh tests/gpu.sh [--stage NAME]" >&2
    exit 2
    ;;
esac

out=${OUT:-gpu_results}
bundle=$PWD/.gpu
programs=$bundle/bin
here=$PWD/build/gpu_here
[ ! -x "$here/tests/cuda_device_contract_test" ] || programs=$here/tests
began_all=$(date +%s)
most_of_all=530
mkdir -p "$out"
export VSCG_GOLDEN_DIR="$bundle/golden"

# The toolkit's programs and libraries, wherever they are; PyTorch's packages have the libraries too.
for folder in /usr/local/cuda/bin /opt/cuda/bin; do
  [ -d $folder ] && PATH=$PATH:$folder
done
libraries=$bundle/lib
for folder in /usr/local/cuda/lib64 /usr/local/cuda/targets/x86_64-linux/lib \
  "$(python3 -c 'import nvidia, os; print(os.path.join(list(nvidia.__path__)[0], "cu13", "lib"))' 2>/dev/null)"; do
  [ -d "$folder" ] && libraries=$libraries:$folder
done
export PATH LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"

# Tests that do not start here (another C library) are built again. The benchmark is not: it needs a library more.
build_if_needed() {
  "$programs/cuda_device_test" --list-test-cases >/dev/null 2>&1 && return 0
  echo "gpu.sh: the programs do not start here; building them"
  cmake -S . -B "$here" -DCMAKE_BUILD_TYPE=Release -DVSCG_ENABLE_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=native \
    -DVSCG_TESTS='^cuda/device' -DVSCG_BUILD_EXAMPLES=OFF -DVSCG_BUILD_BENCHMARKS=OFF \
    -DCMAKE_CXX_FLAGS="-isystem $bundle/include" &&
    cmake --build "$here" -j"$(nproc)" --target cuda_device_test cuda_device_contract_test
}

stage_card() {
  nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm,power.limit --format=csv,noheader &&
    build_if_needed &&
    "$bundle/bin/cuda_benchmark" --benchmark_filter='^rate/' --benchmark_out="$1/rates.json"
}
stage_tests() {
  "$programs/cuda_device_test" && "$programs/cuda_device_contract_test"
}
stage_speed() {
  "$bundle/bin/cuda_benchmark" --benchmark_filter='^(step|infer)/' --benchmark_min_time=1 --benchmark_repetitions=3 \
    --benchmark_report_aggregates_only=true --benchmark_out="$1/speed.json"
}
stage_peer() {
  python3 benchmarks/peers/cuda_torch.py >"$1/peer.json" && cat "$1/peer.json"
}
# A small network's steps, and all kernels of the contract: golden networks take too long under these tools.
stage_sanitizer() {
  for tool in memcheck racecheck; do
    compute-sanitizer --tool $tool --error-exitcode 9 "$programs/cuda_device_test" -tc="*steps as they are*" || return 1
  done
  compute-sanitizer --tool memcheck --error-exitcode 9 "$programs/cuda_device_contract_test"
}
stage_counters() {
  ncu --clock-control none --launch-skip 2000 --launch-count 30 --csv --page raw \
    --metrics gpu__time_duration.sum,sm__throughput.avg.pct_of_peak_sustained_elapsed,dram__throughput.avg.pct_of_peak_sustained_elapsed \
    "$bundle/bin/cuda_benchmark" --benchmark_filter='^step/cuda$' --benchmark_min_time=0.01 >"$1/counters.csv"
}

limit_of() {
  case $1 in
    card) echo 60 ;;
    tests) echo 120 ;;
    speed) echo 100 ;;
    peer) echo 90 ;;
    sanitizer) echo 110 ;;
    counters) echo 50 ;;
    *)
      echo "gpu.sh: expected a stage of: card tests speed peer sanitizer counters, found $1" >&2
      return 1
      ;;
  esac
}

# One stage: `timeout` needs a program, so the script calls itself.
if [ -n "${VSCG_GPU_STAGE:-}" ]; then
  "stage_$VSCG_GPU_STAGE" "$out/$VSCG_GPU_STAGE"
  exit $?
fi

failed=""
for stage in $stages; do
  limit=$(limit_of "$stage") || exit 2
  left=$((most_of_all - ($(date +%s) - began_all)))
  [ "$limit" -le "$left" ] || limit=$left
  folder=$out/$stage
  rm -rf "$folder"
  mkdir -p "$folder"
  began=$(date +%s)
  status=124
  if [ "$limit" -gt 0 ]; then
    VSCG_GPU_STAGE=$stage timeout "$limit" sh "$0" >"$folder/log" 2>&1
    status=$?
  fi
  seconds=$(($(date +%s) - began))
  result=passed
  why=""
  if [ "$status" = 124 ]; then
    result=failed why="more than $limit s"
  elif [ "$status" != 0 ]; then
    result=failed why="exit $status"
  elif grep -q 'skipped:' "$folder/log"; then
    result=failed why="something was skipped"
  fi
  printf '{"stage": "%s", "result": "%s", "why": "%s", "seconds": %s, "limit": %s}\n' \
    "$stage" "$result" "$why" "$seconds" "$limit" | tee "$folder/stage.json"
  if [ "$result" = failed ]; then
    failed="$failed $stage"
    tail -n 40 "$folder/log"
  fi
done
[ -z "$failed" ] || {
  echo "gpu.sh: failed:$failed" >&2
  exit 1
}
echo "gpu.sh: all stages passed in $(($(date +%s) - began_all)) s"
