// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

// The kernels of the library's own overrides, for the sizes of its networks, in one list like VSCG_KERNELS:
// VSCG_CUDA_PHASED_KERNELS(BLOCKS) becomes BLOCKS(T, kernel) for each. It is meant for use inside namespace vscg.

#include <vscg/cuda/recurrence_back.hpp>
#include <vscg/cuda/recurrence_forward.hpp>
#include <vscg/cuda/recurrent_share.hpp>
#include <vscg/cuda/sums_at_once.hpp>

// clang-format off: a list, one kernel per line
#define VSCG_CUDA_PHASED_KERNELS(BLOCKS)                                                                 \
  BLOCKS(float, kernels::recurrence_forward<cuda_detail::device_recurrent_share<lstm_cell, float, 128>>) \
  BLOCKS(float, kernels::recurrence_forward<cuda_detail::device_recurrent_share<gru_cell, float, 128>>)  \
  BLOCKS(float, kernels::recurrence_back<cuda_detail::device_recurrent_share<lstm_cell, float, 128>>)    \
  BLOCKS(float, kernels::recurrence_back<cuda_detail::device_recurrent_share<gru_cell, float, 128>>)     \
  BLOCKS(float, kernels::sums_at_once<float>)                                                            \
  BLOCKS(double, kernels::sums_at_once<double>)
// clang-format on

#include <vscg/core/end.hpp>
