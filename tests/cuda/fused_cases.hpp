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
#include <vscg/nets/composites/compare_tags.hpp>
#include <vscg/nets/composites/dropout_norm.hpp>
#include <vscg/nets/composites/extract_events.hpp>
#include <vscg/nets/composites/filter_negative_pairs.hpp>
#include <vscg/nets/composites/project_norm.hpp>
#include <vscg/nets/composites/project_pair.hpp>
#include <vscg/nets/composites/project_twice.hpp>
#include <vscg/nets/composites/propagate_branches.hpp>
#include <vscg/nets/composites/score_events.hpp>
#include <vscg/nets/composites/score_segments.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/add.hpp>
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

/// Streams are positive and most weights are: a row of similarities that are all 0 has no gradient.
template <int C, bool Renormalize, results Which>
struct propagate_branches_case
    : contract::operation_case<shape<dyn, 2, C>, shape<dyn, 2, C>, shape<C, C>, shape<C, C>, shape<C, C>, shape<C, C>> {
  static constexpr const char* name = "propagate branches at once";
  using also_active = std::integer_sequence<std::uint32_t, 0b010101, 0b101000>;
  static double value(std::size_t operand, double random) { return operand < 2 ? random + 1.2 : random + 0.3; }
  auto operator()(auto audio, auto visual, auto w1, auto w2, auto w3, auto w4) const {
    const vscg::composites::propagate_branches<2, C, Renormalize> propagation{
        {{{{5, 0}, 0.1}, {{5, 1}, 0.1}, {{5, 2}, 0.1}, {{5, 3}, 0.1}}}, 0.48};
    return chosen<Which>(vscg::compose(propagation, audio, visual, w1, w2, w3, w4));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<propagate_branches_case>(items, x);
  }
};

/// The weights are parameters, which lie side by side.
struct propagate_by_neighbors_case {
  using given = contract::operation_case<shape<dyn, 3, 4>, shape<dyn, 3, 4>>;
  using operands = given::operands;
  static constexpr const char* name = "propagate branches at once by neighboring layers";
  static constexpr std::uint32_t active = given::active;
  using also_active = std::integer_sequence<std::uint32_t, 0b01>;
  static constexpr bool item_by_item = true;
  static double value(std::size_t, double random) { return random; }
  vscg::nn::linear_without_bias<4, 4> w1, w2, w3, w4;
  VSCG_MEMBERS(w1, w2, w3, w4)
  auto operator()(auto audio, auto visual) const {
    const vscg::composites::propagate_branches<3, 4, true> propagation{
        {{{{5, 0}, 0.3}, {{5, 1}, 0.3}, {{5, 2}, 0.3}, {{5, 3}, 0.3}}}, 0.1};
    return chosen<results::both>(vscg::compose(propagation, audio, visual, vscg::operand(audio, w1.weight),
                                               vscg::operand(audio, w2.weight), vscg::operand(audio, w3.weight),
                                               vscg::operand(audio, w4.weight)));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<propagate_by_neighbors_case>(items, x);
  }
};

using propagate_branches_cases =
    std::tuple<propagate_branches_case<4, true, results::second>, propagate_branches_case<4, false, results::both>,
               propagate_by_neighbors_case>;

/// Operands 2 to 5 are shared by all items, so that gradients of items do not make up theirs.
template <int T, int C, results Which>
struct project_norm_case
    : contract::operation_case<shape<dyn, T, C>, shape<dyn, T, C>, shape<C, C>, shape<C, C>, shape<C>, shape<C>> {
  static constexpr const char* name = "project and norm at once";
  using also_active = std::integer_sequence<std::uint32_t, 0b000010, 0b111101>;
  auto operator()(auto first, auto second, auto first_weight, auto second_weight, auto scale, auto shift) const {
    const vscg::composites::project_norm<T, C> projection{{{11, 0}, 0.3}, {{11, 1}, 0}, 1e-5};
    return chosen<Which>(vscg::compose(projection, first, second, first_weight, second_weight, scale, shift));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<project_norm_case>(items, x);
  }
};

/// One stream drops, the other does not; or both are one array.
template <results Which, bool OneArray>
struct dropout_norm_case : contract::operation_case<shape<dyn, 3, 8>, shape<dyn, 3, 8>, shape<8>, shape<8>> {
  static constexpr const char* name = "dropout and norm at once";
  using also_active = std::integer_sequence<std::uint32_t, 0b0010, 0b1101>;
  auto operator()(auto first, auto second, auto scale, auto shift) const {
    const vscg::composites::dropout_norm<3, 8> both{{{11, 0}, 0.3}, {{11, 1}, 0}, 1e-5};
    if constexpr (OneArray)
      return chosen<Which>(vscg::compose(both, first, first, scale, shift)) + second;
    else
      return chosen<Which>(vscg::compose(both, first, second, scale, shift));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<dropout_norm_case>(items, x);
  }
};

using dropout_norm_cases =
    std::tuple<dropout_norm_case<results::second, false>, dropout_norm_case<results::both, true>>;

/// Both results or one, of which the other operands' gradients know nothing.
template <results Which>
struct project_pair_case : contract::operation_case<shape<dyn, 2, 3>, shape<dyn, 2, 3>, shape<4, 3>, shape<4, 3>> {
  static constexpr const char* name = "project two arrays at once";
  using also_active = std::integer_sequence<std::uint32_t, 0b0110>;
  auto operator()(auto first, auto second, auto w1, auto w2) const {
    const vscg::composites::project_pair<shape<dyn, 2, 3>, 4> both{};
    return chosen<Which>(vscg::compose(both, first, second, w1, w2));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<project_pair_case>(items, x);
  }
};

/// A plain product adds to the gradient that two at once began.
struct project_pair_again_case
    : contract::operation_case<shape<dyn, 2, 3>, shape<dyn, 2, 3>, shape<4, 3>, shape<4, 3>> {
  static constexpr const char* name = "project two arrays at once, and one again";
  auto operator()(auto first, auto second, auto w1, auto w2) const {
    const auto again = vscg::linear(first, w1);
    const auto both = vscg::compose(vscg::composites::project_pair<shape<dyn, 2, 3>, 4>{}, first, second, w1, w2);
    return again + chosen<results::first>(both);
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<project_pair_again_case>(items, x);
  }
};

using project_pair_cases =
    std::tuple<project_pair_case<results::both>, project_pair_case<results::first>, project_pair_again_case>;

using project_norm_cases = std::tuple<project_norm_case<1, 36, results::both>, project_norm_case<3, 8, results::first>>;

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

struct extract_mean_event_case
    : contract::operation_case<shape<dyn, 9, 2>, shape<dyn, 9, 2>, shape<3, 2, 3>, shape<3>, shape<3, 3, 3>, shape<3>> {
  static constexpr const char* name = "extract the mean event at once";
  using also_active = std::integer_sequence<std::uint32_t, 0b110011>;
  auto operator()(auto x, auto y, auto w1, auto b1, auto w2, auto b2) const {
    return vscg::compose(vscg::composites::extract_mean_event<9, 2, 3, 3>{}, x, y, w1, b1, w2, b2, w1, b1, w2, b2);
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<extract_mean_event_case>(items, x);
  }
};

using extract_events_cases = std::tuple<extract_events_case<11, results::both>,
                                        extract_shared_events_case<results::second>, extract_mean_event_case>;

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

/// As many classes as steps; bits 0 to 2 of `Which` say which results are added.
template <unsigned Which>
struct score_segments_case
    : contract::operation_case<shape<dyn, 4, 5>, shape<dyn, 4, 5>, shape<6, 5>, shape<4, 6>, shape<1, 4>> {
  static constexpr const char* name = "score segments at once";
  using also_active = std::integer_sequence<std::uint32_t, 0b10101, 0b01010>;
  static double value(std::size_t operand, double random) { return operand < 2 ? random : random + 0.2; }
  auto operator()(auto first, auto second, auto hidden_w, auto class_w, auto gate_w) const {
    const auto [probability, scores, smooth] =
        vscg::compose(vscg::composites::score_segments<4, 5, 6, 4>{}, first, second, hidden_w, class_w, gate_w);
    if constexpr (Which == 0b111)
      return probability + smooth * 2 + vscg::sum<2>(scores) * 0.5;
    else if constexpr (Which == 0b101)
      return probability * 2 + smooth;
    else
      return vscg::sum<2>(scores) * 2;
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<score_segments_case>(items, x);
  }
};

using score_segments_cases = std::tuple<score_segments_case<0b111>, score_segments_case<0b010>>;

/// The sum alone, or the terms beside it. Operands are between 0 and 1.
template <bool Terms>
struct compare_tags_case : contract::operation_case<shape<dyn, 6>, shape<dyn, 6>, shape<dyn, 6>> {
  static constexpr const char* name = "compare tags at once";
  static constexpr std::uint32_t active = 0b011;
  using also_active = std::integer_sequence<std::uint32_t, 0b001, 0b010>;
  static constexpr bool item_by_item = false;
  static double value(std::size_t, double random) { return 0.5 + 0.4 * random; }
  auto operator()(auto probability, auto smoothed, auto tag) const {
    const auto [total, sharp, smooth] = vscg::compose(vscg::composites::compare_tags<6>{}, probability, smoothed, tag);
    if constexpr (Terms)
      return total * 2 + sharp * 3 + smooth * 5;
    else
      return total * 1;
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<compare_tags_case>(items, x);
  }
};

using compare_tags_cases = std::tuple<compare_tags_case<false>, compare_tags_case<true>>;

/// The second weight is smaller than the first, and both are operands.
struct project_twice_case : contract::operation_case<shape<dyn, 3, 5>, shape<4, 5>, shape<2, 4>> {
  static constexpr const char* name = "project twice at once";
  using also_active = std::integer_sequence<std::uint32_t, 0b001, 0b010, 0b100>;
  auto operator()(auto x, auto w1, auto w2) const {
    return vscg::compose(vscg::composites::project_twice<shape<dyn, 3, 5>, 4, 2>{}, x, w1, w2);
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<project_twice_case>(items, x);
  }
};

/// The weights are parameters, whose product is prepared.
struct project_twice_by_layers_case {
  using given = contract::operation_case<shape<dyn, 3, 5>>;
  using operands = given::operands;
  static constexpr const char* name = "project twice at once by two layers";
  static constexpr std::uint32_t active = given::active;
  using also_active = std::integer_sequence<std::uint32_t>;
  static constexpr bool item_by_item = true;
  static double value(std::size_t, double random) { return random; }
  vscg::nn::linear_without_bias<5, 4> w1;
  vscg::nn::linear_without_bias<4, 2> w2;
  VSCG_MEMBERS(w1, w2)
  auto operator()(auto x) const {
    return vscg::compose(vscg::composites::project_twice<shape<dyn, 3, 5>, 4, 2>{}, x, vscg::operand(x, w1.weight),
                         vscg::operand(x, w2.weight));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<project_twice_by_layers_case>(items, x);
  }
};

using project_twice_cases = std::tuple<project_twice_case, project_twice_by_layers_case>;

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
