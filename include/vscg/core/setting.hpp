// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <vscg/core/config.hpp>

namespace vscg {

/// One setting of an operation or a layer: a number, or a word.
struct setting_entry {
  std::string name;
  double number = 0;
  std::string word;  // empty if it is a number
  bool operator==(const setting_entry&) const = default;
};

/// The settings of an operation, or of all layers of a network. With these and the operands, other software can compute
/// the same result.
class setting_list {
 public:
  setting_list& add(std::string_view name, double number) { return add(name, number, {}); }
  setting_list& add(std::string_view name, std::string_view word) { return add(name, 0, word); }
  setting_list& add(std::string_view name, const char* word) { return add(name, std::string_view(word)); }

  /// Null if no setting has that name.
  const setting_entry* find(std::string_view name) const {
    for (const auto& entry : entries_) {
      if (entry.name == name) return &entry;
    }
    return nullptr;
  }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  std::size_t size() const { return entries_.size(); }

 private:
  VSCG_NOINLINE setting_list& add(std::string_view name, double number, std::string_view word) {
    auto& entry = entries_.emplace_back();
    entry.name = name;
    entry.number = number;
    entry.word = word;
    return *this;
  }

  std::vector<setting_entry> entries_;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
