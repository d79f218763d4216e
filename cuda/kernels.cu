// SPDX-License-Identifier: MIT
// Every kernel of the library's own operations, for float and double; every one of its overrides.

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/cuda/copy_operands.hpp>
#include <vscg/cuda/finish_product.hpp>
#include <vscg/cuda/kernels.cuh>
#include <vscg/cuda/phased_kernels.hpp>
#include <vscg/cuda/thin_product.hpp>
#include <vscg/kernels.hpp>
#include <vscg/model/output_arrays.hpp>
#include <vscg/model/resident_arrays.hpp>
#include <vscg/ops/column_sums.hpp>
#include <vscg/ops/relu.hpp>
#include <vscg/ops/sigmoid.hpp>
#include <vscg/ops/tanh.hpp>

// What may end a product besides relu is done by a kernel: any function whose derivative follows from its result.
#define VSCG_DETAIL_ALL(T)                                         \
  VSCG_KERNELS(VSCG_CUDA_EACH, VSCG_CUDA_ROWS, T)                  \
  VSCG_CUDA_ROWS(T, kernels::block_sums<sigmoid_function, T>)      \
  VSCG_CUDA_ROWS(T, kernels::copy_arrays<T>)                       \
  VSCG_CUDA_ROWS(T, kernels::gather_items<T>)                      \
  VSCG_CUDA_ROWS(T, kernels::gather_indices<T>)                    \
  VSCG_CUDA_ROWS(T, kernels::product_with_one_column<T>)           \
  VSCG_CUDA_ROWS(T, kernels::product_of_one_term<T>)               \
  VSCG_CUDA_EACH(T, kernels::finish_product<identity_function, T>) \
  VSCG_CUDA_EACH(T, kernels::finish_product<relu_function, T>)     \
  VSCG_CUDA_EACH(T, kernels::finish_product<sigmoid_function, T>)  \
  VSCG_CUDA_EACH(T, kernels::finish_product<tanh_function, T>)

namespace vscg {

VSCG_DETAIL_ALL(float)
VSCG_DETAIL_ALL(double)
VSCG_CUDA_ROWS(float, kernels::copy_operands<float>)
VSCG_CUDA_ROWS(float, kernels::copy_operands<cuda_detail::bf16>)
VSCG_CUDA_ROWS(float, kernels::gather_items<float, cuda_detail::bf16>)
VSCG_CUDA_EACH(float, kernels::finish_product<identity_function, cuda_detail::bf16>)
VSCG_CUDA_EACH(float, kernels::finish_product<relu_function, cuda_detail::bf16>)
VSCG_CUDA_PHASED_KERNELS(VSCG_CUDA_BLOCKS)

}  // namespace vscg
