// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/config.hpp>

namespace vscg {

/// A place in each of up to three arrays that are walked together, or how far one step moves in each.
struct array_places {
  std::size_t first = 0;
  std::size_t second = 0;
  std::size_t third = 0;
};

/// The axes that a kernel walks, outermost first, and how far one step along each of them moves.
class axis_walk {
 public:
  /// An array that is walked can have at most this many axes.
  static constexpr std::size_t most_axes = 8;

  /// Adds an axis inside the ones added before.
  void add(std::size_t extent, array_places stride) {
    extents_[axes_] = extent;
    strides_[axes_++] = stride;
  }
  /// How many places there are: the product of the extents.
  std::size_t count() const {
    std::size_t product = 1;
    for (std::size_t k = 0; k < axes_; ++k) product *= extents_[k];
    return product;
  }
  VSCG_HD array_places at(std::size_t index) const {
    array_places where;
    for (std::size_t k = axes_; k-- > 0;) {
      std::size_t step = index;
      if (k > 0) {
        step = index % extents_[k];
        index /= extents_[k];
      }
      where.first += step * strides_[k].first;
      where.second += step * strides_[k].second;
      where.third += step * strides_[k].third;
    }
    return where;
  }

 private:
  std::size_t axes_ = 0;
  std::size_t extents_[most_axes] = {};
  array_places strides_[most_axes] = {};
};

}  // namespace vscg

#include <vscg/core/end.hpp>
