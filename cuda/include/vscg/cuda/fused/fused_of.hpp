// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/config.hpp>

namespace vscg::cuda_detail {

/// The operation that computes a composite in few launches; the composite itself if there is none, and any other
/// operation. A backend that uses it as its `implementation` has groups with `parts` and executors with `gemm_pair`.
template <class Operation>
struct fused_of {
  using type = Operation;
};

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
