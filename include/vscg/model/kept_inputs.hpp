// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <type_traits>

#include <vscg/core/config.hpp>

namespace vscg {

/// How a backend keeps what a network computes from: as it is given.
struct kept_as_given {
  template <class... Shapes>
  static constexpr std::array<bool, sizeof...(Shapes)> of() {
    return {};
  }
};

/// The first `Count` arrays of a batch or data set, the network's inputs, as numbers of fewer bytes: a backend names
/// the rule as `kept_as<Scalar>`, a type with
///   kept_number         what one is kept as, which converts to a scalar
///   in_use()            whether backends that are made now, on this thread, keep inputs so
///   kept(scalar)        what takes its place
template <class Rule, std::size_t Count>
struct kept_rounded : Rule {
  /// Which of the arrays these are.
  template <class... Shapes>
  static constexpr std::array<bool, sizeof...(Shapes)> of() {
    std::size_t k = 0;
    return {(k++ < Count && !Shapes::of_indices)...};
  }
};

namespace detail {
template <class Backend, class Scalar, class Inputs>
struct kept_inputs {
  using type = kept_as_given;
};
template <class Backend, class Scalar, class Inputs>
requires(!std::is_void_v<typename Backend::template kept_as<Scalar>>) struct kept_inputs<Backend, Scalar, Inputs> {
  using type = kept_rounded<typename Backend::template kept_as<Scalar>, Inputs::count>;
};
}  // namespace detail

/// How a backend keeps the inputs of a network.
template <class Backend, class Scalar, class Inputs>
using kept_inputs = typename detail::kept_inputs<Backend, Scalar, Inputs>::type;

}  // namespace vscg

#include <vscg/core/end.hpp>
