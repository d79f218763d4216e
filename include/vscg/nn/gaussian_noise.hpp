// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/gaussian_noise.hpp>

namespace vscg::nn {

/// Adds normal noise with mean 0 and standard deviation `deviation` to each element in training; does nothing in
/// inference, and in a trainer without dropout. Any shape.
///
/// Like `dropout`, it is a listed member whose path names its random stream, and each use has its own noise, the same
/// for any thread count and micro-batch. PyTorch: x + deviation * torch.randn_like(x), with other numbers.
struct gaussian_noise {
  double deviation = 1;
  random_key key{};
  VSCG_NAMED_MEMBERS((deviation, "deviation"), (key, ""))

  template <Var X>
  auto operator()(const X& given) const {
    return vscg::gaussian_noise(expect_batch<gaussian_noise, 1>(given), key, deviation);
  }
  VSCG_OPERANDS(1, 1)
};

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
