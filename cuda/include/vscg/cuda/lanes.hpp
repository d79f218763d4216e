// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/config.hpp>

// How many lanes of a device work on a row together, and in which order they add. Plain C++, because the tests do the
// same on the host.
//
// Lane l takes the elements l, l + lanes, l + 2 lanes, … in order. The 32 lanes of a warp then exchange what they have,
// in five steps, each lane with the one whose number differs in one bit, the highest bit first. If a row has a whole
// block of lanes, the sums of its warps are added in a tree. So a sum depends on its numbers and on how many lanes the
// row has, and on nothing else.

namespace vscg::cuda_detail {

inline constexpr unsigned warp_lanes = 32;
/// Lanes of a block: threads that can wait for each other and share a little memory.
inline constexpr unsigned block_lanes = 256;
inline constexpr unsigned block_warps = block_lanes / warp_lanes;

/// The lanes that a row of so many elements gets: a warp, or a block from 2048 elements on.
constexpr unsigned lanes_of_row(std::size_t row_elements) { return row_elements < 2048 ? warp_lanes : block_lanes; }

struct sum_of_lanes {
  template <class T>
  VSCG_HD T operator()(T a, T b) const {
    return a + b;
  }
};

struct larger_of_lanes {
  template <class T>
  VSCG_HD T operator()(T a, T b) const {
    return b > a ? b : a;
  }
};

/// What the warps of a block have, together.
template <class T, class Combine>
VSCG_HD T together(const T* warps, Combine combine) {
  static_assert(block_warps == 8);
  return combine(combine(combine(warps[0], warps[1]), combine(warps[2], warps[3])),
                 combine(combine(warps[4], warps[5]), combine(warps[6], warps[7])));
}

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
