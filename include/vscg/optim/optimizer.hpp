// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <concepts>
#include <type_traits>

#include <vscg/core/config.hpp>

namespace vscg {

/// An optimizer: an aggregate of settings with `learning_rate` among them, such as `adam`. `check<Scalar>()` refuses
/// unusable ones, `numbers()` is what a step reads of them, a type that can be copied as bytes, and
/// `state<Scalar, Backend>` is an `optimizer_state` of its Rule.
template <class Type>
concept Optimizes = requires(Type& settings, const Type& fixed) {
  requires std::is_trivially_copyable_v<typename Type::settings>;
  { Type::name } -> std::convertible_to<const char*>;
  { fixed.numbers() } -> std::same_as<typename Type::settings>;
  fixed.template check<float>();
  settings.learning_rate = 1e-3;
  Type::for_each_setting(settings, [](const char*, auto&) {});
};

}  // namespace vscg

#include <vscg/core/end.hpp>
