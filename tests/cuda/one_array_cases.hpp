// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include <vscg/core/compose.hpp>
#include <vscg/nets/composites/extract_events.hpp>
#include <vscg/nets/composites/project_pair.hpp>
#include <vscg/nets/composites/project_twice.hpp>
#include <vscg/nets/composites/propagate_branches.hpp>
#include <vscg/nets/composites/score_events.hpp>
#include <vscg/nets/composites/score_segments.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/linear.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/scale.hpp>

#include "cuda/chosen_results.hpp"
#include "cuda/host_fused.hpp"

// Composites whose operands are one array where they can be: what each adds to the gradient must be there once.

namespace one_array {

using fused_cases::chosen;
using fused_cases::results;
using vscg::dyn;
using vscg::shape;

/// Both streams' convolutions share their weights, but not their biases.
struct extract_events_case : contract::operation_case<shape<dyn, 10, 2>, shape<dyn, 10, 2>, shape<3, 2, 3>, shape<3>,
                                                      shape<3, 3, 3>, shape<3>, shape<3>, shape<3>> {
  static constexpr const char* name = "extract events with shared weights alone";
  using also_active = std::integer_sequence<std::uint32_t, 0b11101011, 0b00010100>;
  auto operator()(auto x, auto y, auto w1, auto b1, auto w2, auto b2, auto b3, auto b4) const {
    const vscg::composites::extract_events<10, 2, 3, 3> extract{};
    return chosen<results::both>(vscg::compose(extract, x, y, w1, b1, w2, b2, w1, b3, w2, b4));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<extract_events_case>(items, x);
  }
};

/// All four convolutions are one.
struct extract_events_by_one_case
    : contract::operation_case<shape<dyn, 10, 3>, shape<dyn, 10, 3>, shape<3, 3, 3>, shape<3>> {
  static constexpr const char* name = "extract events with one weight";
  auto operator()(auto x, auto y, auto w, auto b) const {
    const vscg::composites::extract_events<10, 3, 3, 3> extract{};
    return chosen<results::both>(vscg::compose(extract, x, y, w, b, w, b, w, b, w, b));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<extract_events_by_one_case>(items, x);
  }
};

/// Each of two weights is what the other projects.
struct project_pair_case : contract::operation_case<shape<dyn, 3>, shape<3, 3>, shape<3, 3>> {
  static constexpr const char* name = "project two weights by each other";
  auto operator()(auto x, auto a, auto b) const {
    const auto [first, second] = vscg::compose(vscg::composites::project_pair<shape<3, 3>, 3>{}, a, b, b, a);
    return vscg::linear(x, first) + vscg::linear(x, second) * 2;
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<project_pair_case>(items, x);
  }
};

/// A weight of one stream is one of the other's.
struct propagate_branches_case
    : contract::operation_case<shape<dyn, 2, 8>, shape<dyn, 2, 8>, shape<8, 8>, shape<8, 8>, shape<8, 8>> {
  static constexpr const char* name = "propagate branches with a shared weight";
  static double value(std::size_t operand, double random) { return operand < 2 ? random + 1.2 : random + 0.3; }
  auto operator()(auto audio, auto visual, auto w1, auto w, auto w4) const {
    const vscg::composites::propagate_branches<2, 8, false> propagation{
        {{{{5, 0}, 0.1}, {{5, 1}, 0.1}, {{5, 2}, 0.1}, {{5, 3}, 0.1}}}, 0.48};
    return chosen<results::both>(vscg::compose(propagation, audio, visual, w1, w, w, w4));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<propagate_branches_case>(items, x);
  }
};

/// One category, scored as relevance is.
struct score_events_case : contract::operation_case<shape<dyn, 4, 5>, shape<dyn, 4, 5>, shape<1, 5>, shape<1>> {
  static constexpr const char* name = "score events of one category";
  using also_active = std::integer_sequence<std::uint32_t, 0b1000, 0b0100>;
  auto operator()(auto first, auto second, auto w, auto b) const {
    const auto [mean, relevance, category, similarity] =
        vscg::compose(vscg::composites::score_events<4, 5, 1>{}, first, second, w, b, w, b);
    return vscg::sum<1>(relevance + similarity * 3) + vscg::sum<1>(category) * 2;
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<score_events_case>(items, x);
  }
};

/// All weights are one array.
struct score_segments_case : contract::operation_case<shape<dyn, 4, 4>, shape<dyn, 4, 4>, shape<1, 4>> {
  static constexpr const char* name = "score segments with one weight";
  static double value(std::size_t operand, double random) { return operand < 2 ? random : random + 0.2; }
  auto operator()(auto first, auto second, auto w) const {
    const auto [probability, scores, smooth] =
        vscg::compose(vscg::composites::score_segments<4, 4, 1, 4>{}, first, second, w, vscg::view<shape<4, 1>>(w), w);
    return probability + smooth * 2 + vscg::sum<2>(scores) * 0.5;
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<score_segments_case>(items, x);
  }
};

/// Both weights are one array.
struct project_twice_case : contract::operation_case<shape<dyn, 3, 4>, shape<4, 4>> {
  static constexpr const char* name = "project twice with one weight";
  using also_active = std::integer_sequence<std::uint32_t, 0b10>;
  auto operator()(auto x, auto w) const {
    return vscg::compose(vscg::composites::project_twice<shape<dyn, 3, 4>, 4, 4>{}, x, w, w);
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<project_twice_case>(items, x);
  }
};

using cases = std::tuple<extract_events_case, extract_events_by_one_case, project_pair_case, propagate_branches_case,
                         score_events_case, score_segments_case, project_twice_case>;

}  // namespace one_array
