// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <utility>

#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>

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

namespace kernels {

/// to[c, r] = from[r, c], one matrix [rows, columns] per index.
template <class T>
struct transpose_matrix {
  std::size_t rows;
  std::size_t columns;
  const T* from;
  gradient<T> to;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t matrix) const {
    const T* source = from + matrix * rows * columns;
    T* target = to.data + matrix * rows * columns;
    group.integers(rows * columns, [&](std::size_t i) {
      const T value = source[(i % rows) * columns + i / rows];
      target[i] = to.adds ? target[i] + value : value;
    });
  }
};

}  // namespace kernels

namespace ops {

/// y[..., j, i] = x[..., i, j]; dx[..., i, j] = dy[..., j, i].
template <class Shape>
struct transpose : operation<typename detail::swap_last_two<Shape>::type> {
  static constexpr const char* name = "transpose";
  static constexpr std::size_t rows = static_cast<std::size_t>(extent<Shape, -2>);
  static constexpr std::size_t columns = static_cast<std::size_t>(extent<Shape, -1>);

  template <class C>
  void forward(const C& c) const {
    run(c, rows, columns, c.x(), {c.y(), false});
  }
  template <class C>
  void pullback(const C& c) const {
    run(c, columns, rows, c.dy(), c.dx());
  }

 private:
  template <class C, class T = typename C::scalar>
  static void run(const C& c, std::size_t from_rows, std::size_t from_columns, const T* from, gradient<T> to) {
    c.backend().rows(Shape::elements / (rows * columns) * c.items(), rows * columns,
                     kernels::transpose_matrix<T>{from_rows, from_columns, from, to});
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
