// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>

#include <vscg/core/execution.hpp>

namespace vscg {

namespace kernels {

/// sums[c] = Σ_r x[r, c], rows in order: first within blocks of 64 rows, then over the blocks.
template <class T>
struct column_sums {
  const T* x;
  std::size_t rows;
  std::size_t stride;
  gradient<T> sums;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    using V = typename Index::value;
    constexpr std::size_t block = 64;
    V total(0);
    for (std::size_t begin = 0; begin < rows; begin += block) {
      const std::size_t end = begin + block < rows ? begin + block : rows;
      V partial(0);
      for (std::size_t r = begin; r < end; ++r) partial = partial + i.load(x + r * stride);
      total = total + partial;
    }
    sums.store(i, total);
  }
};

}  // namespace kernels

/// The gradient of a bias: the sums of the columns of dy [rows, columns].
template <class Executor, class T>
void add_column_sums(Executor& backend, const T* dy, std::size_t rows, std::size_t columns, gradient<T> sums) {
  backend.each(columns, rows, kernels::column_sums<T>{dy, rows, columns, sums});
}

}  // namespace vscg
