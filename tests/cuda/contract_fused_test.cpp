// SPDX-License-Identifier: MIT
#include <type_traits>

#include <vscg/cuda/overrides.hpp>
#include <vscg/nets/composites/attend_regions.hpp>

#include "cuda/fused_cases.hpp"
#include "cuda/host_fused.hpp"
#include "cuda/recurrent_cases.hpp"

namespace {

template <class Cases>
void check() {
  contract::check<Cases, double, host_cuda::fused_backend>();
}

// Regions that fit a block's rows, and rows that begin at multiples of 4 numbers.
template <class Composite>
using on_device = typename vscg::cuda_detail::override_of<Composite, vscg::cuda_detail::any_device>::type;
template <int Hidden, int R, class Composite = vscg::composites::attend_regions<1, 2, 3, Hidden, R>>
inline constexpr bool attends_at_once = !std::is_same_v<on_device<Composite>, Composite>;
static_assert(attends_at_once<4, 49>);
static_assert(!attends_at_once<4, 50> && !attends_at_once<6, 49>);

}  // namespace

TEST_CASE("cuda: attention over regions at once keeps the contract") { check<fused_cases::attend_regions_cases>(); }

TEST_CASE("cuda: attention over regions at once agrees with its operations for any number and size of pictures") {
  at_once::agrees<fused_cases::many_pictures_case, double, host_cuda::fused_backend>();
  at_once::agrees<fused_cases::large_pictures_case, double, host_cuda::fused_backend>();
}

TEST_CASE("cuda: propagation at once keeps the contract") { check<fused_cases::propagate_cases>(); }

TEST_CASE("cuda: projection, dropout and norm at once keep the contract") { check<fused_cases::project_norm_cases>(); }

TEST_CASE("cuda: projections to branches at once keep the contract") { check<fused_cases::project_branches_cases>(); }

TEST_CASE("cuda: extracting events at once keeps the contract") { check<fused_cases::extract_events_cases>(); }

TEST_CASE("cuda: scores of events at once keep the contract") { check<fused_cases::score_events_cases>(); }

TEST_CASE("cuda: the negative pair filter loss at once keeps the contract") {
  check<fused_cases::filter_negative_pairs_cases>();
}

TEST_CASE("cuda: an average at once keeps the contract") { check<fused_cases::average_cases>(); }
