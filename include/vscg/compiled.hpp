// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

// The kernels of the Eigen backend, compiled once. If VSCG_COMPILED is defined (the target vscg::compiled does that),
// this header says that they are in a library, so a network compiles to little more than its own code. The library is
// one file that defines VSCG_COMPILED_HERE and includes this header. Compile it and its users with the same flags.
// With a different instruction set (`-march`) the linker finds no kernels, because their names contain it.

#include <cstddef>
#include <span>

#include <vscg/core/parameter.hpp>
#include <vscg/core/random.hpp>
#include <vscg/files/element.hpp>
#include <vscg/ops/mean_over_pairs.hpp>
#include <vscg/ops/scale_rows.hpp>
#include <vscg/ops/sigmoid.hpp>
#include <vscg/vscg.hpp>

// clang-format off: a list, one kernel per line
#define VSCG_DETAIL_KERNELS(EACH, ROWS, T)                                                \
  EACH(T, kernels::take_value<T>)                                                         \
  EACH(T, kernels::batch_sum_pullback<T>)                                                 \
  EACH(T, kernels::binary_forward<kernels::sum_of_two, T>)                                \
  EACH(T, kernels::binary_forward<kernels::product_of_two, T>)                            \
  EACH(T, kernels::product_gradient<T>)                                                   \
  EACH(T, kernels::sum_of_blocks<T>)                                                      \
  EACH(T, kernels::copy_gradient<T>)                                                      \
  EACH(T, kernels::layer_norm_parameters<T>)                                              \
  EACH(T, kernels::unary_forward<relu_function, T>)                                       \
  EACH(T, kernels::unary_pullback<relu_function, T>)                                      \
  EACH(T, kernels::unary_forward<sigmoid_function, T>)                                    \
  EACH(T, kernels::unary_pullback<sigmoid_function, T>)                                   \
  EACH(T, kernels::unary_forward<tanh_function, T>)                                       \
  EACH(T, kernels::unary_pullback<tanh_function, T>)                                      \
  EACH(T, kernels::unary_forward<scale_function, T>)                                      \
  EACH(T, kernels::unary_pullback<scale_function, T>)                                     \
  EACH(T, kernels::unary_forward<threshold_function, T>)                                  \
  EACH(T, kernels::unary_pullback<threshold_function, T>)                                 \
  ROWS(T, kernels::adam_check<T>)                                                         \
  ROWS(T, kernels::adam_decide<T>)                                                        \
  ROWS(T, kernels::adam_prepare<T>)                                                       \
  ROWS(T, kernels::adam_update<T>)                                                        \
  ROWS(T, kernels::add_to_rows_forward<T>)                                                \
  ROWS(T, kernels::batch_sum<T>)                                                          \
  ROWS(T, kernels::block_sums<identity_function, T>)                                      \
  ROWS(T, kernels::block_sums<relu_function, T>)                                          \
  ROWS(T, kernels::broadcast_forward<kernels::sum_of_two, T>)                             \
  ROWS(T, kernels::broadcast_forward<kernels::product_of_two, T>)                         \
  ROWS(T, kernels::broadcast_forward<subtract_function, T>)                               \
  ROWS(T, kernels::broadcast_forward<divide_function, T>)                                 \
  ROWS(T, kernels::broadcast_pullback<kernels::slope_one, T>)                             \
  ROWS(T, kernels::broadcast_pullback<kernels::slope_other, T>)                           \
  ROWS(T, kernels::broadcast_pullback<subtract_function::slope_of_b, T>)                  \
  ROWS(T, kernels::broadcast_pullback<divide_function::slope_of_a, T>)                    \
  ROWS(T, kernels::broadcast_pullback<divide_function::slope_of_b, T>)                    \
  ROWS(T, kernels::channels_before_steps<T>)                                              \
  ROWS(T, kernels::clear_last_steps<T>)                                                   \
  ROWS(T, kernels::copy_columns<T>)                                                       \
  ROWS(T, kernels::cosine_similarity_forward<T>)                                          \
  ROWS(T, kernels::cosine_similarity_pullback<T>)                                         \
  ROWS(T, kernels::cross_entropy_forward<T>)                                              \
  ROWS(T, kernels::cross_entropy_pullback<T>)                                             \
  ROWS(T, kernels::index_cross_entropy_forward<T>)                                        \
  ROWS(T, kernels::index_cross_entropy_pullback<T>)                                       \
  ROWS(T, kernels::dropout_mask<T>)                                                       \
  ROWS(T, kernels::gather_columns<T>)                                                     \
  ROWS(T, kernels::guard_loss<T>)                                                         \
  ROWS(T, kernels::gather_numbers<T>)                                                     \
  ROWS(T, kernels::layer_norm_forward<T>)                                                 \
  ROWS(T, kernels::layer_norm_pullback<T>)                                                \
  ROWS(T, kernels::recurrent_step<gru_cell, T>)                                           \
  ROWS(T, kernels::recurrent_step<lstm_cell, T>)                                          \
  ROWS(T, kernels::recurrent_step_back<gru_cell, T>)                                      \
  ROWS(T, kernels::recurrent_step_back<lstm_cell, T>)                                     \
  ROWS(T, kernels::max_over_axis_forward<T>)                                              \
  ROWS(T, kernels::max_over_axis_pullback<T>)                                             \
  ROWS(T, kernels::max_pool1d_forward<T>)                                                 \
  ROWS(T, kernels::max_pool1d_pullback<T>)                                                \
  ROWS(T, kernels::normalize_forward<T>)                                                  \
  ROWS(T, kernels::normalize_pullback<T>)                                                 \
  ROWS(T, kernels::permuted_copy<T>)                                                      \
  ROWS(T, kernels::row_sums<T>)                                                           \
  ROWS(T, kernels::row_max_forward<T>)                                                    \
  ROWS(T, kernels::row_max_pullback<T>)                                                   \
  ROWS(T, kernels::row_products<T>)                                                       \
  ROWS(T, kernels::scale_rows_forward<T>)                                                 \
  ROWS(T, kernels::scatter_columns<T>)                                                    \
  ROWS(T, kernels::softmax_forward<T>)                                                    \
  ROWS(T, kernels::softmax_pullback<T>)                                                   \
  ROWS(T, kernels::spread_over_rows<T>)                                                   \
  ROWS(T, kernels::steps_before_channels<T>)                                              \
  ROWS(T, kernels::sum_over_axis_forward<T>)                                              \
  ROWS(T, kernels::sum_over_axis_pullback<T>)                                             \
  ROWS(T, kernels::pointwise_loss_forward<binary_cross_entropy_function, T>)              \
  ROWS(T, kernels::pointwise_loss_pullback<binary_cross_entropy_function, T>)             \
  ROWS(T, kernels::pointwise_loss_forward<binary_cross_entropy_with_logits_function, T>)  \
  ROWS(T, kernels::pointwise_loss_pullback<binary_cross_entropy_with_logits_function, T>) \
  ROWS(T, kernels::pointwise_loss_forward<mse_loss_function, T>)                          \
  ROWS(T, kernels::pointwise_loss_pullback<mse_loss_function, T>)                         \
  ROWS(T, recurrent::gather_previous<T>)
// clang-format on

#if defined(VSCG_COMPILED_HERE)
#define VSCG_DETAIL_COMPILED template
#else
#define VSCG_DETAIL_COMPILED extern template
#endif
#define VSCG_DETAIL_EACH(T, ...) \
  VSCG_DETAIL_COMPILED void eigen_backend::executor<T>::each(std::size_t, std::size_t, const __VA_ARGS__&);
#define VSCG_DETAIL_ROWS(T, ...) \
  VSCG_DETAIL_COMPILED void eigen_backend::executor<T>::rows(std::size_t, std::size_t, const __VA_ARGS__&);
#define VSCG_DETAIL_PRODUCT(T)                                                                                         \
  VSCG_DETAIL_COMPILED void eigen_detail::gemm_run(team&, T*, eigen_detail::gemm_product<T>);                          \
  VSCG_DETAIL_COMPILED void eigen_detail::gemm_compute(const eigen_detail::gemm_product<T>&,                           \
                                                       eigen_detail::gemm_source, const eigen_detail::gemm_packed<T>&, \
                                                       const eigen_detail::gemm_part&, T*);                            \
  VSCG_DETAIL_COMPILED void eigen_detail::gemm_pack(team&, T*, const gemm_arguments<T>&);                              \
  VSCG_DETAIL_FINISH(T, identity_function)                                                                             \
  VSCG_DETAIL_FINISH(T, relu_function)
#define VSCG_DETAIL_FINISH(T, Function)                             \
  VSCG_DETAIL_COMPILED void eigen_detail::gemm_finish<T, Function>( \
      const eigen_detail::gemm_strip<T>&, const T*, std::size_t, std::size_t, std::size_t, std::size_t, std::size_t);
// These are not kernels, but they also loop over millions of numbers: starting values, and numbers in files.
#define VSCG_DETAIL_OTHERS(T)                                                       \
  VSCG_DETAIL_COMPILED void initialize(const parameter_table&, seed, std::span<T>); \
  VSCG_DETAIL_COMPILED bool convert_elements(element_format, const std::byte*, std::size_t, T*);

namespace vscg {

VSCG_DETAIL_KERNELS(VSCG_DETAIL_EACH, VSCG_DETAIL_ROWS, float)
VSCG_DETAIL_KERNELS(VSCG_DETAIL_EACH, VSCG_DETAIL_ROWS, double)
VSCG_DETAIL_PRODUCT(float)
VSCG_DETAIL_PRODUCT(double)
VSCG_DETAIL_OTHERS(float)
VSCG_DETAIL_OTHERS(double)

}  // namespace vscg

#undef VSCG_DETAIL_KERNELS
#undef VSCG_DETAIL_COMPILED
#undef VSCG_DETAIL_EACH
#undef VSCG_DETAIL_ROWS
#undef VSCG_DETAIL_PRODUCT
#undef VSCG_DETAIL_FINISH
#undef VSCG_DETAIL_OTHERS

#include <vscg/core/end.hpp>
