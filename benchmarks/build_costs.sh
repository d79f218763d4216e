#!/bin/bash
# SPDX-License-Identifier: MIT
# Measures what the library costs to include and to compile, a network's longest symbol, sizes, and a program's start-up.
# Times are processor seconds, the least of three.
#   bash benchmarks/build_costs.sh [compiler...]      default: g++ and clang++
set -eu
cd "$(dirname "$0")/.."
compilers=${*:-g++ clang++}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
eigen=$(pkg-config --cflags-only-I eigen3 2>/dev/null || echo -I/usr/include/eigen3)
hdf5=$(pkg-config --cflags-only-I hdf5-serial 2>/dev/null || true)
TIMEFORMAT=%U

least() { # least <command...>: processor seconds, the least of three runs
  "$@" >"$work/output" 2>&1 || { cat "$work/output" >&2 && return 1; }
  for _ in 1 2 3; do { time "$@" >/dev/null 2>&1; } 2>&1; done | sort -n | head -n 1
}

for header in vscg/vscg.hpp Eigen/Core vscg/xtensor.hpp vscg/io/safetensors.hpp vscg/data/ave.hpp; do
  echo "#include <$header>" >"$work/$(basename "$header" .hpp)_include.cpp"
done
cat >"$work/inference.cpp" <<'TEXT'
#include <vscg/vscg.hpp>
#include <cstdio>
int main() {
  const vscg::model<vscg::vscg_net, float, vscg::cpu> net{vscg::seed{1}};
  vscg::session<vscg::vscg_net, float, vscg::cpu> s(net.weights(), vscg::threads{1}, vscg::batch_capacity{1});
  const std::vector<float> audio(10 * 128, 0.5F), visual(10 * 49 * 512, 0.5F);
  std::printf("%f\n", static_cast<double>(s.infer(audio, visual).event_relevance.data[0]));
}
TEXT
cat >"$work/training.cpp" <<'TEXT'
#include <vscg/vscg.hpp>
int main() {
  vscg::model<vscg::vscg_net, float, vscg::cpu> net{vscg::seed{1}};
  vscg::trainer t{net, vscg::adam{1e-3}, vscg::negative_pair_filter_loss<>{}};
  const std::vector<float> audio(10 * 128, 0.5F), visual(10 * 49 * 512, 0.5F);
  const std::vector<float> segments(10, 1.0F), categories(28, 0.0F), weight(1, 1.0F);
  t.step(audio, visual, segments, categories, weight, segments);
}
TEXT

for compiler in $compilers; do
  flags="-std=c++20 -O3 -DNDEBUG -march=native -w -Iinclude $eigen $hdf5"
  echo "== $compiler ($($compiler -dumpfullversion -dumpversion))"
  for source in "$work"/*_include.cpp; do
    seconds=$(least $compiler $flags -fsyntax-only "$source")
    echo "include <$(sed 's/.*<\(.*\)>/\1/' "$source")>: $seconds s"
  done
  for program in inference training; do
    seconds=$(least $compiler $flags -c "$work/$program.cpp" -o "$work/$program.o")
    echo "compile $program of vscg_net: $seconds s," \
      "text $(size "$work/$program.o" | awk 'NR == 2 { print $1 }') bytes," \
      "longest symbol $(nm "$work/$program.o" | awk '{ n = length($NF); if (n > m) m = n } END { print m }') characters"
  done
  $compiler $flags "$work/inference.cpp" -o "$work/inference" -lpthread
  strip "$work/inference"
  echo "program for inference: $(stat -c %s "$work/inference") bytes stripped," \
    "start to first result $(least "$work/inference") s of processor time"
done
