// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/config.hpp>
#include <vscg/core/execution.hpp>
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

/// The gradient before relu of one window, and with the last window that of the steps that no window reads. `pool.x` is
/// what relu gave, and `pool.dy` is null if the loss does not reach the maxima.
template <class T>
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
      group.each(pool.channels,
                 [&](auto i) { i.store(slope, i.load(slope) * relu_function::derivative(i.load(result))); });
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
  pool_and_relu_pullback<T> before;
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

/// What a convolution learns: a row of weights in the order of the parameter, or after the last one the biases.
template <class T>
struct convolution_gradients {
  std::size_t out;
  channels_before_steps<T> weight;
  sum_of_blocks<T> bias;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    if (weight.dweight.data == nullptr) return;
    if (row < out)
      weight(group, row);
    else
      group.each(out, bias);
  }
};

}  // namespace vscg::kernels

#include <vscg/core/end.hpp>
