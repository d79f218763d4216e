// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vscg/model/network_identity.hpp>

namespace vscg {

/// "vscg fully (released)", for people: the name, the settings that are words (sorted by setting name), and the
/// variant.
inline std::string identity_text(std::string_view name, std::string_view variant,
                                 std::vector<std::pair<std::string_view, std::string_view>> words) {
  std::string text(name);
  std::sort(words.begin(), words.end());
  for (const auto& [setting, word] : words) text.append(" ").append(word);
  if (!variant.empty()) text.append(" (").append(variant).append(")");
  return text;
}
inline std::string identity_text(const network_identity& identity) {
  std::vector<std::pair<std::string_view, std::string_view>> words;
  for (const network_setting& one : identity.settings()) {
    if (!one.is_number) words.emplace_back(one.name, one.text);
  }
  return identity_text(identity.name, identity.variant, std::move(words));
}

}  // namespace vscg

#include <vscg/core/end.hpp>
