// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <type_traits>

#include <vscg/core/config.hpp>
#include <vscg/cuda/phases.hpp>
#include <vscg/cuda/roundings.hpp>

namespace vscg::kernels {

/// Four numbers, read and written at once.
template <class T>
struct alignas(sizeof(T) < 4 ? 4 * sizeof(T) : std::size_t{16}) four_numbers {
  T of[4];
  VSCG_HD static const four_numbers& at(const T* p) { return *reinterpret_cast<const four_numbers*>(p); }
  VSCG_HD static four_numbers& at(T* p) { return *reinterpret_cast<four_numbers*>(p); }
};

/// Four numbers of an array, as a kernel computes with them: float in place of bf16.
template <class Number>
VSCG_HD four_numbers<cuda_detail::wide<Number>> read_four(const Number* p) {
  if constexpr (std::is_same_v<Number, cuda_detail::wide<Number>>) {
    return four_numbers<Number>::at(p);
  } else {
    const four_numbers<Number> kept = four_numbers<Number>::at(p);
    four_numbers<cuda_detail::wide<Number>> values;
    VSCG_CUDA_UNROLL
    for (unsigned k = 0; k < 4; ++k) values.of[k] = cuda_detail::widened(kept.of[k]);
    return values;
  }
}

/// Rounds them to what the array holds.
template <class Number>
VSCG_HD void write_four(Number* p, const four_numbers<cuda_detail::wide<Number>>& values) {
  if constexpr (std::is_same_v<Number, cuda_detail::wide<Number>>) {
    four_numbers<Number>::at(p) = values;
  } else {
    four_numbers<Number> kept;
    VSCG_CUDA_UNROLL
    for (unsigned k = 0; k < 4; ++k) kept.of[k] = cuda_detail::narrowed<Number>(values.of[k]);
    four_numbers<Number>::at(p) = kept;
  }
}

}  // namespace vscg::kernels

#include <vscg/core/end.hpp>
