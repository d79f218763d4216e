// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <type_traits>

#include <vscg/core/config.hpp>

namespace vscg {

/// The shapes of a network's inputs, in the order of its call operator's arguments.
template <class... Shapes>
struct input_shapes {
  static constexpr std::size_t count = sizeof...(Shapes);
};

namespace detail {
template <class First, class Second>
struct join_shapes;
template <class... First, class... Second>
struct join_shapes<input_shapes<First...>, input_shapes<Second...>> {
  using type = input_shapes<First..., Second...>;
};
template <class Network>
concept SaysInputs = requires {
  typename Network::inputs;
};
template <class Network>
struct inputs_of_type {
  static_assert(SaysInputs<Network>,
                "vscg: the network does not say what it takes: it needs a member such as `using "
                "inputs = vscg::input_shapes<vscg::shape<vscg::dyn, 128>>;`");
  using type = input_shapes<>;
};
template <class Type>
inline constexpr bool is_input_shapes = false;
template <class... Shapes>
inline constexpr bool is_input_shapes<input_shapes<Shapes...>> = true;
template <SaysInputs Network>
struct inputs_of_type<Network> {
  static_assert(is_input_shapes<typename Network::inputs>,
                "vscg: the network's `inputs` are a list: `using inputs = vscg::input_shapes<vscg::shape<vscg::dyn, "
                "128>>;`");
  using type = std::conditional_t<is_input_shapes<typename Network::inputs>, typename Network::inputs, input_shapes<>>;
};
}  // namespace detail

/// The shapes of one list followed by those of another.
template <class First, class Second>
using joined_shapes = typename detail::join_shapes<First, Second>::type;

namespace detail {
template <class All, class First>
struct shapes_after {
  using type = void;
};
template <class... Shapes>
struct shapes_after<input_shapes<Shapes...>, input_shapes<>> {
  using type = input_shapes<Shapes...>;
};
template <class Shape, class... Shapes, class... First>
struct shapes_after<input_shapes<Shape, Shapes...>, input_shapes<Shape, First...>>
    : shapes_after<input_shapes<Shapes...>, input_shapes<First...>> {};
}  // namespace detail

/// What follows the shapes `First` in the list `All`; void if it does not begin with them.
template <class All, class First>
using shapes_after = typename detail::shapes_after<All, First>::type;

/// The shapes that a network or layer takes by default: its member `using inputs = input_shapes<...>`. Refuses a type
/// that has none.
template <class Network>
using inputs_of = typename detail::inputs_of_type<Network>::type;

}  // namespace vscg

#include <vscg/core/end.hpp>
