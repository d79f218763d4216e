// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <tuple>

#include <vscg/core/math.hpp>
#include <vscg/core/record.hpp>

// What all operations on one number share. Each states its value and derivative once, in its own file.

namespace vscg {

namespace kernels {

template <class Function, class T>
struct unary_forward {
  Function function;
  const T* x;
  T* y;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    i.store(y, function.value(i.load(x)));
  }
};

/// `known` is x or y, whichever the derivative uses.
template <class Function, class T>
struct unary_pullback {
  Function function;
  const T* known;
  const T* dy;
  gradient<T> dx;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    dx.store(i, i.load(dy) * function.derivative(i.load(known)));
  }
};

template <class Function, class T>
struct binary_forward {
  Function function;
  const T* a;
  const T* b;
  T* y;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    i.store(y, function.value(i.load(a), i.load(b)));
  }
};

}  // namespace kernels

namespace ops {

/// y = function(x), element by element. The function has `name`, `value(x)` and `derivative(x or y)`;
/// `derivative_of_result` says which of the two the derivative takes.
template <class Function, class Shape>
struct unary : operation<Shape> {
  static constexpr const char* name = Function::name;
  static constexpr std::uint32_t pullback_reads_operands =
      Function::derivative_of_result ? 0 : operand_set(first_operand);
  static constexpr bool pullback_reads_result = Function::derivative_of_result;
  static constexpr bool is_linear = requires { requires Function::is_linear; };
  Function function;

  void settings(setting_list& to) const requires requires(const Function& f) { f.settings(to); }
  { function.settings(to); }
  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    c.backend().each(Shape::count(c.items()), 4, kernels::unary_forward<Function, T>{function, c.x(), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    const T* known = nullptr;
    if constexpr (Function::derivative_of_result)
      known = c.y();
    else
      known = c.x();
    c.backend().each(Shape::count(c.items()), 4, kernels::unary_pullback<Function, T>{function, known, c.dy(), c.dx()});
  }
};

}  // namespace ops

template <class Function, class Tag, class Shape, bool Active>
auto elementwise(const Function& function, const var<Tag, Shape, Active>& x) {
  ops::unary<Function, Shape> operation;
  operation.function = function;
  return record(operation, x);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
