// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/config.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/cuda/fused/average.hpp>
#include <vscg/ops/column_sums.hpp>
#include <vscg/ops/conv1d.hpp>
#include <vscg/ops/max_pool1d.hpp>
#include <vscg/ops/relu.hpp>

// What lies between the products of a chain of conv1d, relu and max_pool1d.

namespace vscg::kernels {

/// An item's maxima over windows, then the columns that the next convolution reads.
template <class T>
struct pool_and_gather {
  max_pool1d_forward<T> pool;
  gather_columns<T> gather;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    group.parts(pool.windows, [&](const auto& part, std::size_t w) { pool(part, item * pool.windows + w); });
    group.parts(gather.steps, [&](const auto& part, std::size_t t) { gather(part, item * gather.steps + t); });
  }
};

/// The maxima of two streams, and their mean.
template <class T>
struct pool_and_average {
  max_pool1d_forward<T> first, second;
  T* mean;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    first(group, row);
    second(group, row);
    const std::size_t begin = row * first.channels;
    group.each(first.channels, [&](auto i) {
      i.store(mean + begin, average_of_two::value(i.load(first.y + begin), i.load(second.y + begin)));
    });
  }
};

/// The gradient before relu of one window, and with the last window that of the steps that no window reads. `pool.x` is
/// what relu gave, and `pool.dy` is null if the loss does not reach the maxima; `Half` of it is theirs.
template <class T, bool Half>
struct pool_and_relu_pullback {
  max_pool1d_pullback<T> pool;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const std::size_t item = row / pool.windows * pool.steps;
    const std::size_t window = row % pool.windows;
    const std::size_t first = item + window * pool.window;
    const std::size_t end = pool.dy == nullptr ? first : first + pool.window;
    if (pool.dy != nullptr) pool(group, row);
    for (std::size_t t = first; t < end; ++t) {
      T* const slope = pool.dx.data + t * pool.channels;
      const T* const result = pool.x + t * pool.channels;
      group.each(pool.channels, [&](auto i) {
        using V = typename decltype(i)::value;
        const V before = i.load(slope) * relu_function::derivative(i.load(result));
        i.store(slope, Half ? before * V(0.5F) : before);
      });
    }
    const std::size_t rest = window + 1 == pool.windows ? item + pool.steps : first + pool.window;
    for (std::size_t t = end == first ? first : first + pool.window; t < rest; ++t) {
      group.integers(pool.channels, [&](std::size_t c) { pool.dx.data[t * pool.channels + c] = T(0); });
    }
  }
};

/// The gradient of the maxima of one window from that of the columns, then as above.
template <class T>
struct scatter_and_pool_pullback {
  scatter_columns<T> scatter;
  pool_and_relu_pullback<T, false> before;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    scatter(group, row);
    before(group, row);
  }
};

/// The gradients of two inputs, which may be one array: a row of one after the other.
template <class T>
struct scatter_to_both {
  scatter_columns<T> first, second;  // to nowhere without data
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    if (first.dx.data != nullptr) first(group, row);
    if (second.dx.data != nullptr) second(group, row);
  }
};

/// Sums over blocks of the rows of two matrices with as many columns: a few columns at a time, for one warp.
template <class T>
struct block_sums_of_two {
  static constexpr std::size_t few = 32;
  std::size_t blocks;  // of the first
  block_sums<identity_function, T> first, second;

  VSCG_HD std::size_t pieces() const { return (first.columns + few - 1) / few; }
  /// Rows of a launch.
  std::size_t count() const { return (blocks + row_block::count(second.rows)) * pieces(); }
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t at) const {
    const std::size_t block = at / pieces();
    const std::size_t skipped = at % pieces() * few;
    block_sums<identity_function, T> sums = block < blocks ? first : second;
    sums.columns = skipped + few < sums.columns ? few : sums.columns - skipped;
    sums.x += skipped;
    sums.partial += skipped;
    sums(group, block < blocks ? block : block - blocks);
  }
};

/// Both: the gradients of inputs, then sums.
template <class T>
struct scatter_and_sum {
  std::size_t rows;  // of the gradients
  scatter_to_both<T> scatter;
  block_sums_of_two<T> sums;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    if (row < rows)
      scatter(group, row);
    else
      sums(group, row - rows);
  }
};

/// What a convolution learns: a row of weights in the order of the parameter, or after the last one the biases.
template <class T>
struct convolution_gradients {
  std::size_t out;
  channels_before_steps<T> weight;
  sum_of_blocks<T> bias;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    if (row < out && weight.dweight.data != nullptr) weight(group, row);
    if (row == out && bias.sums.data != nullptr) group.each(out, bias);
  }
};

}  // namespace vscg::kernels

#include <vscg/core/end.hpp>
