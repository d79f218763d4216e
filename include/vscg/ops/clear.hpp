// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/config.hpp>

namespace vscg::kernels {

/// to = 0: where an array's gradient is assigned but nothing flows to some of its elements.
template <class T>
struct clear {
  T* to;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    using V = typename Index::value;
    i.store(to, V(0));
  }
};

}  // namespace vscg::kernels

#include <vscg/core/end.hpp>
