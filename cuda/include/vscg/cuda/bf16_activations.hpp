// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <type_traits>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/cuda/roundings.hpp>

// Activations that are kept as bf16 where that is the precision of products: half the memory to read and write, and no
// copies of operands, whatever a product's size. Which form an operation takes is known when it runs, because a program
// may choose the precision then; arrays have room for float.

namespace vscg::cuda_detail {

/// An executor that may multiply bf16 matrices, and says whether it does.
template <class Executor>
concept MayKeepBf16 = requires(const Executor& backend) {
  backend.keeps_bf16();
};

/// Calls f(number) with a number of the kind that activations are kept as: bf16, or the program's scalar. `Possible`:
/// whether all sizes suit bf16 products; `possible`: whether all addresses do.
template <bool Possible, class Context, class F>
void in_kept_numbers([[maybe_unused]] const Context& c, [[maybe_unused]] bool possible, const F& f) {
#if !defined(VSCG_CUDA_NO_BF16_ACTIVATIONS)
  if constexpr (Possible && MayKeepBf16<typename Context::executor>) {
    if (possible && c.backend().keeps_bf16()) return f(bf16{});
  }
#endif
  f(typename Context::scalar(0));
}

/// The product of a and b, which take the places of those of `product`.
template <class Function = identity_function, class Executor, class Result, class Number>
void multiply(Executor& backend, gemm_arguments<Result> product, const Number* a, const Number* b, Function f = {}) {
  if constexpr (std::is_same_v<Number, bf16>) {
    backend.gemm_of_bf16(product, a, b, f);
  } else {
    product.a = a;
    product.b = b;
    backend.gemm(product, f);
  }
}

/// Room for `Number`s in an array that has room for floats.
template <class Number, class T>
Number* kept_in(T* array) {
  return reinterpret_cast<Number*>(array);
}

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
