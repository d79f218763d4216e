// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/config.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/cuda/fused/gradients.hpp>
#include <vscg/ops/divide_by_sum.hpp>
#include <vscg/ops/relu.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/ops/threshold.hpp>

// Propagation between two streams, by items.

namespace vscg::kernels {

/// What one stream takes from the other; arrays [items, steps, channels].
template <class T>
struct propagation_stream {
  const T* query;  // this stream's segments
  const T* key;    // the other's, which they are compared with
  const T* value;  // what is taken from those
};

/// From similarities to shares. Arrays [items, 2, steps, steps] hold a row for each segment of the first stream, then
/// of the second.
template <class T>
struct propagation_shares {
  std::size_t steps;
  std::size_t channels;
  scale_function scale;
  threshold_function threshold;
  double epsilon;
  bool renormalizes;
  T* similarity;
  T* normalized;
  T* kept;
  T* renormalized;

  VSCG_HD const T* shares() const { return renormalizes ? renormalized : kept; }

  template <class Group>
  VSCG_HD void forward(Group group, std::size_t row, const T* query, const T* keys) const {
    T* const to = similarity + row * steps;
    for (std::size_t j = 0; j < steps; ++j) {
      const T* const key = keys + j * channels;
      const T product = group.sum(channels, [&](auto c) { return c.load(query) * c.load(key); });
      group.integers(1, [&](std::size_t) { to[j] = relu_function::value(scale.value(product)); });
    }
    divide_by_sum_forward<T>{steps, epsilon, similarity, normalized}(group, row);
    group.each(steps, [&](auto j) { j.store(kept + row * steps, threshold.value(j.load(normalized + row * steps))); });
    if (renormalizes) divide_by_sum_forward<T>{steps, epsilon, kept, renormalized}(group, row);
  }

  /// Turns a row of the gradient of shares into that of products.
  template <class Group>
  VSCG_HD void back(Group group, std::size_t row, T* slopes) const {
    const gradient<T> to{slopes, false};
    T* const slope = slopes + row * steps;
    if (renormalizes) divide_by_sum_pullback<T>{steps, epsilon, kept, renormalized, slopes, to}(group, row);
    group.each(steps,
               [&](auto j) { j.store(slope, j.load(slope) * threshold.derivative(j.load(normalized + row * steps))); });
    divide_by_sum_pullback<T>{steps, epsilon, similarity, normalized, slopes, to}(group, row);
    group.each(steps, [&](auto j) {
      const auto before = j.load(slope) * relu_function::derivative(j.load(similarity + row * steps));
      j.store(slope, before * scale.derivative(before));
    });
  }
};

/// A segment of a stream: its shares, and itself with what it takes.
template <class T>
struct propagate_forward {
  propagation_shares<T> shares;
  propagation_stream<T> first, second;
  const T* first_own;
  const T* second_own;
  T* first_sum;
  T* second_sum;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const std::size_t steps = shares.steps;
    const std::size_t channels = shares.channels;
    const bool of_first = row / steps % 2 == 0;
    const std::size_t item = row / steps / 2 * steps * channels;
    const std::size_t here = item + row % steps * channels;
    const propagation_stream<T> stream = of_first ? first : second;
    shares.forward(group, row, stream.query + here, stream.key + item);
    const T* const share = shares.shares() + row * steps;
    const T* const own = (of_first ? first_own : second_own) + here;
    T* const sum = (of_first ? first_sum : second_sum) + here;
    group.each(channels, [&](auto c) {
      using V = typename decltype(c)::value;
      V taken(0);
      for (std::size_t j = 0; j < steps; ++j) taken = taken + V(share[j]) * c.load(stream.value + item + j * channels);
      c.store(sum, c.load(own) + taken);
    });
  }
};

/// An item: first the rows of both streams' shares, then every channel of every segment. A gradient that goes nowhere
/// has no data; `branches.store(k, row, channel, slope)` takes those of v1, v2, a1 and a2. The first stream is the
/// sound.
template <class T, class Branches>
struct propagate_pullback {
  propagation_shares<T> shares;
  propagation_stream<T> first, second;
  const T* first_slope;  // of the sums; null if the loss does not reach them
  const T* second_slope;
  T* slopes;  // [items, 2, steps, steps]
  gradient<T> first_own, second_own;
  Branches branches;

  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    const std::size_t steps = shares.steps;
    const std::size_t channels = shares.channels;
    const std::size_t begin = item * steps * channels;
    group.parts(2 * steps, [&](const auto& part, std::size_t k) {
      const std::size_t row = 2 * item * steps + k;
      const T* const values = (k < steps ? first : second).value + begin;
      const T* const slope = k < steps ? first_slope : second_slope;
      const T* const here = slope == nullptr ? nullptr : slope + begin + k % steps * channels;
      for (std::size_t j = 0; j < steps; ++j) {
        const std::size_t used = here == nullptr ? 0 : channels;
        const T product = part.sum(used, [&](auto c) { return c.load(here) * c.load(values + j * channels); });
        part.integers(1, [&](std::size_t) { slopes[row * steps + j] = product; });
      }
      shares.back(part, row, slopes);
    });
    // One lane writes both streams' gradients of an element, which may lie in one array.
    group.integers(steps * channels, [&](std::size_t at) {
      const std::size_t step = at / channels;
      const std::size_t channel = at % channels;
      cuda_detail::put(first_own, begin + at, first_slope == nullptr ? T(0) : first_slope[begin + at]);
      cuda_detail::put(second_own, begin + at, second_slope == nullptr ? T(0) : second_slope[begin + at]);
      const std::size_t row = item * steps + step;
      branches.store(0, row, channel, of_value(item, 0, step, channel, first_slope));
      branches.store(1, row, channel, of_query(item, 1, step, channel, second.key));
      branches.store(2, row, channel, of_query(item, 0, step, channel, first.key));
      branches.store(3, row, channel, of_value(item, 1, step, channel, second_slope));
    });
  }

 private:
  // Segment j of a stream was taken by all segments i of the other.
  VSCG_HD T of_value(std::size_t item, std::size_t stream, std::size_t j, std::size_t channel, const T* slope) const {
    const std::size_t steps = shares.steps;
    T total(0);
    if (slope == nullptr) return total;
    for (std::size_t i = 0; i < steps; ++i) {
      const T share = shares.shares()[((2 * item + stream) * steps + i) * steps + j];
      total = total + share * slope[(item * steps + i) * shares.channels + channel];
    }
    return total;
  }
  // Segment i of a stream was compared with all segments j of the other, for the shares of both.
  VSCG_HD T of_query(std::size_t item, std::size_t stream, std::size_t i, std::size_t channel, const T* keys) const {
    const std::size_t steps = shares.steps;
    T total(0);
    for (std::size_t j = 0; j < steps; ++j) {
      const T own = slopes[((2 * item + stream) * steps + i) * steps + j];
      const T others = slopes[((2 * item + 1 - stream) * steps + j) * steps + i];
      total = total + (own + others) * keys[(item * steps + j) * shares.channels + channel];
    }
    return total;
  }
};

}  // namespace vscg::kernels

#include <vscg/core/end.hpp>
