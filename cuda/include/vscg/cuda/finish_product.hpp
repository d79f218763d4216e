// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/config.hpp>
#include <vscg/cuda/roundings.hpp>

namespace vscg::kernels {

/// What a product's library call has left to do: c = f((holds ? c : 0) + bias) for each element of a batch of C [m, n].
/// What bf16 numbers hold has been rounded once before.
template <class Function, class T>
struct finish_product {
  using sum = cuda_detail::wide<T>;
  std::size_t rows;     // m of one item
  std::size_t columns;  // n
  std::size_t leading;
  std::size_t stride;  // from item to item
  bool holds;          // c holds the product
  const T* bias;       // null: none
  T* c;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    const std::size_t row = i.at / columns;
    const std::size_t column = i.at % columns;
    T& to = c[row / rows * stride + row % rows * leading + column];
    const sum held = holds ? cuda_detail::widened(to) : sum(0);
    to = cuda_detail::narrowed<T>(Function::value(bias == nullptr ? held : held + cuda_detail::widened(bias[column])));
  }
};

}  // namespace vscg::kernels

#include <vscg/core/end.hpp>
