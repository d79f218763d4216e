// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <vscg/core/guard.hpp>
#include <vscg/core/math.hpp>
#include <vscg/core/record.hpp>
#include <vscg/ops/column_sums.hpp>

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

/// The rows of one block, summed for the gradients of scale and shift: partial[block] is [2, channels].
template <class T>
struct layer_norm_block_sums {
  std::size_t rows;
  std::size_t channels;
  const T* x;
  const T* moments;
  const T* dy;
  T* partial;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t block) const {
    add(group, block, 0, channels);
  }
  /// Only `count` channels from `first` on.
  template <class Group>
  VSCG_HD void add(Group group, std::size_t block, std::size_t first, std::size_t count) const {
    T* const to = partial + 2 * block * channels + first;
    const T* const values = x + first;
    const T* const slopes = dy + first;
    const auto keep = [](auto, std::size_t, auto) {};
    add_rows(
        group, count, row_block::of(rows, block), to,
        [&](auto i, std::size_t r) {
          using V = typename decltype(i)::value;
          return i.load(slopes + r * channels) *
                 ((i.load(values + r * channels) - V(moments[2 * r])) * V(moments[2 * r + 1]));
        },
        keep);
    add_rows(
        group, count, row_block::of(rows, block), to + channels,
        [&](auto i, std::size_t r) { return i.load(slopes + r * channels); }, keep);
  }
};

/// Gradients of scale and shift from the sums of blocks.
template <class T>
struct layer_norm_parameters {
  std::size_t channels;
  block_rows<T> partial;
  gradient<T> dscale;
  gradient<T> dshift;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    dscale.store(i, partial.sum(i));
    dshift.store(i, block_rows<T>{partial.count, partial.step, partial.first + channels}.sum(i));
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
  void settings(setting_list& to) const { to.add("epsilon", epsilon); }
  static constexpr operand_index<0> input{};
  static constexpr operand_index<1> scale{};
  static constexpr operand_index<2> shift{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(input, scale);
  static constexpr std::size_t channels = static_cast<std::size_t>(extent<Shape, -1>);
  static constexpr std::array<slot_size, 1> saved() { return {slot_size{2 * rows_of<Shape>, 0, 0}}; }
  static constexpr std::array<slot_size, 1> pullback_scratch() {
    return {column_sums_scratch(rows_of<Shape>, 2 * channels)};
  }
  double epsilon = 1e-5;

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    c.backend().rows(
        rows_of<Shape> * c.items(), 4 * channels,
        kernels::layer_norm_forward<T>{channels, epsilon, c.x(input), c.x(scale), c.x(shift), c.y(), c.saved(0)});
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    const std::size_t rows = rows_of<Shape> * c.items();
    if constexpr (C::wants(input)) {
      c.backend().rows(
          rows, 4 * channels,
          kernels::layer_norm_pullback<T>{channels, c.x(input), c.x(scale), c.saved(0), c.dy(), c.dx(input)});
    }
    if constexpr (C::wants(scale)) {
      const std::size_t blocks = kernels::row_block::count(rows);
      c.backend().rows(blocks, 2 * kernels::row_block::most * channels,
                       kernels::layer_norm_block_sums<T>{rows, channels, c.x(input), c.saved(0), c.dy(), c.scratch(0)});
      const kernels::block_rows<T> partial = few_blocks(c.backend(), blocks, 2 * channels, c.scratch(0));
      c.backend().each(channels, partial.count,
                       kernels::layer_norm_parameters<T>{channels, partial, c.dx(scale), c.dx(shift)});
    }
  }
};

}  // namespace ops

/// PyTorch's F.layer_norm over the last axis; weight is `scale`, bias is `shift`, both [channels].
template <class Layer = struct layer_norm_function, class Tag, class X, bool Active, class Scale, class Shift,
          bool Learns>
auto layer_norm(const var<Tag, X, Active>& given, const var<Tag, Scale, Learns>& given_scale,
                const var<Tag, Shift, Learns>& shift, double epsilon) {
  const auto scale = expect_shape<Layer, shape<any_extent>>(given_scale);
  const auto x = expect_batch<Layer, 2>(expect_channels<Layer, extent<shape_of<decltype(scale)>, 0>>(given));
  ops::layer_norm<shape_of<decltype(x)>> operation;
  operation.epsilon = epsilon;
  return record(operation, x, scale, expect_same_shape<Layer>(scale, shift));
}

}  // namespace vscg

#include <vscg/core/end.hpp>
