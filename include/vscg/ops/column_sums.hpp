// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <type_traits>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/config.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/core/var.hpp>

// Sums over the rows of a matrix, as the gradient of a bias needs them: rows in order within independent blocks of 64,
// then the blocks in order.

namespace vscg {

namespace kernels {

/// partial[block, c] = Σ x[r, c] over the rows r of one block. With a function whose results are `y`, x is first
/// multiplied by the function's derivative: the gradient before a function that ended its product.
template <class Function, class T>
struct block_sums {
  static constexpr std::size_t block_rows = 64;
  std::size_t rows;
  std::size_t columns;
  const T* y;
  T* x;
  T* partial;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t block) const {
    T* const to = partial + block * columns;
    const std::size_t begin = block * block_rows;
    const std::size_t end = begin + block_rows < rows ? begin + block_rows : rows;
    for (std::size_t r = begin; r < end; ++r) {
      T* const from = x + r * columns;
      group.each(columns, [&](auto c) {
        auto value = c.load(from);
        if constexpr (!std::is_same_v<Function, identity_function>) {
          value = value * Function::derivative(c.load(y + r * columns));
          c.store(from, value);
        }
        c.store(to, r == begin ? value : c.load(to) + value);
      });
    }
  }
};

/// sums[c] = Σ_block partial[block, c]
template <class T>
struct sum_of_blocks {
  std::size_t blocks;
  std::size_t columns;
  const T* partial;
  gradient<T> sums;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    using V = typename Index::value;
    V total(0);
    for (std::size_t block = 0; block < blocks; ++block) total = total + i.load(partial + block * columns);
    sums.store(i, total);
  }
};

}  // namespace kernels

/// The scratch that column sums need, for an array with `rows` rows per item.
constexpr slot_size column_sums_scratch(std::size_t rows, std::size_t columns, bool per_item = true) {
  constexpr std::size_t block = kernels::block_sums<identity_function, float>::block_rows;
  const std::size_t elements = (rows + block - 1) / block * columns;
  return per_item ? slot_size{elements, 0, 0} : slot_size{0, elements, 0};
}

/// Sums of columns from those of blocks of `rows` rows.
template <class Executor, class T>
void add_block_sums(Executor& backend, std::size_t rows, std::size_t columns, const T* partial, gradient<T> sums) {
  constexpr std::size_t block = kernels::block_sums<identity_function, T>::block_rows;
  const std::size_t blocks = (rows + block - 1) / block;
  backend.each(columns, blocks, kernels::sum_of_blocks<T>{blocks, columns, partial, sums});
}

/// The gradient of a bias: the sums of the columns of dy [rows, columns]. With a function whose results are `y`, dy
/// becomes the gradient before it. `scratch` keeps the sums of blocks.
template <class Function = identity_function, class Executor, class T>
void add_column_sums(Executor& backend, T* dy, const T* y, std::size_t rows, std::size_t columns, T* scratch,
                     gradient<T> sums) {
  using kernel = kernels::block_sums<Function, T>;
  const std::size_t blocks = (rows + kernel::block_rows - 1) / kernel::block_rows;
  backend.rows(blocks, kernel::block_rows * columns, kernel{rows, columns, y, dy, scratch});
  add_block_sums<Executor, T>(backend, rows, columns, scratch, sums);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
