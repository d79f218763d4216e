// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <string>

#include <vscg/core/config.hpp>

namespace vscg::train {
inline namespace VSCG_INSTRUCTION_SET {

/// What the bits of a result depend on besides the settings: a run that is resumed with another build continues with
/// other bits.
inline std::string build_description(const std::string& backend) {
#define VSCG_DETAIL_TEXT(x) #x
#define VSCG_DETAIL_TEXT_OF(macro) VSCG_DETAIL_TEXT(macro)
  std::string text = "vscg " VSCG_VERSION ", backend " + backend + ", " VSCG_DETAIL_TEXT_OF(VSCG_INSTRUCTION_SET);
#undef VSCG_DETAIL_TEXT_OF
#undef VSCG_DETAIL_TEXT
#if defined(__clang__)
  text += ", clang " __clang_version__;
#elif defined(__GNUC__)
  text += ", g++ " __VERSION__;
#endif
#if !defined(__OPTIMIZE__)
  text += ", not optimized";
#endif
  return text;
}

/// The same for a backend. Its description() says what results depend on where its name does not say all of it.
template <class Backend>
std::string build_description_of() {
  if constexpr (requires { Backend::description(); }) {
    return build_description(Backend::description());
  } else {
    return build_description(Backend::name);
  }
}

}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg::train

#include <vscg/core/end.hpp>
