// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <type_traits>

#include <vscg/core/record.hpp>
#include <vscg/core/var.hpp>

namespace vscg {

/// Several operations under one name, which a backend may compute as one. A composite is a type whose template
/// arguments give the shapes and whose members are settings. Called with its operands, it records its operations and
/// returns a var, or several that structured binding takes apart.
///
///   template <int T, int C> struct residual_tanh {
///     template <class X> auto operator()(const X& x) const { return x + tanh(x); }
///   };
///   const auto y = compose(residual_tanh<10, 256>{}, x);
///
/// If `implementation<residual_tanh<T, C>, Backend>` names an operation, `compose` records that operation instead. It
/// is made from the composite, takes the same operands and gives results of the same shapes.
template <class Composite, Var First, Var... Rest>
auto compose(const Composite& composite, const First& first, const Rest&... rest) {
  using Whole = typename implementation<Composite, typename First::tag::backend>::type;
  if constexpr (std::is_same_v<Whole, Composite>)
    return composite(first, rest...);
  else
    return record(Whole(composite), first, rest...);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
