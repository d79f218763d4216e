// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <vector>

#include <vscg/core/team.hpp>
#include <vscg/cuda/fused/region_kernels.hpp>
#include <vscg/cuda/overrides.hpp>
#include <vscg/nets/composites/attend_regions.hpp>

#include "cuda/agreement.hpp"
#include "cuda/fused_cases.hpp"
#include "cuda/host_fused.hpp"
#include "cuda/one_array_cases.hpp"

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

/// What pictures of 9 regions and 12 channels attend to, and what each adds to the gradient of w_h.
std::vector<float> attended(bool by_fours) {
  constexpr unsigned pictures = 2, regions = 9, padded = 12, channels = 12;
  const auto numbers = [](std::size_t n) {
    std::vector<float> x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<float>(i * 37 % 101) * 0.02F - 1;
    return x;
  };
  const auto visual = numbers(pictures * regions * channels), guidance = numbers(pictures * padded),
             w_h = numbers(regions), slopes = numbers(pictures * channels);
  auto content = numbers(pictures * regions * padded);
  std::vector<float> map(pictures * regions), content_slopes(content.size()), guidance_slopes(guidance.size());
  std::vector<float> found(pictures * (channels + padded), 0.0F);
  host_cuda::backend::executor<float> backend{vscg::threads{3}};
  const vscg::kernels::region_sizes sizes{regions, padded, padded, channels, by_fours};
  backend.blocks(pictures,
                 vscg::kernels::attend_regions_forward<float>{sizes, visual.data(), guidance.data(), w_h.data(),
                                                              content.data(), map.data(), found.data()});
  vscg::kernels::attend_regions_pullback<float> back{};
  back.sizes = sizes;
  back.visual = visual.data();
  back.w_h = w_h.data();
  back.content = content.data();
  back.map = map.data();
  back.attended_slope = slopes.data();
  back.content_slopes = content_slopes.data();
  back.guidance_slopes = guidance_slopes.data();
  back.w_h_partial = found.data() + pictures * channels;
  back.hidden.terms = padded;
  backend.blocks(pictures, back);
  return found;
}

}  // namespace

TEST_CASE("cuda: attention over regions at once keeps the contract") { check<fused_cases::attend_regions_cases>(); }

TEST_CASE("cuda: attention over regions at once agrees with its operations for any number and size of pictures") {
  at_once::agrees<fused_cases::many_pictures_case, double, host_cuda::fused_backend>();
  at_once::agrees<fused_cases::large_pictures_case, double, host_cuda::fused_backend>();
}

TEST_CASE("cuda: channels of regions give the same bits, read four at once or one by one") {
  const std::vector<float> at_once = attended(true);
  CHECK(at_once == attended(false));
  CHECK(*std::max_element(at_once.begin(), at_once.end()) > 0.1F);
}

TEST_CASE("cuda: propagation between branches at once keeps the contract") {
  check<fused_cases::propagate_branches_cases>();
}

TEST_CASE("cuda: projection, dropout and norm at once keep the contract") { check<fused_cases::project_norm_cases>(); }

TEST_CASE("cuda: extracting events at once keeps the contract") { check<fused_cases::extract_events_cases>(); }

TEST_CASE("cuda: scores of events at once keep the contract") { check<fused_cases::score_events_cases>(); }

TEST_CASE("cuda: the negative pair filter loss at once keeps the contract") {
  check<fused_cases::filter_negative_pairs_cases>();
}

TEST_CASE("cuda: an average at once keeps the contract") { check<fused_cases::average_cases>(); }

TEST_CASE("cuda: dropout and norm at once keep the contract") { check<fused_cases::dropout_norm_cases>(); }

TEST_CASE("cuda: two projections at once keep the contract") { check<fused_cases::project_pair_cases>(); }

TEST_CASE("cuda: two projections as one keep the contract") { check<fused_cases::project_twice_cases>(); }

TEST_CASE("cuda: composites whose operands are one array keep the contract") { check<one_array::cases>(); }
TEST_CASE("cuda: scores of segments at once keep the contract") { check<fused_cases::score_segments_cases>(); }

TEST_CASE("cuda: the smooth loss at once keeps the contract") { check<fused_cases::compare_tags_cases>(); }
