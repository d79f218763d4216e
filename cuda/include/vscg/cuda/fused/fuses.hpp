// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/config.hpp>

namespace vscg::cuda_detail {

/// Whether a backend computes composites of the networks in the few launches that this folder has for them. Its groups
/// have `parts`, and its executors `gemm_pair`.
template <class Backend>
inline constexpr bool fuses = false;

template <class Backend>
concept Fusing = fuses<Backend>;

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
