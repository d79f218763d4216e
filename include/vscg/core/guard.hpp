// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include <vscg/core/shape.hpp>
#include <vscg/core/var.hpp>

// Layers and recording functions use these guards to say what operands they take. An operand that does not fit is
// refused by one error, whose first line names the layer, what it expects and what it gets. The operand is then passed
// on as if it had fit, so no further errors follow. All this happens at compile time and leaves nothing in the program.

namespace vscg {

/// Refuses a call with a different number of operands than the layer or network takes.
template <class Layer, std::size_t Expected, std::size_t Got>
constexpr auto require_operands() {
  using expected = expects<static_cast<int>(Expected), number::of_operands>;
  return require<Expected == Got, Layer, expected, gets<static_cast<int>(Got), number::of_operands>>();
}

namespace detail {

/// An extent as errors show it: its number, or a name if it has none.
template <int Extent>
constexpr auto shown_extent() {
  if constexpr (Extent == dyn)
    return axis::batch;
  else if constexpr (Extent == any_extent)
    return axis::any;
  else
    return Extent;
}

/// Whether `Shape` matches `Pattern`, where `any_extent` stands for any extent except the batch's.
template <class Pattern, class Shape>
inline constexpr bool fits = false;
template <int... Expected, int... Got>
requires(sizeof...(Expected) == sizeof...(Got)) inline constexpr bool fits<shape<Expected...>, shape<Got...>> =
    ((Expected == any_extent ? Got != dyn : Expected == Got) && ...);

/// Refuses a shape that does not fit. If only one extent is wrong, the error shows that one.
template <class Layer, int... Expected, int... Got>
constexpr auto refuse_shape(std::type_identity<shape<Expected...>>, std::type_identity<shape<Got...>>) {
  using whole_expected = expects<shown_extent<Expected>()...>;
  using whole_got = gets<shown_extent<Got>()...>;
  if constexpr (sizeof...(Expected) == sizeof...(Got)) {
    constexpr std::array expected{Expected...};
    constexpr std::array got{Got...};
    constexpr auto wrong = [](std::size_t i, const auto& e, const auto& g) {
      return e[i] == any_extent ? g[i] == dyn : e[i] != g[i];
    };
    constexpr std::size_t count = ((Expected == any_extent ? Got == dyn : Expected != Got) + ...);
    constexpr std::size_t last = [&] {
      std::size_t i = expected.size() - 1;
      while (!wrong(i, expected, got)) --i;
      return i;
    }();
    constexpr int wanted = expected[last];  // nvcc cannot read an index inside a list of template arguments
    constexpr int found = got[last];
    if constexpr (count == 1)
      require<false, Layer, expects<shown_extent<wanted>()>, gets<shown_extent<found>()>>();
    else
      require<false, Layer, whole_expected, whole_got>();
  } else {
    require<false, Layer, whole_expected, whole_got>();
  }
  return true;
}

/// The extent that replaces one of a refused operand, `from_end` axes before the last one: the expected extent, or the
/// operand's own if any extent is allowed there.
template <int... Got>
constexpr int extent_instead(int expected, std::size_t from_end, std::type_identity<shape<Got...>>) {
  if (expected != any_extent) return expected;
  constexpr std::array<int, sizeof...(Got) + 1> got{dyn, Got...};
  const int given = from_end < sizeof...(Got) ? got[sizeof...(Got) - from_end] : dyn;
  return given == dyn ? 1 : given;
}

/// The shape to use for an operand after it was refused.
template <class Got, int... Expected, std::size_t... I>
auto shape_instead(std::type_identity<shape<Expected...>>, std::index_sequence<I...>)
    -> shape<extent_instead(Expected, sizeof...(I) - 1 - I, std::type_identity<Got>{})...>;
template <class Got, int... Expected>
auto shape_instead(std::type_identity<shape<Expected...>> expected)
    -> decltype(detail::shape_instead<Got>(expected, std::make_index_sequence<sizeof...(Expected)>{}));

/// [B, ...] with as many axes after the batch as numbers are given; `Channels` is the extent of the last.
template <int Channels, std::size_t... I>
auto batch_pattern(std::index_sequence<I...>) -> shape<dyn, (I + 1 == sizeof...(I) ? Channels : any_extent)...>;

/// f(the first `Count` of x...)
template <std::size_t Count, class F, class... X>
auto call_with_first(const F& f, const X&... x) {
  return [&]<std::size_t... I>(std::index_sequence<I...>, const auto& all) { return f(std::get<I>(all)...); }
  (std::make_index_sequence<Count>{}, std::tie(x...));
}

/// Refuses a call with fewer than `Least` or more than `Most` operands. If there are too many, it drops the rest.
template <class Layer, int Least, int Most, class F, class... X>
auto refuse_operands(const F& f, const X&... x) {
  constexpr int count = static_cast<int>(sizeof...(X));
  if constexpr (Least == Most)
    require_operands<Layer, Least, count>();
  else
    require<false, Layer, expects<Least, number::to, Most, number::of_operands>, gets<count, number::of_operands>>();
  if constexpr (count > Most)
    return call_with_first<Most>(f, x...);
  else if constexpr (count > 0)
    return std::get<0>(std::tie(x...));
}

template <int Least, int Most, class... X>
concept OtherOperands = (static_cast<int>(sizeof...(X)) < Least || static_cast<int>(sizeof...(X)) > Most) &&
                        (Var<X> && ...);

}  // namespace detail

/// Requires an operand of shape `Pattern`, where `any_extent` stands for any extent except the batch's:
///
///   const auto x = expect_shape<conv1d, shape<dyn, any_extent, In>>(given);
template <class Layer, class Pattern, class Tag, class Shape, bool Active>
auto expect_shape(const var<Tag, Shape, Active>& x) {
  if constexpr (detail::fits<Pattern, Shape>) {
    return x;
  } else {
    constexpr std::type_identity<Pattern> expected;
    detail::refuse_shape<Layer>(expected, std::type_identity<Shape>{});
    return var<Tag, decltype(detail::shape_instead<Shape>(expected)), Active>{x.trace, x.id};
  }
}

/// Requires an operand [..., Channels].
template <class Layer, int Channels, class Tag, class Shape, bool Active>
auto expect_channels(const var<Tag, Shape, Active>& x) {
  if constexpr (Shape::rank == 0)
    return expect_shape<Layer, shape<Channels>>(x);
  else if constexpr (extent<Shape, -1> == Channels)
    return x;
  else if constexpr (extent<Shape, -1> == dyn)
    return expect_shape<Layer, shape<dyn, Channels>>(x);
  else
    return expect_shape<Layer, with_channels<Shape, Channels>>(x);
}

/// Requires an operand [B, ...] with at least `Rank` axes, the batch included, or [B, ..., Channels].
template <class Layer, int Rank, int Channels = any_extent, class Tag, class Shape, bool Active>
auto expect_batch(const var<Tag, Shape, Active>& x) {
  constexpr std::size_t rank = std::max(Shape::rank, static_cast<std::size_t>(Rank));
  if constexpr (Channels == any_extent && Shape::per_item && Shape::rank == rank) {
    return x;
  } else {
    using pattern = decltype(detail::batch_pattern<Channels>(std::make_index_sequence<rank - 1>{}));
    return expect_shape<Layer, pattern>(x);
  }
}

/// Requires that `b` has the shape of the first operand.
template <class Layer, Var A, Var B>
auto expect_same_shape(const A&, const B& b) {
  return expect_shape<Layer, shape_of<A>>(b);
}

namespace detail {
template <class Shape>
struct with_any_axis;
template <int... Extents>
struct with_any_axis<shape<Extents...>> {
  using type = shape<Extents..., any_extent>;
};
}  // namespace detail

/// Refuses an axis that the shape does not have, and the batch axis.
template <class Layer, class Shape, int Axis>
constexpr auto require_axis() {
  constexpr int first = static_cast<int>(Shape::batch_axes);
  constexpr int last = static_cast<int>(Shape::rank) - 1;
  if constexpr (last < first) {
    detail::refuse_shape<Layer>(std::type_identity<typename detail::with_any_axis<Shape>::type>{},
                                std::type_identity<Shape>{});
    return false;
  } else {
    using expected = expects<first, number::to, last, number::as_axis>;
    return require<axis_of<Shape, Axis> != no_axis, Layer, expected, gets<Axis, number::as_axis>>();
  }
}

/// Calls a network with its inputs. Refuses the call if their number differs from the network's `inputs`.
template <class Network, class... X>
auto call_network(const Network& network, const std::tuple<X...>& operands) {
  constexpr std::size_t expected = [] {
    if constexpr (requires { Network::inputs::count; })
      return Network::inputs::count;
    else
      return sizeof...(X);
  }();
  if constexpr (expected != sizeof...(X)) {
    require_operands<Network, expected, sizeof...(X)>();
    return std::get<0>(operands);
  } else if constexpr (!std::is_invocable_v<const Network&, const X&...>) {
    static_assert(
        std::is_invocable_v<const Network&, const X&...>,
        "vscg: the network's call operator is const, takes as many operands as its `inputs` say, and compiles: "
        "if there is an error above, it is the one to mend");
    return std::get<0>(operands);
  } else {
    return [&]<std::size_t... I>(std::index_sequence<I...>) { return network(std::get<I>(operands)...); }
    (std::make_index_sequence<sizeof...(X)>{});
  }
}

}  // namespace vscg

/// Put this in a layer: its call operator takes `least` to `most` operands and refuses any other number.
#define VSCG_OPERANDS(least, most)                                                                  \
  template <class... X>                                                                             \
  requires(::vscg::detail::OtherOperands<least, most, X...>) auto operator()(const X&... x) const { \
    using layer_type = std::remove_cvref_t<decltype(*this)>;                                        \
    return ::vscg::detail::refuse_operands<layer_type, least, most>(                                \
        [&](const auto&... first) { return (*this)(first...); }, x...);                             \
  }

/// Put this after a recording function: it takes `least` to `most` operands and refuses any other number.
#define VSCG_OPERANDS_OF(function, least, most)                                             \
  struct function##_function;                                                               \
  template <class... X>                                                                     \
  requires(::vscg::detail::OtherOperands<least, most, X...>) auto function(const X&... x) { \
    return ::vscg::detail::refuse_operands<function##_function, least, most>(               \
        [](const auto&... first) { return function(first...); }, x...);                     \
  }

/// The same for a function that is called with numbers, such as `max<1>(x)`.
#define VSCG_OPERANDS_WITH_NUMBERS(function, least, most)                                   \
  struct function##_function;                                                               \
  template <int... Numbers, class... X>                                                     \
  requires(::vscg::detail::OtherOperands<least, most, X...>) auto function(const X&... x) { \
    return ::vscg::detail::refuse_operands<function##_function, least, most>(               \
        [](const auto&... first) { return function<Numbers...>(first...); }, x...);         \
  }

#include <vscg/core/end.hpp>
