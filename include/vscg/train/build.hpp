// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include <vscg/core/config.hpp>

namespace vscg::train {

/// What the bits of a result depend on beside the settings: a run that is resumed where this differs goes on with other
/// bits.
inline std::string build_description(const std::string& backend) {
  std::string text = "vscg " VSCG_VERSION ", backend " + backend + ", ";
#if defined(__AVX512F__)
  text += "AVX-512";
#elif defined(__AVX2__)
  text += "AVX2";
#elif defined(__AVX__)
  text += "AVX";
#elif defined(__SSE2__)
  text += "SSE2";
#elif defined(__ARM_NEON)
  text += "NEON";
#else
  text += "no vector instructions";
#endif
#if defined(__FMA__)
  text += " with FMA";
#endif
#if defined(__clang__)
  text += ", clang " __clang_version__;
#elif defined(__GNUC__)
  text += ", g++ " __VERSION__;
#endif
#if !defined(__OPTIMIZE__)
  text += ", not optimised";
#endif
  return text;
}

}  // namespace vscg::train
