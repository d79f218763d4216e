// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <vscg/core/guard.hpp>
#include <vscg/core/math.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/ops/column_sums.hpp>

namespace vscg {

namespace kernels {

/// partial[block, c] = Σ (x[r, c] - mean[c]) a[r, c] over the rows r of a block; the squared distance if `a` is null.
template <class T>
struct centered_products {
  std::size_t rows;
  std::size_t channels;
  const T* x;
  const T* mean;
  const T* a;
  T* partial;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t block) const {
    add_rows(
        group, channels, row_block::of(rows, block), partial + block * channels,
        [&](auto c, std::size_t r) {
          const auto distance = c.load(x + r * channels) - c.load(mean);
          return a == nullptr ? distance * distance : distance * c.load(a + r * channels);
        },
        [](auto, std::size_t, auto) {});
  }
};

template <class T>
struct channel_means {
  block_rows<T> partial;
  T rows;
  T* mean;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    using V = typename Index::value;
    i.store(mean, partial.sum(i) / V(rows));
  }
};

/// From the squared distances: the variance that estimates the data's (over rows - 1), and 1 / √(variance of these rows
/// + epsilon).
template <class T>
struct channel_variances {
  block_rows<T> partial;
  T rows;
  double epsilon;
  T* variance;
  T* inverse;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    using math::sqrt;
    using V = typename Index::value;
    const V total = partial.sum(i);
    i.store(variance, total / V(rows - 1));
    i.store(inverse, V(1) / sqrt(total / V(rows) + math::constant<V>(epsilon)));
  }
};

/// 1 / √(variance + epsilon)
template <class T>
struct inverse_deviations {
  double epsilon;
  const T* variance;
  T* inverse;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    using math::sqrt;
    using V = typename Index::value;
    i.store(inverse, V(1) / sqrt(i.load(variance) + math::constant<V>(epsilon)));
  }
};

template <class T>
struct batch_norm_forward {
  std::size_t channels;
  const T* x;
  const T* mean;
  const T* inverse;
  const T* scale;
  const T* shift;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    group.each(channels, [&](auto c) {
      const auto normalized = (c.load(x + row * channels) - c.load(mean)) * c.load(inverse);
      c.store(y + row * channels, normalized * c.load(scale) + c.load(shift));
    });
  }
};

/// `slopes` is Σ dy and `products` Σ dy (x - mean), over all rows; null if mean and inverse do not depend on x.
template <class T>
struct batch_norm_pullback {
  std::size_t channels;
  T rows;
  const T* x;
  const T* mean;
  const T* inverse;
  const T* scale;
  const T* slopes;
  const T* products;
  const T* dy;
  gradient<T> dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const gradient<T> to{dx.data + row * channels, dx.adds};
    group.each(channels, [&](auto c) {
      using V = typename decltype(c)::value;
      const V narrow = c.load(inverse);
      V slope = c.load(dy + row * channels);
      if (slopes != nullptr) {
        const V distance = c.load(x + row * channels) - c.load(mean);
        slope = slope - (c.load(slopes) + distance * narrow * narrow * c.load(products)) / V(rows);
      }
      to.store(c, slope * narrow * c.load(scale));
    });
  }
};

template <class T>
struct batch_norm_parameters {
  const T* slopes;
  const T* products;
  const T* inverse;
  gradient<T> dscale;
  gradient<T> dshift;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    dscale.store(i, i.load(products) * i.load(inverse));
    dshift.store(i, i.load(slopes));
  }
};

}  // namespace kernels

namespace detail {

/// Σ dy and Σ dy (x - mean) over rows [rows, channels], to `slopes` and `products`; `partial` is scratch.
template <class Executor, class T>
void channel_slopes(Executor& backend, std::size_t rows, std::size_t channels, const T* x, const T* mean, T* dy,
                    T* partial, T* slopes, T* products) {
  const std::size_t blocks = kernels::row_block::count(rows);
  add_column_sums<identity_function, Executor, T>(backend, dy, nullptr, rows, channels, partial, {slopes, false});
  backend.rows(blocks, 2 * kernels::row_block::most * channels,
               kernels::centered_products<T>{rows, channels, x, mean, dy, partial});
  add_blocks(backend, channels, few_blocks(backend, blocks, channels, partial), gradient<T>{products, false});
}

}  // namespace detail

namespace ops {

/// n = (x - mean) / √(variance + eps) and y = n scale + shift, with mean and variance of each channel over all rows of
/// the batch. Its other results are the mean, and the variance that estimates the data's (over rows - 1).
///
/// dscale = Σ dy n,  dshift = Σ dy,  dx = scale / √(variance + eps) (dy - dshift / rows - n dscale / rows).
template <class Shape>
struct batch_norm : operation<Shape, shape<extent<Shape, -1>>, shape<extent<Shape, -1>>> {
  static constexpr const char* name = "batch_norm";
  static constexpr bool couples_batch = true;
  void settings(setting_list& to) const { to.add("epsilon", epsilon); }
  static constexpr operand_index<0> input{};
  static constexpr operand_index<1> scale{};
  static constexpr operand_index<2> shift{};
  static constexpr result_index<0> result_y{};
  static constexpr result_index<1> result_mean{};
  static constexpr result_index<2> result_variance{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(input, scale);
  static constexpr std::uint32_t pullback_reads_result = 1U << result_index<1>::value;
  static constexpr std::size_t channels = static_cast<std::size_t>(extent<Shape, -1>);
  /// 1 / √(variance + eps)
  static constexpr std::array<slot_size, 1> saved() { return {slot_size{0, channels, 0}}; }
  static constexpr std::array<slot_size, 1> forward_scratch() {
    return {column_sums_scratch(rows_of<Shape>, channels)};
  }
  static constexpr std::array<slot_size, 3> pullback_scratch() {
    return {forward_scratch()[0], slot_size{0, channels, 0}, slot_size{0, channels, 0}};
  }
  double epsilon = 1e-5;

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    const std::size_t rows = rows_of<Shape> * c.items();
    const std::size_t blocks = kernels::row_block::count(rows);
    T* const x = const_cast<T*>(c.x(input));  // only read: with no function, the sums write nothing to their rows
    T* const mean = c.y(result_mean);
    const auto sums = column_sums_of_blocks<identity_function, typename C::executor, T>(c.backend(), x, nullptr, rows,
                                                                                        channels, c.scratch(0));
    c.backend().each(channels, sums.count, kernels::channel_means<T>{sums, static_cast<T>(rows), mean});
    c.backend().rows(blocks, 2 * kernels::row_block::most * channels,
                     kernels::centered_products<T>{rows, channels, x, mean, nullptr, c.scratch(0)});
    const auto squares = few_blocks(c.backend(), blocks, channels, c.scratch(0));
    c.backend().each(
        channels, squares.count,
        kernels::channel_variances<T>{squares, static_cast<T>(rows), epsilon, c.y(result_variance), c.saved(0)});
    c.backend().rows(
        rows, 2 * channels,
        kernels::batch_norm_forward<T>{channels, x, mean, c.saved(0), c.x(scale), c.x(shift), c.y(result_y)});
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    const std::size_t rows = rows_of<Shape> * c.items();
    const T* const mean = c.y(result_mean);
    T* const slopes = c.scratch(1);
    T* const products = c.scratch(2);
    detail::channel_slopes(c.backend(), rows, channels, c.x(input), mean, c.dy(result_y), c.scratch(0), slopes,
                           products);
    if constexpr (C::wants(input)) {
      c.backend().rows(rows, 4 * channels,
                       kernels::batch_norm_pullback<T>{channels, static_cast<T>(rows), c.x(input), mean, c.saved(0),
                                                       c.x(scale), slopes, products, c.dy(result_y), c.dx(input)});
    }
    if constexpr (C::wants(scale)) {
      c.backend().each(channels, 1,
                       kernels::batch_norm_parameters<T>{slopes, products, c.saved(0), c.dx(scale), c.dx(shift)});
    }
  }
};

/// The same with a mean and variance that are known: n = (x - mean) / √(variance + eps) and y = n scale + shift.
///
/// dscale = Σ dy n,  dshift = Σ dy,  dx = dy scale / √(variance + eps).
template <class Shape>
struct normalize_channels : operation<Shape> {
  static constexpr const char* name = "normalize_channels";
  void settings(setting_list& to) const { to.add("epsilon", epsilon); }
  static constexpr operand_index<0> input{};
  static constexpr operand_index<1> mean{};
  static constexpr operand_index<2> variance{};
  static constexpr operand_index<3> scale{};
  static constexpr operand_index<4> shift{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(input, mean, variance, scale);
  static constexpr std::size_t channels = static_cast<std::size_t>(extent<Shape, -1>);
  /// 1 / √(variance + eps)
  static constexpr std::array<slot_size, 1> forward_scratch() { return {slot_size{0, channels, 0}}; }
  static constexpr std::array<slot_size, 4> pullback_scratch() {
    constexpr slot_size one = forward_scratch()[0];
    return {one, column_sums_scratch(rows_of<Shape>, channels), one, one};
  }
  double epsilon = 1e-5;

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    c.backend().rows(
        rows_of<Shape> * c.items(), 2 * channels,
        kernels::batch_norm_forward<T>{channels, c.x(input), c.x(mean), inverse(c), c.x(scale), c.x(shift), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    const std::size_t rows = rows_of<Shape> * c.items();
    const T* const narrow = inverse(c);
    if constexpr (C::wants(scale)) {
      T* const slopes = c.scratch(2);
      T* const products = c.scratch(3);
      detail::channel_slopes(c.backend(), rows, channels, c.x(input), c.x(mean), c.dy(), c.scratch(1), slopes,
                             products);
      c.backend().each(channels, 1,
                       kernels::batch_norm_parameters<T>{slopes, products, narrow, c.dx(scale), c.dx(shift)});
    }
    if constexpr (C::wants(input)) {
      c.backend().rows(rows, 2 * channels,
                       kernels::batch_norm_pullback<T>{channels, static_cast<T>(rows), c.x(input), c.x(mean), narrow,
                                                       c.x(scale), nullptr, nullptr, c.dy(), c.dx(input)});
    }
  }

 private:
  template <class C, class T = typename C::scalar>
  const T* inverse(const C& c) const {
    c.backend().each(channels, 1, kernels::inverse_deviations<T>{epsilon, c.x(variance), c.scratch(0)});
    return c.scratch(0);
  }
};

}  // namespace ops

/// x [B, ..., C], normalized over all axes but the last by the batch's own mean and variance, times `scale` [C] plus
/// `shift` [C]: `vars` of the result, the means [C] and the variances [C] (over rows - 1). No gradient flows through
/// the last two. It needs the whole batch at once (PyTorch's F.batch_norm(training=True)).
template <class Layer = struct batch_norm_function, class Tag, class X, bool Active, class Scale, class Shift,
          bool Learns>
auto batch_norm(const var<Tag, X, Active>& given, const var<Tag, Scale, Learns>& given_scale,
                const var<Tag, Shift, Learns>& shift, double epsilon) {
  const auto scale = expect_shape<Layer, shape<any_extent>>(given_scale);
  const auto x = expect_batch<Layer, 2>(expect_channels<Layer, extent<shape_of<decltype(scale)>, 0>>(given));
  ops::batch_norm<shape_of<decltype(x)>> operation;
  operation.epsilon = epsilon;
  const auto [y, mean, variance] = record(operation, x, scale, expect_same_shape<Layer>(scale, shift));
  return vars{y, detach(mean), detach(variance)};
}

/// The same with a known mean [C] and variance [C] for every channel, item by item (PyTorch's
/// F.batch_norm(training=False)).
template <class Layer = struct normalize_channels_function, class Tag, class X, bool Active, class Mean, class Variance,
          class Scale, class Shift, bool Learns>
auto normalize_channels(const var<Tag, X, Active>& given, const var<Tag, Mean, false>& mean,
                        const var<Tag, Variance, false>& variance, const var<Tag, Scale, Learns>& given_scale,
                        const var<Tag, Shift, Learns>& shift, double epsilon) {
  const auto scale = expect_shape<Layer, shape<any_extent>>(given_scale);
  const auto x = expect_batch<Layer, 2>(expect_channels<Layer, extent<shape_of<decltype(scale)>, 0>>(given));
  ops::normalize_channels<shape_of<decltype(x)>> operation;
  operation.epsilon = epsilon;
  return record(operation, x, expect_same_shape<Layer>(scale, mean), expect_same_shape<Layer>(scale, variance), scale,
                expect_same_shape<Layer>(scale, shift));
}

}  // namespace vscg

#include <vscg/core/end.hpp>
