// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

namespace vscg::cuda_detail {

/// The operation that computes `Operation`, or a composite: itself, or what a device has instead. A backend whose
/// `implementation` this is has all that `Device` says it has:
///
///   Device::recurrent_share   how a block holds a recurrent layer's weights; its executors have `blocks` and
///                             `gemm_pair`
///   Device::fuses             whether composites of the networks take few launches (`fused/`); its groups then have
///                             `parts`
template <class Operation, class Device>
struct override_of {
  using type = Operation;
};

/// A device that computes the composites of the networks in the few launches that `fused/` has for them.
template <class Device>
concept Fusing = Device::fuses;

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
