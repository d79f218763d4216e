// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

// The kernels of the library's own operations, in one list for everything that compiles them ahead:
// VSCG_KERNELS(EACH, ROWS, T) becomes EACH(T, kernel) for each kernel that works on single elements and ROWS(T, kernel)
// for each one that works on rows, for the scalar T. It is meant for use inside namespace vscg.

#include <vscg/model/persistent_arrays.hpp>
#include <vscg/model/report.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/add_to_rows.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/batch_norm.hpp>
#include <vscg/ops/binary_cross_entropy.hpp>
#include <vscg/ops/cat.hpp>
#include <vscg/ops/class_mean.hpp>
#include <vscg/ops/clear.hpp>
#include <vscg/ops/column_sums.hpp>
#include <vscg/ops/constant.hpp>
#include <vscg/ops/conv1d.hpp>
#include <vscg/ops/conv2d.hpp>
#include <vscg/ops/convolution.hpp>
#include <vscg/ops/cosine_similarity.hpp>
#include <vscg/ops/cross_entropy.hpp>
#include <vscg/ops/divide.hpp>
#include <vscg/ops/divide_by_sum.hpp>
#include <vscg/ops/dropout.hpp>
#include <vscg/ops/embedding.hpp>
#include <vscg/ops/gaussian_noise.hpp>
#include <vscg/ops/gelu.hpp>
#include <vscg/ops/gru.hpp>
#include <vscg/ops/l1_loss.hpp>
#include <vscg/ops/layer_norm.hpp>
#include <vscg/ops/linear.hpp>
#include <vscg/ops/logsumexp.hpp>
#include <vscg/ops/lstm.hpp>
#include <vscg/ops/max_pool1d.hpp>
#include <vscg/ops/mean_of_largest.hpp>
#include <vscg/ops/mean_over_pairs.hpp>
#include <vscg/ops/mse_loss.hpp>
#include <vscg/ops/multiply.hpp>
#include <vscg/ops/normalize.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/permute.hpp>
#include <vscg/ops/pointwise_loss.hpp>
#include <vscg/ops/reciprocal.hpp>
#include <vscg/ops/recurrent.hpp>
#include <vscg/ops/relu.hpp>
#include <vscg/ops/row_sums.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/ops/scale_rows.hpp>
#include <vscg/ops/select_rows.hpp>
#include <vscg/ops/shift.hpp>
#include <vscg/ops/sigmoid.hpp>
#include <vscg/ops/signed_sqrt.hpp>
#include <vscg/ops/silu.hpp>
#include <vscg/ops/softmax.hpp>
#include <vscg/ops/subtract.hpp>
#include <vscg/ops/tanh.hpp>
#include <vscg/ops/threshold.hpp>
#include <vscg/ops/transpose.hpp>
#include <vscg/optim/adam_rule.hpp>
#include <vscg/optim/gradient_clip.hpp>
#include <vscg/optim/sgd.hpp>
#include <vscg/optim/update_kernels.hpp>

// clang-format off: a list, one kernel per line
#define VSCG_KERNELS(EACH, ROWS, T)                                                       \
  EACH(T, kernels::take_value<T>)                                                         \
  EACH(T, kernels::batch_norm_parameters<T>)                                              \
  EACH(T, kernels::batch_sum_pullback<T>)                                                 \
  EACH(T, kernels::channel_means<T>)                                                      \
  EACH(T, kernels::channel_variances<T>)                                                  \
  EACH(T, kernels::class_mean_pullback<T>)                                                \
  EACH(T, kernels::clear<T>)                                                              \
  EACH(T, kernels::binary_forward<kernels::sum_of_two, T>)                                \
  EACH(T, kernels::binary_forward<kernels::product_of_two, T>)                            \
  EACH(T, kernels::product_gradient<T>)                                                   \
  EACH(T, kernels::sum_of_blocks<T>)                                                      \
  EACH(T, kernels::copy_gradient<T>)                                                      \
  EACH(T, kernels::inverse_deviations<T>)                                                 \
  EACH(T, kernels::layer_norm_parameters<T>)                                              \
  EACH(T, kernels::unary_forward<gelu_function, T>)                                       \
  EACH(T, kernels::unary_pullback<gelu_function, T>)                                      \
  EACH(T, kernels::unary_forward<relu_function, T>)                                       \
  EACH(T, kernels::unary_pullback<relu_function, T>)                                      \
  EACH(T, kernels::unary_forward<reciprocal_function, T>)                                 \
  EACH(T, kernels::unary_pullback<reciprocal_function, T>)                                \
  EACH(T, kernels::unary_forward<sigmoid_function, T>)                                    \
  EACH(T, kernels::unary_pullback<sigmoid_function, T>)                                   \
  EACH(T, kernels::unary_forward<signed_sqrt_function, T>)                                \
  EACH(T, kernels::unary_pullback<signed_sqrt_function, T>)                               \
  EACH(T, kernels::unary_forward<silu_function, T>)                                       \
  EACH(T, kernels::unary_pullback<silu_function, T>)                                      \
  EACH(T, kernels::unary_forward<tanh_function, T>)                                       \
  EACH(T, kernels::unary_pullback<tanh_function, T>)                                      \
  EACH(T, kernels::unary_forward<scale_function, T>)                                      \
  EACH(T, kernels::unary_pullback<scale_function, T>)                                     \
  EACH(T, kernels::unary_forward<shift_function, T>)                                      \
  EACH(T, kernels::unary_pullback<shift_function, T>)                                     \
  EACH(T, kernels::unary_forward<threshold_function, T>)                                  \
  EACH(T, kernels::unary_pullback<threshold_function, T>)                                 \
  ROWS(T, kernels::apply_update<kernels::adam_rule, T>)                                   \
  ROWS(T, kernels::apply_update<kernels::sgd_rule, T>)                                    \
  ROWS(T, kernels::check_update<kernels::adam_rule, T>)                                   \
  ROWS(T, kernels::check_update<kernels::sgd_rule, T>)                                    \
  ROWS(T, kernels::decide_clip<T>)                                                        \
  ROWS(T, kernels::decide_update<kernels::adam_rule, T>)                                  \
  ROWS(T, kernels::decide_update<kernels::sgd_rule, T>)                                   \
  ROWS(T, kernels::measure_gradients<T>)                                                  \
  ROWS(T, kernels::scale_gradients<T>)                                                    \
  ROWS(T, kernels::add_to_rows_forward<T>)                                                \
  ROWS(T, kernels::batch_norm_forward<T>)                                                 \
  ROWS(T, kernels::batch_norm_pullback<T>)                                                \
  ROWS(T, kernels::batch_sum<T>)                                                          \
  ROWS(T, kernels::block_sums<identity_function, T>)                                      \
  ROWS(T, kernels::block_sums<relu_function, T>)                                          \
  ROWS(T, kernels::block_sums<tanh_function, T>)                                          \
  ROWS(T, kernels::broadcast_forward<kernels::sum_of_two, T>)                             \
  ROWS(T, kernels::broadcast_forward<kernels::product_of_two, T>)                         \
  ROWS(T, kernels::broadcast_forward<subtract_function, T>)                               \
  ROWS(T, kernels::broadcast_forward<divide_function, T>)                                 \
  ROWS(T, kernels::broadcast_pullback<kernels::slope_one, T>)                             \
  ROWS(T, kernels::broadcast_pullback<kernels::slope_other, T>)                           \
  ROWS(T, kernels::broadcast_pullback<subtract_function::slope_of_b, T>)                  \
  ROWS(T, kernels::broadcast_pullback<divide_function::slope_of_a, T>)                    \
  ROWS(T, kernels::broadcast_pullback<divide_function::slope_of_b, T>)                    \
  ROWS(T, kernels::centered_products<T>)                                                  \
  ROWS(T, kernels::channels_before_steps<T>)                                              \
  ROWS(T, kernels::class_mean_forward<T>)                                                 \
  ROWS(T, kernels::clear_last_steps<T>)                                                   \
  ROWS(T, kernels::copy_columns<T>)                                                       \
  ROWS(T, kernels::cosine_similarity_forward<T>)                                          \
  ROWS(T, kernels::cosine_similarity_pullback<T>)                                         \
  ROWS(T, kernels::cross_entropy_forward<T>)                                              \
  ROWS(T, kernels::cross_entropy_pullback<T>)                                             \
  ROWS(T, kernels::index_cross_entropy_forward<T>)                                        \
  ROWS(T, kernels::index_cross_entropy_pullback<T>)                                       \
  ROWS(T, kernels::divide_by_sum_forward<T>)                                              \
  ROWS(T, kernels::divide_by_sum_pullback<T>)                                             \
  ROWS(T, kernels::dropout_mask<T>)                                                       \
  ROWS(T, kernels::embedding_forward<T>)                                                  \
  ROWS(T, kernels::embedding_pullback<T>)                                                 \
  ROWS(T, kernels::gaussian_noise_forward<T>)                                             \
  ROWS(T, kernels::gather_columns<T>)                                                     \
  ROWS(T, kernels::gather_patches<T>)                                                     \
  ROWS(T, kernels::guard_loss<T>)                                                         \
  ROWS(T, kernels::gather_numbers<T>)                                                     \
  ROWS(T, kernels::layer_norm_block_sums<T>)                                              \
  ROWS(T, kernels::layer_norm_forward<T>)                                                 \
  ROWS(T, kernels::layer_norm_pullback<T>)                                                \
  ROWS(T, kernels::recurrent_step<gru_cell, T>)                                           \
  ROWS(T, kernels::recurrent_step<lstm_cell, T>)                                          \
  ROWS(T, kernels::recurrent_step_back<gru_cell, T>)                                      \
  ROWS(T, kernels::recurrent_step_back<lstm_cell, T>)                                     \
  ROWS(T, kernels::link_rows_by_index<T>)                                                 \
  ROWS(T, kernels::logsumexp_forward<T>)                                                  \
  ROWS(T, kernels::logsumexp_pullback<T>)                                                 \
  ROWS(T, kernels::max_over_axis_forward<T>)                                              \
  ROWS(T, kernels::max_over_axis_pullback<T>)                                             \
  ROWS(T, kernels::max_pool1d_forward<T>)                                                 \
  ROWS(T, kernels::max_pool1d_pullback<T>)                                                \
  ROWS(T, kernels::mean_of_largest_forward<T>)                                            \
  ROWS(T, kernels::mean_of_largest_pullback<T>)                                           \
  ROWS(T, kernels::normalize_forward<kernels::l1_norm, T>)                                \
  ROWS(T, kernels::normalize_forward<kernels::l2_norm, T>)                                \
  ROWS(T, kernels::normalize_pullback<kernels::l1_norm, T>)                               \
  ROWS(T, kernels::normalize_pullback<kernels::l2_norm, T>)                               \
  ROWS(T, kernels::permuted_copy<T>)                                                      \
  ROWS(T, kernels::row_sums<T>)                                                           \
  ROWS(T, kernels::row_max_forward<T>)                                                    \
  ROWS(T, kernels::row_max_pullback<T>)                                                   \
  ROWS(T, kernels::row_products<T>)                                                       \
  ROWS(T, kernels::scale_rows_forward<T>)                                                 \
  ROWS(T, kernels::scatter_columns<T>)                                                    \
  ROWS(T, kernels::scatter_patches<T>)                                                    \
  ROWS(T, kernels::select_rows_forward<T>)                                                \
  ROWS(T, kernels::select_rows_pullback<T>)                                               \
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
  ROWS(T, kernels::pointwise_loss_forward<l1_loss_function, T>)                           \
  ROWS(T, kernels::pointwise_loss_pullback<l1_loss_function, T>)                          \
  ROWS(T, kernels::pointwise_loss_forward<mse_loss_function, T>)                          \
  ROWS(T, kernels::pointwise_loss_pullback<mse_loss_function, T>)                         \
  ROWS(T, kernels::put_numbers<T>)                                                        \
  ROWS(T, recurrent::gather_previous<T>)
// clang-format on

#include <vscg/core/end.hpp>
