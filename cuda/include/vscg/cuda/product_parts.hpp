// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/config.hpp>
#include <vscg/cuda/column_major.hpp>
#include <vscg/cuda/copy_operands.hpp>

namespace vscg::cuda_detail {

/// About half of n, a multiple of 64 where n has several: rows of a part then begin where a whole matrix might.
constexpr std::size_t half_of(std::size_t n) { return n > 128 ? (n / 2 + 63) / 64 * 64 : (n + 1) / 2; }

/// Cuts a product in two until the copies of its operands are at most `most` numbers, and calls f(part, last) for each
/// part in turn. The sums of a part that is not the `last` one of its sums go on in a later one.
///
/// Sums are cut where they have to be, whatever the number of rows that need not be cut: so an item's sums do not
/// depend on how many items there are.
template <class Number, class F>
void for_each_part_of(const gemm_arguments<float>& args, std::size_t most, const F& f, bool last = true) {
  if (args.m == 0 || args.n == 0 || args.k == 0 || args.batch == 0 ||
      operand_copies<Number>(column_major(args)).numbers() <= most) {
    return f(args, last);
  }
  gemm_arguments<float> first = args;
  gemm_arguments<float> second = args;
  const auto both = [&](bool first_is_last) {
    for_each_part_of<Number>(first, most, f, first_is_last);
    for_each_part_of<Number>(second, most, f, last);
  };
  const auto halve = [](std::size_t all, std::size_t& one, std::size_t& other) {
    one = half_of(all);
    other = all - one;
    return one;
  };
  if (args.batch > 1) {
    const std::size_t half = halve(args.batch, first.batch, second.batch);
    second.a += half * args.stride_a;
    second.b += half * args.stride_b;
    second.c += half * args.stride_c;
    return both(last);
  }
  constexpr std::size_t few = 64;
  const bool sums = args.trans_a ? args.k >= std::max(args.m, args.n)
                                 : 2 * few * filled(args.k) * operand_copies<Number>::parts > most;
  if (sums && args.k > 1) {
    const std::size_t half = halve(args.k, first.k, second.k);
    second.a += half * (args.trans_a ? args.lda : 1);
    second.b += half * (args.trans_b ? 1 : args.ldb);
    second.accumulate = true;
    first.bias = nullptr;
    return both(false);
  }
  if (args.m >= args.n) {
    const std::size_t half = halve(args.m, first.m, second.m);
    second.a += half * (args.trans_a ? 1 : args.lda);
    second.c += half * args.ldc;
    return both(last);
  }
  const std::size_t half = halve(args.n, first.n, second.n);
  second.b += half * (args.trans_b ? args.ldb : 1);
  second.c += half;
  if (args.bias != nullptr) second.bias += half;
  both(last);
}

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
