// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/ops/clear.hpp>
#include <vscg/ops/column_sums.hpp>
#include <vscg/ops/linear.hpp>

namespace vscg {

namespace ops {

/// y = x·Vᵀ + c over the last axis, where V and c are rows [First, First + Out) of W [All, In] and b [All]. They are
/// read in place, so several projections can share one packed parameter.
///
/// dx = dy·V,  dV = dyᵀ·x,  dc = Σ_rows dy;  the other rows of W and b get no gradient from here.
template <class XShape, int First, int Out, int All>
struct linear_rows : operation<with_channels<XShape, Out>> {
  static constexpr const char* name = "linear_rows";
  void settings(setting_list& to) const { to.add("first", First); }
  static constexpr operand_index<0> input{};
  static constexpr operand_index<1> weight{};
  static constexpr operand_index<2> bias{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(input, weight);
  static constexpr std::size_t in = static_cast<std::size_t>(extent<XShape, -1>);
  static constexpr std::size_t out = std::size_t{Out};
  static constexpr std::size_t item_rows = rows_of<XShape>;
  static constexpr double flops_per_item = 2.0 * item_rows * in * out;
  static constexpr std::uint32_t prepared_operands = operand_set(weight);
  template <class Executor>
  static constexpr auto prepared(std::uint32_t active) {
    return detail::packed_weight_sizes<Executor>(in, out, (active & 1U) != 0);
  }
  static constexpr std::array<slot_size, 1> pullback_scratch() { return {column_sums_scratch(item_rows, out)}; }

  template <class C>
  void prepare(const C& c) const {
    using T = typename C::scalar;
    detail::linear_prepare(c.backend(), in, out, c.x(weight) + First * in,
                           detail::packed_weight<T>{c.prepared(0), c.prepared(1)});
  }
  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    detail::linear_forward<identity_function, typename C::executor, T>(c.backend(), item_rows * c.items(), in, out,
                                                                       c.x(input), c.x(weight) + First * in,
                                                                       c.prepared(0), c.x(bias) + First, c.y());
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    const std::size_t rows = item_rows * c.items();
    if constexpr (C::wants(input)) {
      detail::linear_input_gradient<typename C::executor, T>(c.backend(), rows, in, out, c.dy(),
                                                             c.x(weight) + First * in, c.prepared(1), c.dx(input));
    }
    if constexpr (C::wants(weight)) {
      const T* const dy = c.dy();
      detail::linear_weight_gradient(c.backend(), rows, in, out, dy, c.x(input), own_rows(c, in, c.dx(weight)));
    }
    if constexpr (C::wants(bias)) {
      add_column_sums<identity_function, typename C::executor, T>(c.backend(), c.dy(), nullptr, rows, out, c.scratch(0),
                                                                  own_rows(c, 1, c.dx(bias)));
    }
  }

 private:
  // The part of a gradient [All, columns] that belongs to our rows. The first writer also clears the other rows.
  template <class C, class T>
  static gradient<T> own_rows(const C& c, std::size_t columns, gradient<T> all) {
    constexpr std::size_t last = std::size_t{All} - First - Out;
    if (!all.adds) {
      if (First > 0) c.backend().each(First * columns, 1, kernels::clear<T>{all.data});
      if (last > 0) c.backend().each(last * columns, 1, kernels::clear<T>{all.data + (First + out) * columns});
    }
    return {all.data + First * columns, all.adds};
  }
};

}  // namespace ops

/// A linear layer whose weight and bias are some rows of larger ones: x [B, ..., In], weight [All, In] and bias [All]
/// to [B, ..., Count], with rows First, First + 1, … (PyTorch's F.linear(x, weight[First:First + Count],
/// bias[First:First + Count])). Nothing is copied.
template <int First, int Count, class Layer = struct linear_rows_function, class Tag, class X, bool Active,
          class Weight, class Bias, bool Learns>
auto linear_rows(const var<Tag, X, Active>& given, const var<Tag, Weight, Learns>& given_weight,
                 const var<Tag, Bias, Learns>& given_bias) {
  const auto weight = expect_shape<Layer, shape<any_extent, any_extent>>(given_weight);
  using matrix = shape_of<decltype(weight)>;
  constexpr int all = extent<matrix, 0>;
  constexpr bool right = First >= 0 && Count > 0 && First + Count <= all;
  require<right, Layer, expects<0, number::to, all - 1>, gets<First, number::to, First + Count - 1>>();
  const auto x = expect_batch<Layer, 2>(expect_channels<Layer, extent<matrix, 1>>(given));
  const auto bias = expect_shape<Layer, shape<all>>(given_bias);
  return record(ops::linear_rows < shape_of<decltype(x)>, right ? First : 0, right ? Count : 1, all > {}, x, weight,
                bias);
}
VSCG_OPERANDS_WITH_NUMBERS(linear_rows, 3, 3)

}  // namespace vscg

#include <vscg/core/end.hpp>
