// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/shape.hpp>

namespace vscg {

namespace kernels {

/// to[row, c] = from[row, c] for c < columns. The rows of both arrays may be longer than that.
template <class T>
struct copy_columns {
  std::size_t columns;
  std::size_t from_stride;
  std::size_t to_stride;
  const T* from;
  gradient<T> to;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const gradient<T> target{to.data + row * to_stride, to.adds};
    group.each(columns, [&](auto i) { target.store(i, i.load(from + row * from_stride)); });
  }
};

}  // namespace kernels

namespace ops {

/// y is x_0, x_1, ... one after another along one axis; each dx_k is its part of dy.
template <int Axis, class First, class... More>
struct cat : operation<with_extent<First, Axis, (extent<First, Axis> + ... + extent<More, Axis>)>> {
  static constexpr const char* name = "cat";
  static constexpr bool is_linear = true;
  void settings(setting_list& to) const { to.add("axis", Axis); }
  /// A row holds everything from the axis inward, the axis included.
  template <class Shape>
  static constexpr std::size_t columns = [] {
    std::size_t product = 1;
    for (std::size_t k = Axis; k < Shape::rank; ++k) product *= static_cast<std::size_t>(Shape::extents[k]);
    return product;
  }();
  static constexpr std::size_t all_columns = columns<typename cat::result>;

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    each_part([&]<class Shape, int I>(std::type_identity<Shape>, operand_index<I> part, std::size_t first) {
      c.backend().rows(Shape::count(c.items()) / columns<Shape>, columns<Shape>,
                       kernels::copy_columns<T>{columns<Shape>, columns<Shape>, all_columns, c.x(part),
                                                gradient<T>{c.y() + first, false}});
    });
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    each_part([&]<class Shape, int I>(std::type_identity<Shape>, [[maybe_unused]] operand_index<I> part,
                                      [[maybe_unused]] std::size_t first) {
      if constexpr (C::wants(operand_index<I>{})) {
        c.backend().rows(
            Shape::count(c.items()) / columns<Shape>, columns<Shape>,
            kernels::copy_columns<T>{columns<Shape>, all_columns, columns<Shape>, c.dy() + first, c.dx(part)});
      }
    });
  }

 private:
  /// Calls f(shape, operand, first column) for each operand.
  template <class F>
  static void each_part(const F& f) {
    using shapes = std::tuple<std::type_identity<First>, std::type_identity<More>...>;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      std::size_t first = 0;
      const auto next = [&](auto shape, auto part) {
        f(shape, part, first);
        first += columns<typename decltype(shape)::type>;
      };
      (next(std::tuple_element_t<I, shapes>{}, operand_index<static_cast<int>(I)>{}), ...);
    }
    (std::make_index_sequence<1 + sizeof...(More)>{});
  }
};

}  // namespace ops

struct cat_function;

/// cat<1>(x, y, ...): joins arrays along axis 1; all other axes must match: [B, S, C] and [B, T, C] to [B, S + T, C].
/// Any axis except the batch; negative axes count from the end (PyTorch's torch.cat((x, y), dim=1)).
template <int Axis, Var X, Var... More>
auto cat(const X& x, const More&... more) {
  using Shape = shape_of<X>;
  require_axis<cat_function, Shape, Axis>();
  constexpr int axis = axis_of<Shape, Axis>;
  if constexpr (axis == no_axis || sizeof...(More) == 0) {
    return x;
  } else {
    using pattern = with_extent<Shape, axis, any_extent>;
    const auto join = [&](const auto&... fit) {
      return record(ops::cat<axis, Shape, shape_of<decltype(fit)>...>{}, x, fit...);
    };
    return join(expect_shape<cat_function, pattern>(more)...);
  }
}

}  // namespace vscg

#include <vscg/core/end.hpp>
