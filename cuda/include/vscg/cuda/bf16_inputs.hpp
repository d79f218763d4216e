// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/config.hpp>
#include <vscg/cuda/card.hpp>
#include <vscg/cuda/products.hpp>
#include <vscg/cuda/roundings.hpp>

namespace vscg::cuda_detail {

/// A network's inputs are kept as bf16, rounded to the nearest: see `vscg::kept_rounded`.
struct bf16_inputs {
  using kept_number = bf16;
  static constexpr bf16 kept(float x) { return to_bf16(x); }
};

/// Where products are those of bf16 numbers.
template <products Precision>
struct bf16_inputs_of : bf16_inputs {
  static bool in_use() { return chosen(Precision) == products::bf16; }
};

/// What `Backend::kept_as` is for a precision: void if it never keeps fewer bytes.
template <class T, products Precision>
struct kept_for {
  using type = void;
};
template <>
struct kept_for<float, products::bf16> {
  using type = bf16_inputs_of<products::bf16>;
};
template <>
struct kept_for<float, products::chosen> {
  using type = bf16_inputs_of<products::chosen>;
};

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
