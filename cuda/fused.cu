// SPDX-License-Identifier: MIT
// The kernels of composites in few launches, for float and double, and for float with bf16 activations.

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/cuda/fused.hpp>
#include <vscg/cuda/kernels.cuh>
#include <vscg/cuda/roundings.hpp>

#define VSCG_DETAIL_FUSED(T)                                                        \
  VSCG_CUDA_BLOCKS(T, kernels::attend_regions_forward<T>)                           \
  VSCG_CUDA_BLOCKS(T, kernels::attend_regions_parameters<T>)                        \
  VSCG_CUDA_BLOCKS(T, kernels::attend_regions_pullback<T>)                          \
  VSCG_CUDA_BLOCKS(T, kernels::masked_product_of_rows<T>)                           \
  VSCG_CUDA_EACH(T, kernels::binary_forward<kernels::average_of_two, T>)            \
  VSCG_CUDA_EACH(T, kernels::average_pullback<T>)                                   \
  VSCG_CUDA_ROWS(T, kernels::dropout_norm_forward<T>)                               \
  VSCG_CUDA_ROWS(T, kernels::batch_terms<T>)                                        \
  VSCG_CUDA_ROWS(T, kernels::block_sums_of_two<T>)                                  \
  VSCG_CUDA_ROWS(T, kernels::compare_tags_items<T>)                                 \
  VSCG_CUDA_ROWS(T, kernels::compare_tags_pullback<T>)                              \
  VSCG_CUDA_ROWS(T, kernels::one_of_two<kernels::convolution_gradients<T>>)         \
  VSCG_CUDA_ROWS(T, kernels::one_of_two<kernels::gather_columns<T>>)                \
  VSCG_CUDA_ROWS(T, kernels::one_of_two<kernels::max_pool1d_forward<T>>)            \
  VSCG_CUDA_ROWS(T, kernels::one_of_two<kernels::pool_and_relu_pullback<T, false>>) \
  VSCG_CUDA_ROWS(T, kernels::one_of_two<kernels::pool_and_relu_pullback<T, true>>)  \
  VSCG_CUDA_ROWS(T, kernels::one_of_two<kernels::steps_before_channels<T>>)         \
  VSCG_CUDA_ROWS(T, kernels::pad_rows<T>)                                           \
  VSCG_CUDA_ROWS(T, kernels::pair_filter_items<T>)                                  \
  VSCG_CUDA_ROWS(T, kernels::pair_filter_pullback<T>)                               \
  VSCG_CUDA_ROWS(T, kernels::pool_and_average<T>)                                   \
  VSCG_CUDA_ROWS(T, kernels::pool_and_gather<T>)                                    \
  VSCG_CUDA_ROWS(T, kernels::propagate_branches_forward<T>)                         \
  VSCG_CUDA_ROWS(T, kernels::propagate_pullback<T, kernels::branches_pullback<T>>)  \
  VSCG_CUDA_ROWS(T, kernels::scatter_and_pool_pullback<T>)                          \
  VSCG_CUDA_ROWS(T, kernels::scatter_and_sum<T>)                                    \
  VSCG_CUDA_ROWS(T, kernels::score_events_forward<T>)                               \
  VSCG_CUDA_ROWS(T, kernels::score_events_parameters<T>)                            \
  VSCG_CUDA_ROWS(T, kernels::score_events_pullback<T>)                              \
  VSCG_CUDA_ROWS(T, kernels::score_segments_forward<T>)                             \
  VSCG_CUDA_ROWS(T, kernels::score_segments_pullback<T>)                            \
  VSCG_CUDA_ROWS(T, kernels::with_norm_sums<T, kernels::dropout_norm_pullback<T>>)  \
  VSCG_CUDA_ROWS(T, kernels::with_norm_sums<T, kernels::project_norm_pullback<T>>)

namespace vscg {

VSCG_DETAIL_FUSED(float)
VSCG_DETAIL_FUSED(double)
VSCG_CUDA_BLOCKS(float, kernels::attend_regions_forward<float, cuda_detail::bf16>)
VSCG_CUDA_BLOCKS(float, kernels::attend_regions_pullback<float, cuda_detail::bf16>)
VSCG_CUDA_ROWS(float, kernels::pad_and_round_rows)
VSCG_CUDA_EACH(float, kernels::round_fours)

}  // namespace vscg
