// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

#include <vscg/backend/memory.hpp>
#include <vscg/core/config.hpp>

namespace vscg {

/// One array of a network's buffer, as an optimizer sees it.
struct parameter_range {
  std::size_t offset = 0;
  std::size_t elements = 0;
  double learning_rate_scale = 1;
  bool moved = true;  ///< the loss reaches it, and it is not frozen
};

namespace kernels {

/// Kernels work on all moved arrays at once, in blocks of at most this many elements.
inline constexpr std::size_t parameter_block_elements = 4096;

/// A part of one array, as the kernels read it from the backend's memory.
template <class T>
struct parameter_block {
  std::size_t begin;  // in the network's buffer
  std::size_t elements;
  std::size_t array;
  T rate_scale;
};

}  // namespace kernels

/// The blocks of all moved arrays, with room for a number that a kernel finds out about each.
template <class Scalar, class Memory>
struct parameter_blocks {
  buffer<kernels::parameter_block<Scalar>, Memory> list;
  buffer<Scalar, Memory> partial;

  explicit parameter_blocks(const std::vector<parameter_range>& arrays) {
    std::vector<kernels::parameter_block<Scalar>> all;
    for (std::size_t k = 0; k < arrays.size(); ++k) {
      const parameter_range& array = arrays[k];
      if (!array.moved) continue;
      for (std::size_t done = 0; done < array.elements; done += kernels::parameter_block_elements) {
        all.push_back({array.offset + done, std::min(kernels::parameter_block_elements, array.elements - done), k,
                       static_cast<Scalar>(array.learning_rate_scale)});
      }
    }
    list = buffer<kernels::parameter_block<Scalar>, Memory>(all.size());
    partial = buffer<Scalar, Memory>(all.size());
    if (!all.empty()) Memory::copy_in(list.data(), all.data(), list.bytes());
  }
  std::size_t count() const { return list.size(); }
  std::size_t bytes() const { return list.bytes() + partial.bytes(); }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
