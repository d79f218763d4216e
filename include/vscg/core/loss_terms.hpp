// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>

#include <vscg/core/config.hpp>

namespace vscg {

/// What a loss of several terms returns when it is traced: the number to minimize, and the named terms that make it up,
/// each [1]. A loss of one term may return that alone.
template <class Total, std::size_t N>
struct loss_terms {
  Total total;
  std::array<Total, N> terms;
};
template <class Total, std::size_t N>
loss_terms(Total, std::array<Total, N>) -> loss_terms<Total, N>;

}  // namespace vscg

#include <vscg/core/end.hpp>
