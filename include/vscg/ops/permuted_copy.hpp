// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <span>

#include <vscg/core/config.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/ops/axis_walk.hpp>

namespace vscg {

namespace kernels {

/// to[row, i] = from[start of the row + i stride]
template <class T>
struct permuted_copy {
  axis_walk rows;
  std::size_t channels;
  std::size_t stride;
  const T* from;
  gradient<T> to;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const T* const source = from + rows.at(row).first;
    const gradient<T> target{to.data + row * channels, to.adds};
    if (stride == 1) return group.each(channels, [&](auto i) { target.store(i, i.load(source)); });
    group.integers(channels, [&](std::size_t i) {
      const T value = source[i * stride];
      target.data[i] = target.adds ? target.data[i] + value : value;
    });
  }
};

}  // namespace kernels

namespace detail {

/// Copies `from`, which has the given extents, so that axis k of the result is axis order[k] of `from`. Axes that stay
/// neighbors are walked as one.
template <class Executor, class T>
void copy_permuted(Executor& backend, std::span<const int> extents, std::span<const int> order, std::size_t items,
                   const T* from, gradient<T> to) {
  struct moved_axis {
    std::size_t extent;
    std::size_t stride;
  };
  moved_axis axes[axis_walk::most_axes] = {};
  std::size_t stride = 1;
  for (std::size_t k = extents.size(); k-- > 0;) {
    axes[k] = {extents[k] == dyn ? items : static_cast<std::size_t>(extents[k]), stride};
    stride *= axes[k].extent;
  }
  axis_walk rows;
  moved_axis last = axes[static_cast<std::size_t>(order[0])];
  for (const int axis : order.subspan(1)) {
    const moved_axis next = axes[static_cast<std::size_t>(axis)];
    if (next.extent == 1) continue;
    if (last.extent == 1 || last.stride == next.extent * next.stride) {
      last = {last.extent * next.extent, next.stride};
    } else {
      rows.add(last.extent, {last.stride, 0, 0});
      last = next;
    }
  }
  const std::size_t count = rows.count();
  backend.rows(count, last.extent, kernels::permuted_copy<T>{rows, last.extent, last.stride, from, to});
}

}  // namespace detail

}  // namespace vscg

#include <vscg/core/end.hpp>
