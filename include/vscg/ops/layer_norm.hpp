// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <vscg/core/math.hpp>
#include <vscg/core/record.hpp>

namespace vscg {

namespace kernels {

template <class T>
struct layer_norm_forward {
  std::size_t channels;
  double epsilon;
  const T* x;
  const T* scale;
  const T* shift;
  T* y;
  T* moments;  // [rows, 2]: mean, 1/standard deviation
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const T* from = x + row * channels;
    T* to = y + row * channels;
    const T count = static_cast<T>(channels);
    const T mean = group.sum(channels, [&](auto i) { return i.load(from); }) / count;
    const T variance = group.sum(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      const V distance = i.load(from) - V(mean);
      return distance * distance;
    }) / count;
    using math::sqrt;
    const T inverse = T(1) / sqrt(variance + static_cast<T>(epsilon));
    group.each(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      i.store(to, (i.load(from) - V(mean)) * V(inverse) * i.load(scale) + i.load(shift));
    });
    group.integers(2, [&](std::size_t i) { moments[2 * row + i] = i == 0 ? mean : inverse; });
  }
};

template <class T>
struct layer_norm_pullback {
  std::size_t channels;
  const T* x;
  const T* scale;
  const T* moments;
  const T* dy;
  gradient<T> dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const T* from = x + row * channels;
    const T* slope = dy + row * channels;
    const gradient<T> to{dx.data + row * channels, dx.adds};
    const T mean = moments[2 * row];
    const T inverse = moments[2 * row + 1];
    const T count = static_cast<T>(channels);
    const T first = group.sum(channels, [&](auto i) { return i.load(slope) * i.load(scale); }) / count;
    const T second = group.sum(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      return i.load(slope) * i.load(scale) * ((i.load(from) - V(mean)) * V(inverse));
    }) / count;
    group.each(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      const V normalized = (i.load(from) - V(mean)) * V(inverse);
      to.store(i, V(inverse) * (i.load(slope) * i.load(scale) - V(first) - normalized * V(second)));
    });
  }
};

/// Gradients of scale and shift: sums over the rows, in order, for each channel.
template <class T>
struct layer_norm_parameters {
  std::size_t rows;
  std::size_t channels;
  const T* x;
  const T* moments;
  const T* dy;
  gradient<T> dscale;
  gradient<T> dshift;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    using V = typename Index::value;
    V scale_sum(0);
    V shift_sum(0);
    for (std::size_t r = 0; r < rows; ++r) {
      const V slope = i.load(dy + r * channels);
      const V normalized = (i.load(x + r * channels) - V(moments[2 * r])) * V(moments[2 * r + 1]);
      scale_sum = scale_sum + slope * normalized;
      shift_sum = shift_sum + slope;
    }
    dscale.store(i, scale_sum);
    dshift.store(i, shift_sum);
  }
};

}  // namespace kernels

namespace ops {

/// y = (x - mean) / sqrt(variance + eps) · scale + shift over the last axis (biased variance).
///
/// With n the normalized x and g = dy · scale:  dx = (g - mean(g) - n mean(g n)) / sqrt(variance + eps),
/// dscale = Σ_rows dy n,  dshift = Σ_rows dy.
template <class Shape>
struct layer_norm : operation<Shape> {
  static constexpr const char* name = "layer_norm";
  static constexpr std::uint32_t pullback_reads_operands = 3;
  static constexpr std::size_t channels = static_cast<std::size_t>(extent<Shape, -1>);
  static constexpr std::array<slot_size, 1> saved() { return {slot_size{2 * rows_of<Shape>, 0, 0}}; }
  double epsilon = 1e-5;

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    c.backend().rows(rows_of<Shape> * c.items(), 4 * channels,
                     kernels::layer_norm_forward<T>{channels, epsilon, c.template x<0>(), c.template x<1>(),
                                                    c.template x<2>(), c.y(), c.saved(0)});
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    const std::size_t rows = rows_of<Shape> * c.items();
    if constexpr (C::template can_want<0>) {
      if (c.template wants<0>()) {
        c.backend().rows(rows, 4 * channels,
                         kernels::layer_norm_pullback<T>{channels, c.template x<0>(), c.template x<1>(), c.saved(0),
                                                         c.dy(), c.template dx<0>()});
      }
    }
    if constexpr (C::template can_want<1>) {
      c.backend().each(channels, rows,
                       kernels::layer_norm_parameters<T>{rows, channels, c.template x<0>(), c.saved(0), c.dy(),
                                                         c.template dx<1>(), c.template dx<2>()});
    }
  }
};

}  // namespace ops

/// PyTorch's F.layer_norm over the last axis; weight is `scale`, bias is `shift`, both [channels].
template <class Tag, class Shape, bool Active, class Channels, bool Learns>
auto layer_norm(const var<Tag, Shape, Active>& x, const var<Tag, Channels, Learns>& scale,
                const var<Tag, Channels, Learns>& shift, double epsilon) {
  static_assert(Shape::per_item, "vscg::layer_norm: its operand has the batch as its first axis");
  ops::layer_norm<Shape> operation;
  operation.epsilon = epsilon;
  return record(operation, x, scale, shift);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
