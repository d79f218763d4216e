// SPDX-License-Identifier: MIT
#include <vscg/cuda/backend.hpp>

#include "cuda/agreement.hpp"
#include "cuda/device.hpp"
#include "cuda/fused_cases.hpp"
#include "cuda/one_array_cases.hpp"
#include "cuda/recurrent_cases.hpp"
#include "ops/cases/elementwise.hpp"
#include "ops/cases/loss.hpp"
#include "ops/cases/product.hpp"
#include "ops/cases/recurrent.hpp"
#include "ops/cases/rows.hpp"
#include "ops/cases/time.hpp"

TEST_CASE("cuda: all operations keep the contract on a device") {
  if (!cuda_device::found()) return;
  contract::check<contract::elementwise_cases, float, vscg::cuda>();
  contract::check<contract::loss_cases, float, vscg::cuda>();
  contract::check<contract::linear_cases, float, vscg::cuda>();
  contract::check<contract::product_cases, float, vscg::cuda>();
  contract::check<contract::recurrent_cases, float, vscg::cuda>();
  contract::check<contract::rows_cases, float, vscg::cuda>();
  contract::check<contract::time_cases, float, vscg::cuda>();
}

TEST_CASE("cuda: recurrent layers whose steps are one launch agree with the processor's") {
  if (!cuda_device::found()) return;
  at_once::agree<at_once::device_cases, float, vscg::cuda>();
  at_once::agree<at_once::device_pair_cases, float, vscg::cuda>();
}
TEST_CASE("cuda: composites in few launches keep the contract on a device") {
  if (!cuda_device::found()) return;
  contract::check<fused_cases::attend_regions_cases, float, vscg::cuda>();
  contract::check<fused_cases::propagate_branches_cases, float, vscg::cuda>();
  contract::check<fused_cases::project_norm_cases, float, vscg::cuda>();
  contract::check<fused_cases::extract_events_cases, float, vscg::cuda>();
  contract::check<fused_cases::score_events_cases, float, vscg::cuda>();
  contract::check<fused_cases::filter_negative_pairs_cases, float, vscg::cuda>();
  contract::check<fused_cases::average_cases, float, vscg::cuda>();
  at_once::agrees<fused_cases::many_pictures_case, float, vscg::cuda>();
  at_once::agrees<fused_cases::large_pictures_case, float, vscg::cuda>();
  contract::check<fused_cases::project_twice_cases, float, vscg::cuda>();
  contract::check<one_array::cases, float, vscg::cuda>();
  contract::check<fused_cases::dropout_norm_cases, float, vscg::cuda>();
  contract::check<fused_cases::project_pair_cases, float, vscg::cuda>();
  contract::check<fused_cases::score_segments_cases, float, vscg::cuda>();
  contract::check<fused_cases::compare_tags_cases, float, vscg::cuda>();
}
