// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <tuple>
#include <utility>

#include <vscg/core/guard.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nn/layer_number.hpp>

namespace vscg::nn {

/// Layers one after another, named 0, 1, … as in PyTorch's nn.Sequential.
template <class... Layers>
struct sequential {
  std::tuple<Layers...> layers;

  template <class Self, class Visitor>
  static constexpr void visit_members(Self& self, Visitor&& visit) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (visit(std::get<I>(self.layers), detail::layer_number(I).view()), ...);
    }
    (std::index_sequence_for<Layers...>{});
  }
  static constexpr int listed_members() { return 1; }  // the tuple is the struct's one field

  template <Var X>
  auto operator()(const X& x) const {
    return run<0>(x);
  }
  VSCG_OPERANDS(1, 1)

 private:
  template <std::size_t I, class X>
  auto run(const X& x) const {
    if constexpr (I == sizeof...(Layers))
      return x;
    else
      return run<I + 1>(std::get<I>(layers)(x));
  }
};

}  // namespace vscg::nn

namespace vscg::detail {
/// A chain takes what its first layer takes.
template <class First, class... Rest>
requires requires { typename First::inputs; }
struct inputs_of_type<nn::sequential<First, Rest...>> {
  using type = typename First::inputs;
};
}  // namespace vscg::detail

#include <vscg/core/end.hpp>
