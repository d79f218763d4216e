// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/config.hpp>

namespace vscg {

/// What a product does to each finished element before storing it, by default: nothing. Any function of
/// `ops/elementwise.hpp` without settings (relu_function) can take its place.
struct identity_function {
  static constexpr const char* name = "identity";
  static constexpr bool derivative_of_result = true;
  template <class V>
  VSCG_HD static V value(V x) {
    return x;
  }
  template <class V>
  VSCG_HD static V derivative(V) {
    return V(1);
  }
};

/// One matrix product, or `batch` independent ones of the same shape:
///
///     C[m,n] = f((accumulate ? C : 0) + A[m,k]·B[k,n] + bias[n])
///
/// with the function f passed to `gemm(arguments, f)`, or none.
///
/// All matrices are row-major; a leading dimension is the distance in elements from one stored row to the next.
/// `trans_a`: A is stored `[k,m]`. `trans_b`: B is stored `[n,k]`, as PyTorch stores the weight of `y = x·Wᵀ`.
/// In a batch, item i reads `a + i·stride_a`, `b + i·stride_b` and writes `c + i·stride_c`; a stride of 0 for `a` or
/// `b` means one operand shared by all items. `bias` is shared by all items. C overlaps neither A, B nor bias.
///
/// `packed_b`: B as the backend's own `pack` wrote it, or null. It is a copy in another order, and the result has the
/// same bits with or without it. All items share it; `b` and `ldb` are then not read. PyTorch: `torch.addmm`,
/// `torch.baddbmm`, `torch.nn.functional.linear`.
template <class T>
struct gemm_arguments {
  bool trans_a = false, trans_b = false;
  std::size_t m = 0, n = 0, k = 0;
  const T* a = nullptr;
  std::size_t lda = 0;
  const T* b = nullptr;
  std::size_t ldb = 0;
  T* c = nullptr;
  std::size_t ldc = 0;
  bool accumulate = false;
  const T* bias = nullptr;
  std::size_t batch = 1, stride_a = 0, stride_b = 0, stride_c = 0;
  const T* packed_b = nullptr;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
