// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <type_traits>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nn/over_axis.hpp>

namespace vscg::detail {
/// A reduction of square windows of [B, H, W, C], first across and then down. `Layer` is named in errors.
template <int Window, template <int> class Reduction, class Layer>
struct pool2d_layer {
  VSCG_MEMBERS()

  template <Var X>
  auto operator()(const X& given) const {
    const auto x = expect_shape<Layer, shape<dyn, any_extent, any_extent, any_extent>>(given);
    using Shape = shape_of<decltype(x)>;
    constexpr int H = extent<Shape, 1>;
    constexpr int W = extent<Shape, 2>;
    constexpr int C = extent<Shape, 3>;
    constexpr bool refused = !std::is_same_v<Shape, shape_of<X>>;
    require<refused || H % Window == 0, Layer, expects<number::multiple_of, Window>, gets<H>>();
    require<refused || W % Window == 0, Layer, expects<number::multiple_of, Window>, gets<W>>();
    constexpr int down = H % Window == 0 ? Window : 1;
    constexpr int across = W % Window == 0 ? Window : 1;
    const auto lines = Reduction<3>::of(view<shape<dyn, H, W / across, across, C>>(x));
    return Reduction<2>::of(view<shape<dyn, H / down, down, W / across, C>>(lines));
  }
  VSCG_OPERANDS(1, 1)
};
}  // namespace vscg::detail

namespace vscg::nn {

/// Maximum over adjacent square windows: [B, H, W, C] to [B, H / Window, W / Window, C]; Window divides H and W.
/// PyTorch: nn.MaxPool2d(Window), channels last.
template <int Window>
struct max_pool2d : detail::pool2d_layer<Window, detail::max_over, max_pool2d<Window>> {};

/// Mean over adjacent square windows: [B, H, W, C] to [B, H / Window, W / Window, C]; Window divides H and W. PyTorch:
/// nn.AvgPool2d(Window), channels last.
template <int Window>
struct avg_pool2d : detail::pool2d_layer<Window, detail::mean_over, avg_pool2d<Window>> {};

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
