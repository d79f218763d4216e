// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/for_each_part.hpp>
#include <vscg/core/random.hpp>
#include <vscg/core/team.hpp>
#include <vscg/model/session.hpp>
#include <vscg/model/weights.hpp>

namespace vscg {

/// A network with its weights: the simple way in. Calls allocate; for a server, give `weights()` to sessions.
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

  explicit model(seed s = seed{1}) : weights_(s) {}

  vscg::weights<Network, Scalar, Backend>& weights() & { return weights_; }
  const vscg::weights<Network, Scalar, Backend>& weights() const& { return weights_; }
  // Of a temporary they are temporary, too: no session takes them.
  vscg::weights<Network, Scalar, Backend>&& weights() && { return std::move(weights_); }
  const vscg::weights<Network, Scalar, Backend>&& weights() const&& { return std::move(weights_); }

  /// The network's outputs for any number of items; arrays are [N, ...]. Throws vscg::expectation_error when a shape
  /// differs.
  template <class... Arrays>
  outputs infer(const Arrays&... arrays) const {
    return infer_with(threads{1}, arrays...);
  }

  template <class... Arrays>
  outputs infer_with(threads n, const Arrays&... arrays) const {
    constexpr std::size_t at_once = 16;
    const std::size_t items = count(Inputs{}, arrays...);
    session_type s(weights_, n, batch_capacity{std::min(items, at_once)});
    outputs result{};
    const auto part = [&](std::size_t first, std::size_t n_items) {
      append(run_part(s, Inputs{}, first, n_items, arrays...), result);
    };
    if (items == 0) part(0, 0);
    for_each_part(items, at_once, part);
    return result;
  }

 private:
  template <class... Shapes, class... Arrays>
  static std::size_t count(input_shapes<Shapes...>, const Arrays&... arrays) {
    std::size_t k = 0;
    const std::array<std::size_t, sizeof...(Shapes)> items{
        checked_array<Shapes, Scalar>(arrays, "input " + std::to_string(k++)).size() / Shapes::elements...};
    for (const std::size_t n : items) {
      if (n != items[0])
        throw expectation_error("inputs", std::to_string(items[0]) + " items in each", std::to_string(n));
    }
    return items[0];
  }

  template <class... Shapes, class... Arrays>
  static auto run_part(session_type& s, input_shapes<Shapes...>, std::size_t first, std::size_t items,
                       const Arrays&... arrays) {
    return s.infer(
        checked_array<Shapes, Scalar>(arrays, "input").subspan(first * Shapes::elements, items * Shapes::elements)...);
  }

  static void append(const typename session_type::outputs& views, outputs& result) {
    std::vector<std::span<const Scalar>> parts;
    std::size_t items = 0;
    for_each_output(views, [&](const auto& field, std::size_t) {
      parts.push_back(field.values());
      items = field.items;
    });
    for_each_output(result, [&](auto& field, std::size_t k) {
      std::vector<Scalar> host(parts[k].size());
      Backend::memory::copy_out(host.data(), parts[k].data(), parts[k].size_bytes());
      field.numbers.insert(field.numbers.end(), host.begin(), host.end());
      field.items += items;
    });
  }

  vscg::weights<Network, Scalar, Backend> weights_;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
