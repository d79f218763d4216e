// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>
#include <type_traits>

#include <vscg/core/config.hpp>
#include <vscg/core/setting.hpp>

namespace vscg {

/// One named setting of a network: a word or a number.
struct network_setting {
  std::string_view name;  ///< "tau"
  std::string_view text;  ///< if it is a word: "fully"
  double number = 0;      ///< if it is not a word
  bool is_number = false;
  std::string_view member;  ///< "psp.tau": the path of the layer's member that holds the number, if there is one

  constexpr network_setting() = default;
  constexpr network_setting(std::string_view its_name, std::string_view word) : name(its_name), text(word) {}
  template <class Number>
  requires std::is_arithmetic_v<Number>
  constexpr network_setting(std::string_view its_name, Number value, std::string_view its_member = {})
      : name(its_name), number(static_cast<double>(value)), is_number(true), member(its_member) {}
};

/// A network's name in files. Two networks may compute different things even if their arrays have the same names and
/// shapes, so a file also has to say which network its weights belong to.
class network_identity {
 public:
  std::string_view name;     ///< "vscg"; empty for a network without a name
  std::string_view variant;  ///< "released"; may be empty

  constexpr network_identity() = default;
  /// At most 16 settings.
  constexpr network_identity(std::string_view its_name, std::string_view its_variant,
                             std::initializer_list<network_setting> settings = {})
      : name(its_name), variant(its_variant), count_(settings.size()) {
    std::copy(settings.begin(), settings.end(), settings_.begin());
  }

  /// The same with one more setting.
  constexpr network_identity with(network_setting setting) const {
    network_identity more = *this;
    more.settings_[more.count_++] = setting;
    return more;
  }

  constexpr bool named() const { return !name.empty(); }
  constexpr std::span<const network_setting> settings() const { return {settings_.data(), count_}; }
  /// The identity of one network of this type. Numbers that layers' members hold are taken from `layers`.
  network_identity of(const setting_list& layers) const {
    network_identity one = *this;
    for (std::size_t i = 0; i < count_; ++i) {
      const setting_entry* const found = layers.find(settings_[i].member);
      if (found != nullptr) one.settings_[i].number = found->number;
    }
    return one;
  }
  /// Null if there is no such setting.
  constexpr const network_setting* find(std::string_view setting) const {
    for (const network_setting& one : settings()) {
      if (one.name == setting) return &one;
    }
    return nullptr;
  }

 private:
  std::array<network_setting, 16> settings_;
  std::size_t count_ = 0;
};

/// Specialized next to each named network's type. For your own network:
///
///   template <>
///   inline constexpr network_identity identity_of<my_net>{
///       "my_net", "base", {{"activation", "gelu"}, {"tokens", 5000}, {"dropout", 0.1, "body.dropout.rate"}}};
template <class Network>
inline constexpr network_identity identity_of{};

}  // namespace vscg

#include <vscg/core/end.hpp>
