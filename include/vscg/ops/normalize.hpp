// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <vscg/core/guard.hpp>
#include <vscg/core/math.hpp>
#include <vscg/core/record.hpp>

namespace vscg {

namespace kernels {

/// Σ |x| of a row. `slope`: what it changes by with x, given y = x / norm.
struct l1_norm {
  template <class T, class Group>
  VSCG_HD static T of(Group group, std::size_t channels, const T* x) {
    return group.sum(channels, [&](auto i) {
      using math::abs;
      return abs(i.load(x));
    });
  }
  template <class V>
  VSCG_HD static V slope(V y) {
    using math::where_greater;
    return where_greater(y, V(0), V(1), where_greater(V(0), y, V(-1), V(0)));
  }
};

/// √(Σ x²) of a row.
struct l2_norm {
  template <class T, class Group>
  VSCG_HD static T of(Group group, std::size_t channels, const T* x) {
    return math::sqrt(group.sum(channels, [&](auto i) { return i.load(x) * i.load(x); }));
  }
  template <class V>
  VSCG_HD static V slope(V y) {
    return y;
  }
};

template <class Norm, class T>
struct normalize_forward {
  std::size_t channels;
  double epsilon;
  const T* x;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const T* from = x + row * channels;
    T* to = y + row * channels;
    const T length = math::max(Norm::of(group, channels, from), static_cast<T>(epsilon));
    group.each(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      i.store(to, i.load(from) / V(length));
    });
  }
};

/// dx = (dy - slope(y) Σ y dy) / length, without the second term where epsilon is the length.
template <class Norm, class T>
struct normalize_pullback {
  std::size_t channels;
  double epsilon;
  const T* x;
  const T* y;
  const T* dy;
  gradient<T> dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const T* value = y + row * channels;
    const T* slope = dy + row * channels;
    const gradient<T> to{dx.data + row * channels, dx.adds};
    const T norm = Norm::of(group, channels, x + row * channels);
    const T length = math::max(norm, static_cast<T>(epsilon));
    const T inner = group.sum(channels, [&](auto i) { return i.load(value) * i.load(slope); });
    const T back = norm < static_cast<T>(epsilon) ? T(0) : inner;
    group.each(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      to.store(i, (i.load(slope) - Norm::slope(i.load(value)) * V(back)) / V(length));
    });
  }
};

}  // namespace kernels

namespace ops {

/// y = x / max(‖x‖ₚ, eps) over the last axis, p = 1 or 2; dx as `kernels::normalize_pullback` says.
template <class Shape, int P>
struct normalize : operation<Shape> {
  static constexpr const char* name = "normalize";
  void settings(setting_list& to) const { to.add("p", P).add("epsilon", epsilon); }
  static constexpr std::uint32_t pullback_reads_operands = operand_set(first_operand);
  static constexpr bool pullback_reads_result = true;
  static constexpr auto channels = static_cast<std::size_t>(extent<Shape, -1>);
  using norm = std::conditional_t<P == 1, kernels::l1_norm, kernels::l2_norm>;
  double epsilon = 1e-12;

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    c.backend().rows(rows_of<Shape> * c.items(), 2 * channels,
                     kernels::normalize_forward<norm, T>{channels, epsilon, c.x(), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    c.backend().rows(rows_of<Shape> * c.items(), 4 * channels,
                     kernels::normalize_pullback<norm, T>{channels, epsilon, c.x(), c.y(), c.dy(), c.dx()});
  }
};

}  // namespace ops

struct normalize_function;

/// Each row divided by its norm, [..., C] to [..., C]: x / max(‖x‖ₚ, epsilon), where P is 2 or 1. A row whose norm is
/// below epsilon is divided by that (PyTorch's F.normalize(x, p=P, dim=-1, eps=epsilon)).
template <int P = 2, Var X>
auto normalize(const X& given, double epsilon = 1e-12) {
  const auto x = expect_batch<normalize_function, 2>(given);
  require<P == 1 || P == 2, normalize_function, expects<1, number::to, 2>, gets<P>>();
  ops::normalize<shape_of<decltype(x)>, P> operation;
  operation.epsilon = epsilon;
  return record(operation, x);
}
VSCG_OPERANDS_WITH_NUMBERS(normalize, 1, 1)

}  // namespace vscg

#include <vscg/core/end.hpp>
