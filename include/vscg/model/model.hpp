// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include <vscg/core/for_each_part.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/random.hpp>
#include <vscg/core/team.hpp>
#include <vscg/model/batch_arrays.hpp>
#include <vscg/model/session.hpp>
#include <vscg/model/weights.hpp>

namespace vscg {

/// A network with its weights: the simple interface, whose calls allocate and whose outputs own their numbers. For a
/// server, give `weights()` to sessions. Sessions and trainers use the model's weights, so it must live as long as they
/// have calls. It can be moved, but then the sessions and trainers of the object that it was moved from throw
/// vscg::expectation_error.
template <class Network, class Scalar, class Backend, class Inputs = inputs_of<Network>>
class model {
 public:
  using network = Network;
  using scalar = Scalar;
  using backend = Backend;
  using inputs = Inputs;
  using session_type = session<Network, Scalar, Backend, Inputs>;
  /// The network's outputs, owned.
  using outputs = rebind_outputs<typename session_type::traced_outputs, array_field<Scalar>>;

  /// `net` brings the layers' settings, if they are not the defaults.
  explicit model(seed s = seed{1}, Network net = {}) : weights_(s, std::move(net)) {}

  vscg::weights<Network, Scalar, Backend>& weights() & { return weights_; }
  const vscg::weights<Network, Scalar, Backend>& weights() const& { return weights_; }
  // A temporary model gives its weights away, so that no reference to them outlives it. No session takes temporary
  // ones.
  vscg::weights<Network, Scalar, Backend> weights() && { return std::move(weights_); }
  vscg::weights<Network, Scalar, Backend> weights() const&& = delete;

  /// The network's outputs for any number of items; arrays are [N, ...]. Throws vscg::expectation_error when a shape
  /// differs.
  template <class... Arrays>
  outputs infer(const Arrays&... arrays) const {
    return infer_with(threads{1}, arrays...);
  }

  template <class... Arrays>
  outputs infer_with(threads n, const Arrays&... arrays) const {
    return infer_in_parts(
        n, [](session_type& s, std::size_t, const auto&... part) { return s.infer(part...); }, arrays...);
  }

  /// The same, slower, for finding a mistake: `session::infer_checked`.
  template <class... Arrays>
  outputs infer_checked(const Arrays&... arrays) const {
    const auto call = [](session_type& s, std::size_t first, const auto&... part) {
      return s.infer_checked_from(first, part...);
    };
    return infer_in_parts(threads{1}, call, arrays...);
  }

 private:
  template <class Call, class... Arrays>
  outputs infer_in_parts(threads n, const Call& call, const Arrays&... arrays) const {
    outputs result{};
    if constexpr (require_operands<Network, Inputs::count, sizeof...(Arrays)>()) {
      const auto batch = checked_batch<Scalar, Inputs::count>(Inputs{}, nullptr, arrays...);
      std::size_t at_once = 16;
      std::optional<session_type> s(std::in_place, weights_, n, batch_capacity{std::min(batch.items, at_once)});
      if (s->traced().couples_batch() && batch.items > at_once) {
        s.emplace(weights_, n, batch_capacity{at_once = batch.items});
      }
      expect_indices(s->traced(), batch, Inputs::count);
      const auto part = [&](std::size_t first, std::size_t items) {
        append(infer_part(call, *s, Inputs{}, batch, first, items), result);
      };
      if (batch.items == 0) part(0, 0);
      for_each_part(batch.items, at_once, part);
    }
    return result;
  }

  template <class Call, class... Shapes>
  static auto infer_part(const Call& call, session_type& s, input_shapes<Shapes...>,
                         const batch_arrays<sizeof...(Shapes)>& batch, std::size_t first, std::size_t items) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return call(s, first, batch.arrays[I].template part<element_of<Shapes, Scalar>>(first, items)...);
    }
    (std::index_sequence_for<Shapes...>{});
  }

  static void append(const typename session_type::outputs& views, outputs& result) {
    std::vector<std::span<const Scalar>> parts;
    std::size_t items = 0;
    for_each_output(views, [&](const auto& field, std::size_t) {
      parts.push_back(field.values());
      items = field.items;
    });
    for_each_output(result, [&](auto& field, std::size_t k) {
      field.numbers.insert(field.numbers.end(), parts[k].begin(), parts[k].end());
      field.items += items;
    });
  }

  vscg::weights<Network, Scalar, Backend> weights_;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
