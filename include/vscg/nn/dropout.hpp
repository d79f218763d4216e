// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/dropout.hpp>

namespace vscg::nn {

/// Drops each element with probability `rate`, below 1, in training and scales the rest; does nothing in inference. Any
/// shape.
///
/// It learns nothing but is a listed member: its path names its random stream. Each use has its own mask, numbered in
/// the order in which the network's code runs. `drop(x) + drop(y)` leaves that order to the compiler, so name both
/// results first if the bits matter. PyTorch: nn.Dropout(rate); the masks differ from PyTorch's, and are the same for
/// any thread count and micro-batch. Throws vscg::expectation_error, where a network is traced, for another rate.
struct dropout {
  double rate = 0.5;
  random_key key{};
  VSCG_NAMED_MEMBERS((rate, "rate"), (key, ""))

  template <Var X>
  auto operator()(const X& given) const {
    const auto x = expect_batch<dropout, 1>(given);
    return vscg::dropout(x, use(x));
  }
  /// The next use of this layer, for a composite that drops elements of x later.
  template <Var X>
  dropout_use use(const X& x) const {
    return next_dropout(x, key, rate);
  }
  VSCG_OPERANDS(1, 1)
};

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
