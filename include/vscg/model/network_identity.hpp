// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include <vscg/core/config.hpp>

namespace vscg {

/// What a network is called in files. Networks whose arrays have the same names and shapes may compute different things
/// (VSCG as released and as in the paper), so names and shapes alone do not tell whose weights a file holds.
struct network_identity {
  std::string_view network;  ///< "vscg"; empty: a network that nobody has named
  std::string_view form;     ///< "released" or "paper"
  std::string_view setting;  ///< "fully" or "weakly"
  std::size_t categories = 0;
  double tau = 0;  ///< threshold of the positive sample propagation
  constexpr bool named() const { return !network.empty(); }
};

/// Specialized beside each named network's type. Of your own network:
///
///   template <>
///   inline constexpr network_identity identity_of<my_net>{"my_net", "released", "fully", 28, 0.099};
template <class Network>
inline constexpr network_identity identity_of{};

/// "vscg fully (released)": for people.
inline std::string identity_text(std::string_view network, std::string_view setting, std::string_view form) {
  return std::string(network) + " " + std::string(setting) + " (" + std::string(form) + ")";
}

}  // namespace vscg

#include <vscg/core/end.hpp>
