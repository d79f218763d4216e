// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/config.hpp>

namespace vscg::kernels {

/// Two launches of a kernel as one: the rows of the first, then those of the second.
template <class Kernel>
struct one_of_two {
  std::size_t rows;  // of the first
  Kernel first;
  Kernel second;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    if (row < rows)
      first(group, row);
    else
      second(group, row - rows);
  }
};

}  // namespace vscg::kernels

#include <vscg/core/end.hpp>
