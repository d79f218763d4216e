// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/config.hpp>

// Products that a library's tiles do not suit: with one column, where each row is one sum, and with one term, where
// nothing is summed. Both read and write what they have to and are bound by that.

namespace vscg {

namespace kernels {

/// One row of a product with n = 1 whose A is not transposed: a sum.
template <class T>
struct product_with_one_column {
  gemm_arguments<T> p;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const std::size_t item = row / p.m;
    const std::size_t i = row % p.m;
    const T* const a = p.a + item * p.stride_a + i * p.lda;
    const T* const b = p.b + item * p.stride_b;
    const std::size_t step = p.trans_b ? 1 : p.ldb;
    const T sum = group.sum(p.k, [&](auto k) { return k.load(a) * k.generate([&](auto at) { return b[at * step]; }); });
    group.integers(1, [&](std::size_t) {
      T& to = p.c[item * p.stride_c + i * p.ldc];
      const T held = p.accumulate ? to + sum : sum;
      to = p.bias == nullptr ? held : held + p.bias[0];
    });
  }
};

/// One row of a product with k = 1.
template <class T>
struct product_of_one_term {
  gemm_arguments<T> p;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const std::size_t item = row / p.m;
    const std::size_t i = row % p.m;
    const T a = p.a[item * p.stride_a + i * (p.trans_a ? 1 : p.lda)];
    const T* const b = p.b + item * p.stride_b;
    T* const to = p.c + item * p.stride_c + i * p.ldc;
    group.integers(p.n, [&](std::size_t j) {
      const T term = a * b[j * (p.trans_b ? p.ldb : 1)];
      const T held = p.accumulate ? to[j] + term : term;
      to[j] = p.bias == nullptr ? held : held + p.bias[j];
    });
  }
};

}  // namespace kernels

namespace cuda_detail {

/// Computes a thin product, bias included, if it is one: `rows(n, row_elements, kernel)` launches it.
template <class T, class Rows>
bool multiply_thin(const gemm_arguments<T>& p, Rows rows) {
  if (p.k == 1)
    rows(p.batch * p.m, p.n, kernels::product_of_one_term<T>{p});
  else if (p.k > 1 && p.n == 1 && !p.trans_a)
    rows(p.batch * p.m, p.k, kernels::product_with_one_column<T>{p});
  else
    return false;
  return true;
}

}  // namespace cuda_detail

}  // namespace vscg

#include <vscg/core/end.hpp>
