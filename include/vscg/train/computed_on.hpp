// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <concepts>
#include <string>

namespace vscg::train {

/// What computed numbers, and how, for reports.
struct computed_on {
  std::string device = "cpu";       ///< or "cuda:0"
  std::string card;                 ///< "NVIDIA H100 80GB HBM3"; empty: the processor
  std::string precision = "float";  ///< or "double"; of a card's products "exact", "split", "tf32" or "bf16"

  /// Calls f(name, field) for each; a report has null for an empty one.
  template <class F>
  void for_each_field(F f) const {
    f("device", device);
    f("card", card);
    f("precision", precision);
  }
};

/// What a backend computes on that is made now, on this thread. Its `card_in_use()` says it; one without is the
/// processor's.
template <std::floating_point Scalar, class Backend>
computed_on computed_on_of() {
  if constexpr (requires { Backend::card_in_use(); }) {
    const auto used = Backend::card_in_use();
    return {used.device, used.name, std::same_as<Scalar, double> ? "double" : used.precision};
  } else {
    return {"cpu", "", std::same_as<Scalar, double> ? "double" : "float"};
  }
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
