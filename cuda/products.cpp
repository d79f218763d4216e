// SPDX-License-Identifier: MIT
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <cublasLt.h>
#include <cuda_runtime_api.h>
#include <type_traits>

#include <vscg/cuda/card.hpp>
#include <vscg/cuda/column_major.hpp>
#include <vscg/cuda/products.hpp>
#include <vscg/cuda/roundings.hpp>
#include <vscg/cuda/stream.hpp>

#include "check.hpp"

namespace vscg::cuda_detail {

namespace {

constexpr std::size_t workspace_bytes = std::size_t{32} << 20U;
// The number of items, or of rows made of items, that an algorithm is chosen for: a batch of 128 videos.
constexpr std::size_t usual_items = 128;
constexpr std::size_t usual_columns = 1280;

template <class T>
constexpr cudaDataType scalar_type = std::is_same_v<T, float>  ? CUDA_R_32F
                                     : std::is_same_v<T, bf16> ? CUDA_R_16BF
                                                               : CUDA_R_64F;

template <class Operand>
cublasComputeType_t compute_type(products precision) {
  if constexpr (std::is_same_v<Operand, double>)
    return CUBLAS_COMPUTE_64F;
  else if constexpr (std::is_same_v<Operand, bf16>)
    return CUBLAS_COMPUTE_32F;
  else
    return precision == products::exact ? CUBLAS_COMPUTE_32F : CUBLAS_COMPUTE_32F_FAST_TF32;
}

constexpr const char* described = "a matrix product that the library can describe";

template <class V>
void set(cublasLtMatmulDescOpaque_t& to, cublasLtMatmulDescAttributes_t what, const V& value) {
  check(cublasLtMatmulDescSetAttribute(&to, what, &value, sizeof(V)), described);
}
template <class V>
void set(cublasLtMatrixLayoutOpaque_t& to, cublasLtMatrixLayoutAttribute_t what, const V& value) {
  check(cublasLtMatrixLayoutSetAttribute(&to, what, &value, sizeof(V)), described);
}
template <class V>
void set(cublasLtMatmulPreferenceOpaque_t& to, cublasLtMatmulPreferenceAttributes_t what, const V& value) {
  check(cublasLtMatmulPreferenceSetAttribute(&to, what, &value, sizeof(V)), described);
}

// The largest power of two, at most 256, that an address is a multiple of.
std::uint32_t alignment_of(const void* p) {
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  return address == 0 ? 256U : std::min(256U, 1U << std::min(8, std::countr_zero(address)));
}

template <class M>
cublasLtMatrixLayoutOpaque_t layout_of(const M& matrix, std::size_t batch) {
  using scalar = std::remove_const_t<std::remove_pointer_t<decltype(matrix.data)>>;
  cublasLtMatrixLayoutOpaque_t layout;
  check(cublasLtMatrixLayoutInit(&layout, scalar_type<scalar>, matrix.rows, matrix.columns,
                                 static_cast<std::int64_t>(matrix.leading)),
        described);
  if (batch > 1) {
    set(layout, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, static_cast<std::int32_t>(batch));
    set(layout, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, static_cast<std::int64_t>(matrix.stride));
  }
  return layout;
}

}  // namespace

// All on the stack, so that a product allocates nothing.
template <class T>
struct product_library<T>::description {
  cublasLtMatmulDescOpaque_t product;
  cublasLtMatrixLayoutOpaque_t left, right, result;

  template <class Result, class Operand>
  description(products precision, const column_major_product<Result, Operand>& p, bool ends, bool relu)
      : left(layout_of(p.left, p.batch)), right(layout_of(p.right, p.batch)), result(layout_of(p.result, p.batch)) {
    check(cublasLtMatmulDescInit(&product, compute_type<Operand>(precision), scalar_type<T>), described);
    set(product, CUBLASLT_MATMUL_DESC_TRANSA, p.left.transposed ? CUBLAS_OP_T : CUBLAS_OP_N);
    set(product, CUBLASLT_MATMUL_DESC_TRANSB, p.right.transposed ? CUBLAS_OP_T : CUBLAS_OP_N);
    if (!ends) return;
    // Its numbers are those of the result, which is what the library takes them for.
    if (p.bias != nullptr) set(product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, p.bias);
    if (p.bias_stride != 0)
      set(product, CUBLASLT_MATMUL_DESC_BIAS_BATCH_STRIDE, static_cast<std::int64_t>(p.bias_stride));
    const bool bias = p.bias != nullptr;
    set(product, CUBLASLT_MATMUL_DESC_EPILOGUE,
        bias && relu ? CUBLASLT_EPILOGUE_RELU_BIAS
        : bias       ? CUBLASLT_EPILOGUE_BIAS
        : relu       ? CUBLASLT_EPILOGUE_RELU
                     : CUBLASLT_EPILOGUE_DEFAULT);
  }
};

template <class T>
product_library<T>::product_library(products precision) : precision_(precision), device_(current_device()) {
  for (auto& one : workspaces_) one = buffer<std::byte, device_memory>(workspace_bytes);
  cublasLtHandle_t made = nullptr;
  check(cublasLtCreate(&made), "a library for matrix products");
  handle_ = made;
}

template <class T>
product_library<T>::~product_library() {
  static_cast<void>(cublasLtDestroy(static_cast<cublasLtHandle_t>(handle_)));
}

// Everything that an algorithm is chosen by. The number of items is not among it.
template <class T>
template <class Result, class Operand>
typename product_library<T>::kind product_library<T>::kind_of(const column_major_product<Result, Operand>& p,
                                                              bool relu) {
  const std::uint64_t flags = (p.left.transposed ? 1U : 0U) | (p.right.transposed ? 2U : 0U) |
                              (p.accumulate ? 4U : 0U) | (p.bias != nullptr ? 8U : 0U) | (relu ? 16U : 0U) |
                              (p.items_are_columns ? 32U : 0U) | (p.result.stride != 0 ? 64U : 0U) |
                              (p.left.stride == 0 ? 128U : 0U) | (p.right.stride == 0 ? 256U : 0U) |
                              (p.is_pair ? 512U : 0U) | (std::is_same_v<Operand, bf16> ? 1024U : 0U) |
                              (std::is_same_v<Result, bf16> ? 2048U : 0U);
  const std::uint64_t alignment = (std::uint64_t{alignment_of(p.left.data)} << 40U) |
                                  (std::uint64_t{alignment_of(p.right.data)} << 20U) | alignment_of(p.result.data);
  return {p.result.rows,   p.items_are_columns ? 0 : p.result.columns,
          p.inner,         p.left.leading,
          p.right.leading, p.result.leading,
          flags,           alignment};
}

template <class T>
template <class Result, class Operand>
typename product_library<T>::algorithm product_library<T>::chosen(const column_major_product<Result, Operand>& p,
                                                                  bool relu) {
  cublasLtMatmulPreferenceOpaque_t preference;
  check(cublasLtMatmulPreferenceInit(&preference), described);
  set(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, workspace_bytes);
  set(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, alignment_of(p.left.data));
  set(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, alignment_of(p.right.data));
  set(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, alignment_of(p.result.data));
  set(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, alignment_of(p.result.data));
  if (p.items_are_columns) {  // a sum cut into parts would depend on how many columns there are
    set(preference, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, std::uint32_t{CUBLASLT_REDUCTION_SCHEME_NONE});
  }
  for (const bool ends : {true, false}) {
    description d(precision_, p, ends, relu);
    cublasLtMatmulHeuristicResult_t found{};
    int count = 0;
    const cublasStatus_t status =
        cublasLtMatmulAlgoGetHeuristic(static_cast<cublasLtHandle_t>(handle_), &d.product, &d.left, &d.right, &d.result,
                                       &d.result, &preference, 1, &found, &count);
    if (status == CUBLAS_STATUS_SUCCESS && count == 1) {
      algorithm a{};
      static_assert(sizeof(a.words) == sizeof(found.algo));
      std::memcpy(a.words.data(), &found.algo, sizeof(found.algo));
      a.ends = ends;
      return a;
    }
    if (!ends) check(status == CUBLAS_STATUS_SUCCESS ? CUBLAS_STATUS_NOT_SUPPORTED : status, "an algorithm");
  }
  return {};
}

template <class T>
template <class Result, class Operand>
const typename product_library<T>::algorithm& product_library<T>::algorithm_for(
    const kind& k, const column_major_product<Result, Operand>& p, bool relu) {
  const auto known = algorithms_.find(k);
  if (known != algorithms_.end()) return known->second;
  column_major_product<Result, Operand> usual = p;
  if (p.items_are_columns) {
    usual.right.columns = usual_columns;
    usual.result.columns = usual_columns;
  } else if (p.result.stride != 0 && !p.is_pair) {
    usual.batch = usual_items;
  }
  return algorithms_.emplace(k, chosen(usual, relu)).first->second;
}

template <class T>
template <class Result, class Operand>
int product_library<T>::run(void* stream, std::size_t queue, const column_major_product<Result, Operand>& p, bool relu,
                            const algorithm& a) {
  cublasLtMatmulAlgo_t algo;
  std::memcpy(&algo, a.words.data(), sizeof(algo));
  description d(precision_, p, a.ends, relu);
  const T one = 1;
  const T rest = p.accumulate ? T(1) : T(0);
  return cublasLtMatmul(static_cast<cublasLtHandle_t>(handle_), &d.product, &one, p.left.data, &d.left, p.right.data,
                        &d.right, &rest, p.result.data, &d.result, p.result.data, &d.result, &algo,
                        workspaces_[queue].data(), workspace_bytes, static_cast<cudaStream_t>(stream));
}

template <class T>
template <class Result, class Operand>
bool product_library<T>::multiply(void* stream, std::size_t queue, const column_major_product<Result, Operand>& p,
                                  bool relu) {
  const on_device here(device_);
  algorithm a = algorithm_for(kind_of(p, relu), p, relu);
  int status = run(stream, queue, p, relu, a);
  if (status == CUBLAS_STATUS_NOT_SUPPORTED || status == CUBLAS_STATUS_INVALID_VALUE) {
    a = chosen(p, relu);  // what suits the usual number of items need not suit this one
    status = run(stream, queue, p, relu, a);
  }
  check(static_cast<cublasStatus_t>(status), "a matrix product");
  return a.ends;
}

template class product_library<float>;
template class product_library<double>;
template bool product_library<float>::multiply(void*, std::size_t, const column_major_product<float>&, bool);
template bool product_library<float>::multiply(void*, std::size_t, const column_major_product<float, bf16>&, bool);
template bool product_library<float>::multiply(void*, std::size_t, const column_major_product<bf16>&, bool);
template bool product_library<double>::multiply(void*, std::size_t, const column_major_product<double>&, bool);

}  // namespace vscg::cuda_detail
