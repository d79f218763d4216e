#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what is missing, builds vscg and runs every test: with clang++ under thread sanitizer and under the address
# and undefined-behavior sanitizers, a few seconds of fuzzing for each kind of file, then with g++, warnings as errors. Ends
# with ctest's report on the g++ build.
#   sh cmake/test.sh          these four stages
#   sh cmake/test.sh clang    clang++ without sanitizers for any machine of the architecture, and every header by itself
# VSCG_GOLDEN_DIR and VSCG_AVE_DIR name the folders of reference values and of real files; without them the tests that
# need them report that they are skipped.
set -eu
cd "$(dirname "$0")/.."

stages=${*:-thread address fuzz release}
CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
CTEST_PARALLEL_LEVEL=${CTEST_PARALLEL_LEVEL:-$(nproc)}
export CMAKE_BUILD_PARALLEL_LEVEL CTEST_PARALLEL_LEVEL

sh cmake/install_dependencies.sh --test

# A stage's tests run while the next stage builds: tests wait now and then, and the end of a build leaves cores idle.
report=$(mktemp)
testing=""
finish_tests() {
  [ -n "$testing" ] || return 0
  result=0
  wait "$testing" || result=$?
  testing=""
  cat "$report"
  [ "$result" = 0 ] || exit "$result"
}
trap '[ -z "$testing" ] || kill "$testing"; rm -f "$report"' EXIT

# With nvcc at hand the release build also compiles the kernels, for one architecture.
cuda_settings() {
  [ "$1" = release ] || return 0
  command -v nvcc >/dev/null 2>&1 || [ -x /usr/local/cuda/bin/nvcc ] || return 0
  echo -DVSCG_ENABLE_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=90
}

for stage in $stages; do
  began=$(date +%s)
  echo "== $stage"
  # shellcheck disable=SC2046  # a list of words
  cmake --preset "$stage" $(cuda_settings "$stage")
  cmake --build --preset "$stage"
  echo "== $stage: built in $(($(date +%s) - began)) s"
  finish_tests
  if [ "$stage" = "${stages##* }" ]; then
    ctest --preset "$stage"
  else
    ctest --preset "$stage" >"$report" 2>&1 &
    testing=$!
  fi
done
