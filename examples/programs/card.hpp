// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "networks/card.hpp"
#include "programs/device_options.hpp"

namespace programs {

inline void tell_card(const device& d, const std::string& name, const std::string& precision) {
  std::printf("%s: %s, %s products\n", text_of(d).c_str(), name.c_str(),
              precision == "float" ? "exact" : precision.c_str());
}

/// The card that --device names, for everything that this thread makes while the result lives; null for cpu. Says on
/// standard output which one it is. Throws vscg::expectation_error if it cannot be used.
inline std::unique_ptr<networks::card> use_card(const device& d, const std::string& precision) {
  expect_precision(d, precision);
  if (!d.cuda) return nullptr;
  auto card = networks::use_card(d.number, precision == "float" ? "exact" : precision);
  tell_card(d, card->name(), precision);
  return card;
}

/// Throws what use_card would throw, and says what it would say. The card is left to the programs that this one starts.
inline void expect_card(const device& d, const std::string& precision) {
  expect_precision(d, precision);
  if (d.cuda) tell_card(d, networks::name_of_card(d.number), precision);
}

}  // namespace programs
