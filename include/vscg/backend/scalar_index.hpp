// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/config.hpp>
#include <vscg/core/random.hpp>

namespace vscg {
inline namespace VSCG_INSTRUCTION_SET {

/// The place of one number in an array: the index of backends that compute one number at a time.
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

/// A counter of random words, for backends that compute one number at a time.
template <class T>
struct scalar_counter {
  using word = std::uint64_t;
  std::size_t at;
  VSCG_HD word words() const { return at & 0xffffffffU; }
  /// f(index, kept) for the elements that belong to this counter's four words, up to `n`: `kept` is 0 if the element's
  /// word is below `limit`, else 1.
  template <class F>
  VSCG_HD void each(const four<word>& words, std::size_t n, std::uint32_t limit, F f) const {
    for (std::size_t k = 0; k < 4 && 4 * at + k < n; ++k) f(scalar_index<T>{4 * at + k}, T(words[k] >= limit));
  }
};

}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg

#include <vscg/core/end.hpp>
