// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/parameter.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/dropout.hpp>

namespace vscg::nn {

/// Drops each element with probability Percent / 100 in training and scales the rest; nothing in inference. Any shape.
///
/// It learns nothing but is a listed member: its path names its random stream, and each use has a mask of its own.
/// PyTorch: nn.Dropout(Percent / 100); the masks are other ones, and the same for any thread count and micro-batch.
template <int Percent>
struct dropout {
  static_assert(Percent >= 0 && Percent < 100, "vscg::dropout: the rate is a percentage below 100");
  random_key key;
  VSCG_NAMED_MEMBERS((key, ""))

  template <Var X>
  auto operator()(const X& x) const {
    if constexpr (X::tag::training && Percent > 0) {
      if (x.trace->dropout) return vscg::dropout(x, key, Percent / 100.0);
    }
    return x;
  }
};

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
