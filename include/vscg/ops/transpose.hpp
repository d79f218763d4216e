// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <utility>

#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>
#include <vscg/ops/axis_walk.hpp>
#include <vscg/ops/permuted_copy.hpp>

namespace vscg {

namespace detail {
template <class Shape>
struct swap_last_two;
template <int... E>
struct swap_last_two<shape<E...>> {
  static constexpr std::size_t last = sizeof...(E) - 1;
  template <std::size_t... I>
  static auto make(std::index_sequence<I...>)
      -> shape<shape<E...>::extents[I == last ? last - 1 : (I == last - 1 ? last : I)]...>;
  using type = decltype(make(std::make_index_sequence<sizeof...(E)>{}));
};
}  // namespace detail

namespace ops {

/// y[..., j, i] = x[..., i, j]; dx[..., i, j] = dy[..., j, i].
template <class Shape>
struct transpose : operation<typename detail::swap_last_two<Shape>::type> {
  static constexpr const char* name = "transpose";
  static constexpr bool is_linear = true;
  static constexpr auto order = [] {
    std::array<int, Shape::rank> axes{};
    for (std::size_t k = 0; k < Shape::rank; ++k) axes[k] = static_cast<int>(k);
    std::swap(axes[Shape::rank - 2], axes[Shape::rank - 1]);
    return axes;
  }();
  static_assert(Shape::rank <= axis_walk::most_axes, "vscg::transpose: an array has at most 8 axes");

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    detail::copy_permuted(c.backend(), Shape::extents, order, c.items(), c.x(), gradient<T>{c.y(), false});
  }
  template <class C>
  void pullback(const C& c) const {
    const typename C::scalar* const dy = c.dy();
    detail::copy_permuted(c.backend(), transpose::result::extents, order, c.items(), dy, c.dx());
  }
};

}  // namespace ops

/// PyTorch's x.transpose(-2, -1).
template <Var X>
auto transpose(const X& given) {
  const auto x = expect_batch<ops::transpose<shape_of<X>>, 3>(given);
  return record(ops::transpose<shape_of<decltype(x)>>{}, x);
}
VSCG_OPERANDS_OF(transpose, 1, 1)

}  // namespace vscg

#include <vscg/core/end.hpp>
