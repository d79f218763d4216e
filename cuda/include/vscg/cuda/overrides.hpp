// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/config.hpp>
#include <vscg/cuda/fused.hpp>
#include <vscg/cuda/override_of.hpp>
#include <vscg/cuda/recurrence.hpp>
#include <vscg/cuda/recurrent_pair.hpp>
#include <vscg/cuda/recurrent_share.hpp>
#include <vscg/nets/composites/recurrent_pair.hpp>
#include <vscg/ops/gru.hpp>
#include <vscg/ops/lstm.hpp>
#include <vscg/ops/recurrent.hpp>
#include <vscg/ops/recurrent_shared.hpp>

// What a device computes in its own way. A macro, defined in the whole program, switches each of these off.

namespace vscg::cuda_detail {

/// What a block of any device can hold, for the overrides that depend on it.
struct any_device {
  template <class Cell, class T, int H>
  using recurrent_share = device_recurrent_share<Cell, T, H>;
  static constexpr bool fuses = true;
};

#if !defined(VSCG_CUDA_NO_RECURRENT)
template <class Cell, int T, int In, int H, int D, bool Initial, int... Each, class Device>
struct override_of<ops::recurrence<Cell, T, In, H, D, Initial, false, Each...>, Device> {
  using type = recurrence_at_once<ops::recurrence<Cell, T, In, H, D, Initial, false, Each...>, Device>;
};
template <class Cell, int T, int In, int K, int H, int D, int... Each, class Device>
struct override_of<ops::recurrence_with_shared<Cell, T, In, K, H, D, Each...>, Device> {
  using type = recurrence_at_once<ops::recurrence_with_shared<Cell, T, In, K, H, D, Each...>, Device>;
};
template <int T, int In, int H, class Device>
struct override_of<composites::lstm_pair<T, In, H>, Device> {
  using type = recurrent_pair_at_once<ops::recurrence<lstm_cell, T, In, H, 2, false>, Device>;
};
template <int T, int In, int H, class Device>
struct override_of<composites::gru_pair<T, In, H>, Device> {
  using type = recurrent_pair_at_once<ops::recurrence<gru_cell, T, In, H, 2, true>, Device>;
};
#endif

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
