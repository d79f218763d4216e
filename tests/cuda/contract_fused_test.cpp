// SPDX-License-Identifier: MIT
#include "cuda/fused_cases.hpp"
#include "cuda/host_fused.hpp"

namespace {

template <class Cases>
void check() {
  contract::check<Cases, double, host_cuda::fused_backend>();
}

}  // namespace

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

TEST_CASE("cuda: scores of segments at once keep the contract") { check<fused_cases::score_segments_cases>(); }

TEST_CASE("cuda: the smooth loss at once keeps the contract") { check<fused_cases::compare_tags_cases>(); }
