#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes the folder .gpu/ (ignored by git) for tests/gpu.sh on a machine that has a GPU and little else: programs for
# compute capability 9.0 that any x86-64 machine runs, reference values, and the headers to build the programs again.
#   sh cmake/gpu_bundle.sh
# Needs the CUDA toolkit, no GPU. VSCG_GOLDEN_DIR names the folder of reference values.
set -eu
cd "$(dirname "$0")/.."

: "${VSCG_GOLDEN_DIR:?gpu_bundle: set VSCG_GOLDEN_DIR to the folder of reference values}"
bundle=.gpu
build=build/gpu
programs="cuda_device_test cuda_device_contract_test cuda_benchmark"

# shellcheck disable=SC2086  # a list of words
cmake -S . -B $build -G Ninja -DCMAKE_BUILD_TYPE=Release -DVSCG_ENABLE_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=90 \
  -DVSCG_NATIVE=OFF -DVSCG_TESTS='^cuda/device' -DVSCG_BUILD_EXAMPLES=OFF -DVSCG_BUILD_BENCHMARKS=ON \
  -DCMAKE_EXE_LINKER_FLAGS="-static-libstdc++ -static-libgcc -s" >/dev/null
# shellcheck disable=SC2086
cmake --build $build --target $programs

rm -rf $bundle
mkdir -p $bundle/bin $bundle/lib $bundle/golden $bundle/include
for program in $programs; do
  cp "$(find $build -type f -name "$program" -perm -u+x)" $bundle/bin/
done
# Libraries that do not come with a driver or a toolkit.
ldd $bundle/bin/* | sed -n 's/.*\(libbenchmark[^ ]*\) => \([^ ]*\).*/\2/p' | sort -u | while read -r library; do
  cp "$library" $bundle/lib/
done
cp "$VSCG_GOLDEN_DIR"/vscg_*.json $bundle/golden/

# Headers that a bare machine lacks; Eigen's own folder, without the parts that are not used.
header_folder() {
  for folder in /usr/include /usr/local/include; do
    [ -e "$folder/$1" ] && echo "$folder" && return
  done
  echo "gpu_bundle: expected the header $1 in /usr/include or /usr/local/include, found none" >&2
  return 1
}
cp -r "$(header_folder eigen3)"/eigen3/Eigen $bundle/include/
mkdir -p $bundle/include/doctest
cp "$(header_folder doctest/doctest.h)/doctest/doctest.h" $bundle/include/doctest/

kib=$(du -sk $bundle | cut -f1)
echo "gpu_bundle: $bundle/ has $((kib / 1024)) MiB"
[ "$kib" -le $((50 * 1024)) ] || {
  echo "gpu_bundle: expected at most 50 MiB, found $((kib / 1024))" >&2
  exit 1
}
