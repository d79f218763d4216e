// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/random.hpp>
#include <vscg/nets/hosts/segment_loss.hpp>
#include <vscg/nets/hosts/tag_loss.hpp>
#include <vscg/nets/vscg/negative_pair_filter_loss.hpp>
#include <vscg/nets/vscg/smooth_loss.hpp>
#include <vscg/testing/trace_trial.hpp>
#include <vscg/testing/trial.hpp>
#include <vscg/train/ave/labels.hpp>

// The losses of the paper's Table V against their formulas, written out: three videos, the second without an event.

using namespace vscg;

namespace {

constexpr std::size_t videos = 3;
constexpr std::size_t T = 10;
constexpr std::size_t C = 28;
using numbers = std::vector<double>;

std::vector<std::uint8_t> classes() {
  std::vector<std::uint8_t> all(videos * T, C);
  for (std::size_t t = 2; t < 6; ++t) all[t] = 7;
  for (std::size_t t = 0; t < 9; ++t) all[2 * T + t] = 27;
  return all;
}

/// Each class's share of each video's segments.
numbers tags() {
  numbers all(videos * (C + 1), 0.0);
  for (std::size_t i = 0; i < videos * T; ++i) all[i / T * (C + 1) + classes()[i]] += 0.1;
  return all;
}

numbers random(const char* name, std::size_t count, double low, double high) {
  const random_stream stream(seed{2}, name);
  numbers all(count);
  for (std::size_t i = 0; i < count; ++i) all[i] = low + (high - low) * stream.uniform(i);
  return all;
}
numbers scores() { return random("scores", videos * T * (C + 1), -3, 3); }
numbers similarity() { return random("similarity", videos * T, -1, 1); }
numbers relevance() { return random("relevance", videos * T, -4, 4); }
numbers categories() { return random("category", videos * C, -3, 3); }
/// Rows that sum to 1.
numbers probability(const char* name) {
  numbers all = random(name, videos * (C + 1), 0.1, 1);
  for (std::size_t i = 0; i < videos; ++i) {
    double sum = 0;
    for (std::size_t c = 0; c <= C; ++c) sum += all[i * (C + 1) + c];
    for (std::size_t c = 0; c <= C; ++c) all[i * (C + 1) + c] /= sum;
  }
  return all;
}

/// -ln softmax(row)[which].
double cross_entropy_of(std::span<const double> row, std::size_t which) {
  double sum = 0;
  for (const double x : row) sum += std::exp(x);
  return std::log(sum) - row[which];
}

/// L_c.
double class_term() {
  const auto all = scores();
  double sum = 0;
  for (std::size_t i = 0; i < videos * T; ++i) {
    sum += cross_entropy_of(std::span(all).subspan(i * (C + 1), C + 1), classes()[i]);
  }
  return sum / (videos * T);
}
/// L_avps.
double similarity_term() {
  const auto all = similarity();
  double sum = 0;
  for (std::size_t i = 0; i < videos; ++i) {
    double total = 1e-8;
    double events = 0;
    for (std::size_t t = 0; t < T; ++t) {
      total += std::max(0.0, all[i * T + t]);
      events += classes()[i * T + t] < C ? 1 : 0;
    }
    for (std::size_t t = 0; t < T; ++t) {
      const double target = classes()[i * T + t] < C ? 1 / events : 0;
      sum += std::pow(std::max(0.0, all[i * T + t]) / total - target, 2);
    }
  }
  return sum / (videos * T);
}
/// BCE-with-logits of relevance.
double relevance_term() {
  const auto all = relevance();
  double sum = 0;
  for (std::size_t i = 0; i < videos * T; ++i) {
    const double p = 1 / (1 + std::exp(-all[i]));
    sum -= std::log(classes()[i] < C ? p : 1 - p);
  }
  return sum / (videos * T);
}
/// CE of the categories of the videos that have one: the first and the last.
double category_term() {
  const auto all = categories();
  return (cross_entropy_of(std::span(all).first(C), 7) + cross_entropy_of(std::span(all).last(C), 27)) / 2;
}
/// BCE of probabilities and tags.
double tag_term(const numbers& p) {
  const auto tag = tags();
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) sum -= tag[i] * std::log(p[i]) + (1 - tag[i]) * std::log(1 - p[i]);
  return sum / static_cast<double>(p.size());
}

template <class Scores, class Similarity>
struct scored {
  Scores segment_scores;
  Similarity similarity;
};
template <class Relevance, class Category, class Similarity>
struct judged {
  Relevance event_relevance;
  Category event_category;
  Similarity similarity;
};
template <class Probability, class Smooth>
struct tagged {
  Probability video_probability;
  Smooth smooth_probability;
};

/// The loss of a network whose outputs are the first operands; the others are the loss's targets.
template <class Loss, template <class...> class Outputs, std::size_t Count>
struct of_outputs {
  auto operator()(auto... operands) const {
    const std::tuple all{operands...};
    return [&]<std::size_t... I, std::size_t... K>(std::index_sequence<I...>, std::index_sequence<K...>) {
      const Outputs<std::remove_cvref_t<decltype(std::get<I>(all))>...> outputs{std::get<I>(all)...};
      const auto loss = Loss{}(outputs, std::get<Count + K>(all)...);
      if constexpr (requires { loss.total; })
        return loss.total;
      else
        return loss;
    }
    (std::make_index_sequence<Count>{}, std::make_index_sequence<sizeof...(operands) - Count>{});
  }
};

template <class Loss, template <class...> class Outputs, class... Shapes, class... Arrays>
double value_of(input_shapes<Shapes...>, const Arrays&... outputs) {
  using inputs = joined_shapes<input_shapes<Shapes...>, typename Loss::targets>;
  const auto segment_classes = classes();
  const auto shares = tags();
  std::array<numbers, Loss::targets::count> targets;
  Loss::fill(train::labels<double>{videos, T, C, segment_classes, shares}, targets);
  constexpr std::uint32_t outputs_alone = (1U << sizeof...(Shapes)) - 1;  // no gradient flows into targets
  using traced = of_outputs<Loss, Outputs, sizeof...(Shapes)>;
  testing::trial<double, cpu> t(testing::trace_trial<inputs, double, cpu, outputs_alone>(traced{}), threads{1}, videos);
  std::size_t next = 0;
  (t.set(next++, std::span<const double>(outputs)), ...);
  for (const auto& target : targets) t.set(next++, std::span<const double>(target));
  t.forward();
  return t.result()[0];
}

using segments = shape<dyn, T>;
using segment_classes = shape<dyn, T, C + 1>;
using video_classes = shape<dyn, C + 1>;

}  // namespace

TEST_CASE("fully supervised: L_c, L_c + 100 L_avps, and the negative pair filter loss") {
  const input_shapes<segment_classes, segments> of_scores;
  const double by_class = value_of<segment_class_loss<>, scored>(of_scores, scores(), similarity());
  CHECK(by_class == doctest::Approx(class_term()).epsilon(1e-12));
  const double with_similarity = value_of<segment_loss<>, scored>(of_scores, scores(), similarity());
  CHECK(with_similarity == doctest::Approx(class_term() + 100 * similarity_term()).epsilon(1e-12));
  const double filtered = value_of<negative_pair_filter_loss<>, judged>(
      input_shapes<segments, shape<dyn, C>, segments>{}, relevance(), categories(), similarity());
  CHECK(filtered == doctest::Approx(relevance_term() + category_term() + similarity_term()).epsilon(1e-12));
}

TEST_CASE("weakly supervised: L_bce, and the smooth loss") {
  const auto p = probability("p");
  const auto smooth = probability("smooth");
  const input_shapes<video_classes, video_classes> of_tags;
  CHECK(value_of<tag_loss<>, tagged>(of_tags, p, smooth) == doctest::Approx(tag_term(p)).epsilon(1e-12));
  const double expected = 2 * tag_term(p) + tag_term(smooth);
  CHECK(value_of<smooth_loss<>, tagged>(of_tags, p, smooth) == doctest::Approx(expected).epsilon(1e-12));
}
