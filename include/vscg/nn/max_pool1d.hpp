// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/max_pool1d.hpp>

namespace vscg::nn {

/// Maximum over adjacent windows of time: [B, T, C] to [B, T / Window, C]. PyTorch: nn.MaxPool1d(Window).
template <int Window>
struct max_pool1d {
  VSCG_MEMBERS()

  template <Var X>
  auto operator()(const X& x) const {
    return vscg::max_pool1d<Window, max_pool1d>(x);
  }
  VSCG_OPERANDS(1, 1)
};

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
