// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <vscg/core/compose.hpp>
#include <vscg/nets/composites/average.hpp>
#include <vscg/nets/composites/extract_events.hpp>
#include <vscg/nets/composites/filter_negative_pairs.hpp>
#include <vscg/nets/composites/project_branches.hpp>
#include <vscg/nets/composites/project_norm.hpp>
#include <vscg/nets/composites/propagate.hpp>
#include <vscg/nets/composites/score_events.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/scale.hpp>

#include "cuda/attend_regions_cases.hpp"
#include "cuda/chosen_results.hpp"
#include "cuda/host_fused.hpp"

// Composites of the networks, for backends that compute each in few launches: they agree with their operations, and
// keep the contract of any operation.

namespace fused_cases {

using vscg::dyn;
using vscg::shape;

template <int C, bool Renormalize, results Which>
struct propagate_case : contract::operation_case<shape<dyn, 2, C>, shape<dyn, 2, C>, shape<dyn, 2, C>, shape<dyn, 2, C>,
                                                 shape<dyn, 2, C>, shape<dyn, 2, C>> {
  static constexpr const char* name = "propagate at once";
  using also_active = std::integer_sequence<std::uint32_t, 0b010101, 0b101000>;
  // v1, v2, a1 and a2 are positive: a row of similarities that are all 0 has no gradient.
  static double value(std::size_t operand, double random) { return operand < 2 ? random : random + 1.2; }
  auto operator()(auto audio, auto visual, auto v1, auto v2, auto a1, auto a2) const {
    const vscg::composites::propagate<2, C, Renormalize> propagation{0.48};
    return chosen<Which>(vscg::compose(propagation, audio, visual, v1, v2, a1, a2));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<propagate_case>(items, x);
  }
};

using propagate_cases = std::tuple<propagate_case<33, true, results::second>, propagate_case<5, false, results::both>>;

/// Operands 2 to 5 are shared by all items, so that gradients of items do not make up theirs.
template <int T, int C, results Which>
struct project_norm_case
    : contract::operation_case<shape<dyn, T, C>, shape<dyn, T, C>, shape<C, C>, shape<C, C>, shape<C>, shape<C>> {
  static constexpr const char* name = "project and norm at once";
  using also_active = std::integer_sequence<std::uint32_t, 0b000010, 0b111101>;
  auto operator()(auto first, auto second, auto first_weight, auto second_weight, auto scale, auto shift) const {
    const vscg::composites::project_norm<T, C> projection{{0.3, 11, 0}, {0, 11, 1}, 1e-5};
    return chosen<Which>(vscg::compose(projection, first, second, first_weight, second_weight, scale, shift));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<project_norm_case>(items, x);
  }
};

using project_norm_cases = std::tuple<project_norm_case<1, 36, results::both>, project_norm_case<3, 8, results::first>>;

/// The results with the numbers `Which`.
template <std::size_t... Which>
struct project_branches_case
    : contract::operation_case<shape<dyn, 2, 4>, shape<dyn, 2, 4>, shape<4, 4>, shape<4, 4>, shape<4, 4>, shape<4, 4>> {
  static constexpr const char* name = "project branches at once";
  using also_active = std::integer_sequence<std::uint32_t, 0b010010, 0b111101>;
  auto operator()(auto first, auto second, auto w1, auto w2, auto w3, auto w4) const {
    const vscg::composites::project_branches<2, 4> branches{{{{0.3, 5, 0}, {0.3, 5, 1}, {0.3, 5, 2}, {0.3, 5, 3}}}};
    const auto results = vscg::compose(branches, first, second, w1, w2, w3, w4);
    const auto of = [&](auto k) { return std::get<k>(results) * (1.0 + k); };
    return (of(std::integral_constant<std::size_t, Which>{}) + ...);
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<project_branches_case>(items, x);
  }
};

/// The weights are parameters, which lie side by side.
struct project_by_neighbors_case {
  using given = contract::operation_case<shape<dyn, 2, 4>, shape<dyn, 2, 4>>;
  using operands = given::operands;
  static constexpr const char* name = "project branches at once by neighboring layers";
  static constexpr std::uint32_t active = given::active;
  using also_active = std::integer_sequence<std::uint32_t, 0b01>;
  static constexpr bool item_by_item = true;
  static double value(std::size_t, double random) { return random; }
  vscg::nn::linear_without_bias<4, 4> w1, w2, w3, w4;
  VSCG_MEMBERS(w1, w2, w3, w4)
  auto operator()(auto first, auto second) const {
    const vscg::composites::project_branches<2, 4> branches{{{{0.3, 5, 0}, {0.3, 5, 1}, {0.3, 5, 2}, {0.3, 5, 3}}}};
    const auto [a, b, c, d] =
        vscg::compose(branches, first, second, vscg::operand(first, w1.weight), vscg::operand(first, w2.weight),
                      vscg::operand(first, w3.weight), vscg::operand(first, w4.weight));
    return a + b * 2 + c * 3 + d * 4;
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<project_by_neighbors_case>(items, x);
  }
};

using project_branches_cases =
    std::tuple<project_branches_case<0, 1, 2, 3>, project_branches_case<1, 2>, project_by_neighbors_case>;

/// T steps, weights of each stream.
template <int T, results Which>
struct extract_events_case
    : contract::operation_case<shape<dyn, T, 2>, shape<dyn, T, 2>, shape<3, 2, 3>, shape<3>, shape<3, 3, 3>, shape<3>,
                               shape<3, 2, 3>, shape<3>, shape<3, 3, 3>, shape<3>> {
  static constexpr const char* name = "extract events at once";
  using also_active = std::integer_sequence<std::uint32_t, 0b0011001101, 0b1100110010>;
  auto operator()(auto x, auto y, auto w1, auto b1, auto w2, auto b2, auto w3, auto b3, auto w4, auto b4) const {
    const vscg::composites::extract_events<T, 2, 3, 3> extract{};
    return chosen<Which>(vscg::compose(extract, x, y, w1, b1, w2, b2, w3, b3, w4, b4));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<extract_events_case>(items, x);
  }
};

/// Both streams share their weights.
template <results Which>
struct extract_shared_events_case : contract::operation_case<shape<dyn, 10, 2>, shape<dyn, 10, 2>, shape<3, 2, 3>,
                                                             shape<3>, shape<3, 3, 3>, shape<3>> {
  static constexpr const char* name = "extract events at once with shared weights";
  using also_active = std::integer_sequence<std::uint32_t, 0b001110>;
  auto operator()(auto x, auto y, auto w1, auto b1, auto w2, auto b2) const {
    const vscg::composites::extract_events<10, 2, 3, 3> extract{};
    return chosen<Which>(vscg::compose(extract, x, y, w1, b1, w2, b2, w1, b1, w2, b2));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<extract_shared_events_case>(items, x);
  }
};

using extract_events_cases =
    std::tuple<extract_events_case<11, results::both>, extract_shared_events_case<results::second>>;

/// As many categories as steps, so that all results can be added; bits 0 to 3 of `Which` say which are.
template <unsigned Which>
struct score_events_case
    : contract::operation_case<shape<dyn, 4, 5>, shape<dyn, 4, 5>, shape<1, 5>, shape<1>, shape<4, 5>, shape<4>> {
  static constexpr const char* name = "score events at once";
  using also_active = std::integer_sequence<std::uint32_t, 0b110010, 0b001101>;
  auto operator()(auto first, auto second, auto w, auto b, auto category_w, auto category_b) const {
    const auto [mean, relevance, category, similarity] =
        vscg::compose(vscg::composites::score_events<4, 5, 4>{}, first, second, w, b, category_w, category_b);
    if constexpr (Which == 0b1111)
      return relevance + category * 2 + similarity * 3 + vscg::sum<2>(mean) * 0.5;
    else if constexpr (Which == 0b0110)
      return category + relevance * 2;
    else
      return similarity * 2;
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<score_events_case>(items, x);
  }
};

using score_events_cases = std::tuple<score_events_case<0b1111>, score_events_case<0b0110>, score_events_case<0b1000>>;

/// The sum alone, or some terms beside it.
template <bool Terms>
struct filter_negative_pairs_case : contract::operation_case<shape<dyn, 5>, shape<dyn, 6>, shape<dyn, 5>, shape<dyn, 5>,
                                                             shape<dyn, 6>, shape<dyn>, shape<dyn, 5>> {
  static constexpr const char* name = "filter negative pairs at once";
  static constexpr std::uint32_t active = 0b111;
  using also_active = std::integer_sequence<std::uint32_t, 0b001, 0b010, 0b100>;
  static constexpr bool item_by_item = false;
  static double value(std::size_t operand, double random) { return operand < 2 ? 2 * random : random + 0.4; }
  auto operator()(auto relevance, auto category, auto similarity, auto foreground, auto target, auto weight,
                  auto share) const {
    const auto [total, relevance_term, category_term, similarity_term] =
        vscg::compose(vscg::composites::filter_negative_pairs<5, 6>{}, relevance, category, similarity, foreground,
                      target, weight, share);
    if constexpr (Terms)
      return total * 2 + relevance_term * 3 + similarity_term * 5;
    else
      return total * 1;
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<filter_negative_pairs_case>(items, x);
  }
};

using filter_negative_pairs_cases = std::tuple<filter_negative_pairs_case<false>, filter_negative_pairs_case<true>>;

struct average_case : contract::operation_case<shape<dyn, 3, 5>, shape<dyn, 3, 5>> {
  static constexpr const char* name = "average at once";
  using also_active = std::integer_sequence<std::uint32_t, 0b01, 0b10>;
  auto operator()(auto a, auto b) const { return vscg::compose(vscg::composites::average<shape<dyn, 3, 5>>{}, a, b); }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<average_case>(items, x);
  }
};

using average_cases = std::tuple<average_case>;

}  // namespace fused_cases
