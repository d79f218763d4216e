// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <type_traits>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/select_rows.hpp>

namespace vscg::nn {

/// Mean over adjacent windows of time: [B, T, C] to [B, T / Window, C]. Steps after the last whole window are left out.
/// PyTorch: nn.AvgPool1d(Window).
template <int Window>
struct avg_pool1d {
  VSCG_MEMBERS()

  template <Var X>
  auto operator()(const X& given) const {
    const auto x = expect_shape<avg_pool1d, shape<dyn, any_extent, any_extent>>(given);
    using Shape = shape_of<decltype(x)>;
    constexpr int T = extent<Shape, 1>;
    constexpr int C = extent<Shape, 2>;
    constexpr bool refused = !std::is_same_v<Shape, shape_of<X>>;
    require<refused || T >= Window, avg_pool1d, expects<number::at_least, Window>, gets<T>>();
    constexpr int steps = T < Window ? T : Window;
    constexpr int windows = T / steps;
    if constexpr (T % steps == 0)
      return vscg::mean<2>(view<shape<dyn, windows, steps, C>>(x));
    else
      return vscg::mean<2>(view<shape<dyn, windows, steps, C>>(select_rows<0, windows * steps>(x)));
  }
  VSCG_OPERANDS(1, 1)
};

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
