#!/bin/bash
# SPDX-License-Identifier: MIT
# Checks that the list in vscg/kernels.hpp holds every kernel of the networks, and none that nothing asks for.
#   compiled_kernels.sh <nm> <library vscg_compiled> <library of the networks> <object files of operations' tests>...
set -eu
nm=$1 compiled=$2 networks=$3
shift 3

# Kernels and parts of the product that nm names with the letter $1: W defines them, U asks for them. clang++ defines the
# lambdas in them too, which only they ask for.
kernels() {
  grep -oE " $1 void vscg::[a-z0-9_]+::eigen_(backend::executor<(float|double)>::(each|rows)<|detail::gemm_[a-z_]+<).*" |
    cut -c4- | { grep -v "::'lambda" || true; } | LC_ALL=C sort -u
}

defined=$("$nm" -C "$compiled" | kernels W)
lacking=$("$nm" -C "$networks" | kernels W || true)
used=$("$nm" -C "$networks" "$@" | kernels U)
in_vain=$(LC_ALL=C comm -23 <(echo "$defined" | grep -E "executor<.*>::(each|rows)<") <(echo "$used"))
echo "$(echo "$defined" | wc -l) kernels in the library"
if [ -n "$lacking" ]; then echo "a network compiles what vscg/kernels.hpp lacks:" && echo "$lacking"; fi
if [ -n "$in_vain" ]; then echo "nothing asks for what vscg/kernels.hpp holds:" && echo "$in_vain"; fi
[ -z "$lacking$in_vain" ]
