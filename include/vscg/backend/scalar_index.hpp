// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include <vscg/core/config.hpp>

namespace vscg {

/// Where one number stands in an array: the index of backends that compute a number at a time.
template <class T>
struct scalar_index {
  using value = T;
  std::size_t at;
  VSCG_HD T load(const T* from) const { return from[at]; }
  VSCG_HD void store(T* to, T v) const { to[at] = v; }
  /// The value f(at).
  template <class F>
  VSCG_HD T generate(F f) const {
    return f(at);
  }
};

}  // namespace vscg
