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
// then the blocks in order. More than 64 blocks are first summed in blocks themselves, so no sum has many terms in a
// row.

namespace vscg {

namespace kernels {

/// The rows of one block.
struct row_block {
  static constexpr std::size_t most = 64;
  std::size_t begin, end;
  static constexpr std::size_t count(std::size_t rows) { return (rows + most - 1) / most; }
  VSCG_HD static row_block of(std::size_t rows, std::size_t block) {
    const std::size_t begin = block * most;
    return {begin, begin + most < rows ? begin + most : rows};
  }
};

template <std::size_t Rows, class T, class Group, class Value, class Keep>
VSCG_HD void add_some_rows(Group group, std::size_t columns, std::size_t first, bool starts, T* to, Value value,
                           Keep keep) {
  group.each(columns, [&](auto c) {
    using V = typename decltype(c)::value;
    V values[Rows];
    for (std::size_t k = 0; k < Rows; ++k) values[k] = value(c, first + k);
    for (std::size_t k = 0; k < Rows; ++k) keep(c, first + k, values[k]);
    V total = starts ? values[0] : c.load(to) + values[0];
    for (std::size_t k = 1; k < Rows; ++k) total = total + values[k];
    c.store(to, total);
  });
}

/// to[c] = Σ value(c, r) over the rows of a block, in order; `keep(c, r, value)` may store each value. It takes eight
/// rows at a time: their values do not wait for each other, nor for the sum.
template <class T, class Group, class Value, class Keep>
VSCG_HD void add_rows(Group group, std::size_t columns, row_block rows, T* to, Value value, Keep keep) {
  constexpr std::size_t at_once = 8;
  std::size_t r = rows.begin;
  for (; r + at_once <= rows.end; r += at_once) {
    add_some_rows<at_once>(group, columns, r, r == rows.begin, to, value, keep);
  }
  for (; r < rows.end; ++r) add_some_rows<1>(group, columns, r, r == rows.begin, to, value, keep);
}

/// partial[block, c] = Σ x[r, c] over the rows r of one block. With a function whose results are `y`, x is first
/// multiplied by the function's derivative: the gradient before a function that ended its product.
template <class Function, class T>
struct block_sums {
  std::size_t rows;
  std::size_t columns;
  std::size_t row_step;    // from row to row of x and y
  std::size_t block_step;  // from block to block of the sums, which may take the place of the rows
  const T* y;
  T* x;
  T* partial;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t block) const {
    constexpr bool has_function = !std::is_same_v<Function, identity_function>;
    add_rows(
        group, columns, row_block::of(rows, block), partial + block * block_step,
        [&](auto c, std::size_t r) {
          if constexpr (has_function)
            return c.load(x + r * row_step) * Function::derivative(c.load(y + r * row_step));
          else
            return c.load(x + r * row_step);
        },
        [&](auto c, std::size_t r, auto value) {
          if constexpr (has_function) c.store(x + r * row_step, value);
        });
  }
};

/// Sums of blocks that are left to add: `count` rows of numbers, `step` apart.
template <class T>
struct block_rows {
  std::size_t count;
  std::size_t step;
  const T* first;
  template <class Index>
  VSCG_HD typename Index::value sum(Index i) const {
    typename Index::value total(0);
    for (std::size_t block = 0; block < count; ++block) total = total + i.load(first + block * step);
    return total;
  }
};

/// sums[c] = Σ_block partial[block, c]
template <class T>
struct sum_of_blocks {
  block_rows<T> partial;
  gradient<T> sums;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    sums.store(i, partial.sum(i));
  }
};

}  // namespace kernels

/// The scratch that column sums need, for an array with `rows` rows per item.
constexpr slot_size column_sums_scratch(std::size_t rows, std::size_t columns, bool per_item = true) {
  const std::size_t elements = kernels::row_block::count(rows) * columns;
  return per_item ? slot_size{elements, 0, 0} : slot_size{0, elements, 0};
}

/// Adds up rows in blocks, in place, until there are few enough for one sum.
template <class Executor, class T>
kernels::block_rows<T> few_blocks(Executor& backend, std::size_t count, std::size_t columns, T* partial) {
  using kernels::row_block;
  std::size_t step = columns;
  while (count > row_block::most) {
    const std::size_t blocks = row_block::count(count);
    const std::size_t next = step * row_block::most;
    backend.rows(blocks, row_block::most * columns,
                 kernels::block_sums<identity_function, T>{count, columns, step, next, nullptr, partial, partial});
    count = blocks;
    step = next;
  }
  return {count, step, partial};
}

/// The sums of the columns of dy [rows, columns] in few blocks, which `scratch` keeps. With a function whose results
/// are `y`, dy becomes the gradient before it.
template <class Function, class Executor, class T>
kernels::block_rows<T> column_sums_of_blocks(Executor& backend, T* dy, const T* y, std::size_t rows,
                                             std::size_t columns, T* scratch) {
  const std::size_t blocks = kernels::row_block::count(rows);
  backend.rows(blocks, kernels::row_block::most * columns,
               kernels::block_sums<Function, T>{rows, columns, columns, columns, y, dy, scratch});
  return few_blocks(backend, blocks, columns, scratch);
}

template <class Executor, class T>
void add_blocks(Executor& backend, std::size_t columns, const kernels::block_rows<T>& blocks, gradient<T> sums) {
  backend.each(columns, blocks.count, kernels::sum_of_blocks<T>{blocks, sums});
}

/// The gradient of a bias: all of those sums.
template <class Function = identity_function, class Executor, class T>
void add_column_sums(Executor& backend, T* dy, const T* y, std::size_t rows, std::size_t columns, T* scratch,
                     gradient<T> sums) {
  add_blocks(backend, columns, column_sums_of_blocks<Function, Executor, T>(backend, dy, y, rows, columns, scratch),
             sums);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
