// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/number_text.hpp>

namespace vscg {

struct trainer_options {
  std::size_t batch = 128;      ///< the most items in a step; a device's memory has room for this many
  std::size_t micro_batch = 0;  ///< items computed at a time; 0: the whole batch. Peak memory grows with it
  std::uint64_t seed = 1;       ///< for dropout and noise
  bool dropout = true;          ///< if false, all rates are 0, and there is no noise

  /// A step's gradients, of the whole batch, are multiplied by min(1, clip_grad_norm / (norm + 1e-6)); the norm is that
  /// of all of them together. PyTorch: torch.nn.utils.clip_grad_norm_. Infinity: as they are.
  double clip_grad_norm = std::numeric_limits<double>::infinity();
  /// Before that, each gradient is brought into ±clip_grad_value. PyTorch: torch.nn.utils.clip_grad_value_.
  double clip_grad_value = std::numeric_limits<double>::infinity();
};

/// The same with `micro_batch` from 1 to `batch`. Throws vscg::expectation_error if a trainer of this scalar cannot use
/// them.
template <class Scalar>
trainer_options checked(trainer_options o) {
  if (o.batch == 0) throw expectation_error("trainer_options.batch", "at least 1", "0");
  if (o.micro_batch == 0 || o.micro_batch > o.batch) o.micro_batch = o.batch;
  const auto expect_bound = [](const char* name, double most) {
    if (!(most > 0) || (most < 1 && static_cast<Scalar>(most) == Scalar(0))) {
      throw expectation_error(std::string("trainer_options.") + name,
                              "a number above 0, also when rounded to the scalar, or infinity",
                              detail::number_text(most));
    }
  };
  expect_bound("clip_grad_norm", o.clip_grad_norm);
  expect_bound("clip_grad_value", o.clip_grad_value);
  return o;
}

}  // namespace vscg

#include <vscg/core/end.hpp>
