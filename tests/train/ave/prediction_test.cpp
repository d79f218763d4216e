// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/error.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/nets/hosts/gated_outputs.hpp>
#include <vscg/nets/hosts/relevance_outputs.hpp>
#include <vscg/nets/hosts/segment_outputs.hpp>
#include <vscg/nets/vscg/event_head.hpp>
#include <vscg/nets/vscg/weak_event_head.hpp>
#include <vscg/train/ave/prediction.hpp>

#include "support/error_of.hpp"

using namespace vscg;
using bytes = std::vector<std::uint8_t>;

namespace {

constexpr int T = 3;
constexpr int C = 2;
using fully = event_outputs<array_field<double>, T, 4, C>;
using weakly = weak_event_outputs<array_field<float>, T, 4, C>;

double logit(double p) { return std::log(p / (1 - p)); }

/// Two videos; categories 1 and 0.
fully two_videos() {
  fully o{};
  o.event_relevance.numbers = {logit(0.9), logit(0.2), logit(0.71), 0, logit(0.8), logit(0.95)};
  o.event_relevance.items = 2;
  o.event_category.numbers = {-1, 2, 5, 3};
  o.event_category.items = 2;
  o.segment_scores.numbers = {3, 1, 2, 0, 0, 1, 1, 2, 0, 9, 0, 0, 0, 0, 0, -3, -1, -2};
  o.segment_scores.items = 2;
  return o;
}

}  // namespace

TEST_CASE("fully: background unless relevance is above the threshold, else the video's category") {
  const auto o = two_videos();
  const auto said = train::predict(o);
  CHECK(said.items == 2);
  CHECK(said.segments == 3);
  CHECK(said.categories == 2);
  CHECK(said.classes == bytes{1, 2, 1, 2, 0, 0});
  CHECK(bytes(said.item(1).begin(), said.item(1).end()) == bytes{2, 0, 0});
  CHECK(train::predict(o, 0.1).classes == bytes{1, 1, 1, 0, 0, 0});
  CHECK(train::predict(o, 1).classes == bytes{2, 2, 2, 2, 2, 2});
  CHECK(train::predict(o, 0.5).classes[3] == 2);  // σ(0) is 0.5, and 0.5 is not above it
  CHECK(train::predict(o, 0.49).classes[3] == 0);
}

TEST_CASE("by the segment scores: argmax, the first among equals") {
  CHECK(train::predict_by_scores(two_videos()).classes == bytes{0, 2, 1, 0, 0, 1});
  weakly o{};
  o.segment_scores.numbers = {1, 2, 3, 3, 2, 1, 4, 4, 4};
  o.segment_scores.items = 1;
  const auto said = train::predict(o, 0.99);  // the threshold means nothing here
  CHECK(said.classes == bytes{2, 0, 0});
  CHECK(said.categories == 2);
}

TEST_CASE("fully: scores are σ(relevance)·softmax(category), background has the rest") {
  const auto scores = train::class_scores(two_videos());
  REQUIRE(scores.size() == 18);
  const double second = 1 / (1 + std::exp(-3.0));  // softmax of (-1, 2)
  CHECK(scores[0] == doctest::Approx(0.9 * (1 - second)));
  CHECK(scores[1] == doctest::Approx(0.9 * second));
  CHECK(scores[2] == doctest::Approx(0.1));
  CHECK(scores[4] == doctest::Approx(0.2 * second));
  const double first = 1 / (1 + std::exp(-2.0));  // softmax of (5, 3), the second video's
  CHECK(scores[9] == doctest::Approx(0.5 * first));
  CHECK(scores[15] == doctest::Approx(0.95 * first));
  CHECK(scores[17] == doctest::Approx(0.05));
}

TEST_CASE("weakly: scores are softmax over all classes, even if they are large") {
  weakly o{};
  o.segment_scores.numbers = {0, 0, 0, 1000, 0, 1000, 1, 2, 3};
  o.segment_scores.items = 1;
  const auto scores = train::class_scores(o);
  CHECK(scores[0] == doctest::Approx(1.0 / 3));
  CHECK(scores[3] == doctest::Approx(0.5));
  CHECK(scores[4] == 0);
  CHECK(scores[8] == doctest::Approx(1 / (1 + std::exp(-1.0) + std::exp(-2.0))));
}

TEST_CASE("outputs that are not finite give no prediction") {
  auto o = two_videos();
  o.event_category.numbers[3] = std::numeric_limits<double>::quiet_NaN();
  CHECK(error_of([&] { train::predict(o); }) ==
        "the network's output event_category: expected finite numbers, found NaN or infinity");
  o.segment_scores.numbers[0] = std::numeric_limits<double>::infinity();
  CHECK(error_of([&] { train::predict_by_scores(o); }) ==
        "the network's output segment_scores: expected finite numbers, found NaN or infinity");
  o = two_videos();
  o.event_relevance.numbers[5] = -std::numeric_limits<double>::infinity();
  CHECK(error_of([&] { train::predict(o); }) ==
        "the network's output event_relevance: expected finite numbers, found NaN or infinity");
}

TEST_CASE("by raw scores: the video's class where it is relevant, which may be background") {
  weak_relevance_outputs<array_field<double>, T, 4, C + 1, 5> o{};
  o.event_relevance.numbers = {logit(0.6), logit(0.4), 0, logit(0.9), logit(0.9), logit(0.1)};
  o.event_relevance.items = 2;
  o.raw_scores.numbers = {1, 3, 2, 0, 0, 1};  // the second video's is background
  o.raw_scores.items = 2;
  const auto said = train::predict(o, 0.5);
  CHECK(said.categories == 2);
  CHECK(said.classes == bytes{1, 2, 2, 2, 2, 2});
  const auto scores = train::class_scores(o);
  const double background = 1 / (std::exp(-1.0) + std::exp(1.0) + 1);  // softmax of (1, 3, 2), its last
  CHECK(scores[2] == doctest::Approx(0.6 * background + 0.4));

  // As many classes as categories: none of them is background.
  weak_relevance_outputs<array_field<double>, T, 4, C, 5, C> narrow{};
  narrow.event_relevance.numbers = {logit(0.6), logit(0.4), logit(0.7)};
  narrow.event_relevance.items = 1;
  narrow.raw_scores.numbers = {1, 3};
  narrow.raw_scores.items = 1;
  CHECK(train::predict(narrow, 0.5).classes == bytes{1, 2, 1});
  CHECK(train::class_scores(narrow)[2] == doctest::Approx(0.4));

  // A gate is a share already.
  weak_gated_outputs<array_field<float>, T, 4, C> gated{};
  gated.gate.numbers = {0.6F, 0.5F, 0.4F};
  gated.gate.items = 1;
  gated.raw_scores.numbers = {3, 1, 2};
  gated.raw_scores.items = 1;
  CHECK(train::predict(gated, 0.5).classes == bytes{0, 2, 2});
  gated.gate.numbers[1] = std::numeric_limits<float>::quiet_NaN();
  CHECK(error_of([&] { train::predict(gated); }) ==
        "the network's output gate: expected finite numbers, found NaN or infinity");
}

TEST_CASE("relevance that is a probability counts from the threshold on") {
  matched_outputs<array_field<double>, T, 4, C> o{};
  o.relevance_probability.numbers = {0.5, 0.49, 0.9};
  o.relevance_probability.items = 1;
  o.event_category.numbers = {1, 3};
  o.event_category.items = 1;
  const auto said = train::predict(o, 0.5);
  CHECK(said.categories == 2);
  CHECK(said.classes == bytes{1, 2, 1});
  CHECK(train::class_scores(o)[5] == doctest::Approx(0.51));
  o.relevance_probability.numbers[2] = std::numeric_limits<double>::quiet_NaN();
  CHECK(error_of([&] { train::predict(o); }) ==
        "the network's output relevance_probability: expected finite numbers, found NaN or infinity");
}

TEST_CASE("by probabilities: argmax, and the scores are the network's own") {
  segment_outputs<array_field<double>, T, 4, C> o{};
  o.segment_probability.numbers = {0.1, 0.2, 0.7, 0.5, 0.5, 0, 0.25, 0.5, 0.25};
  o.segment_probability.items = 1;
  const auto said = train::predict(o, 0.99);
  CHECK(said.classes == bytes{2, 0, 1});
  CHECK(said.categories == 2);
  CHECK(train::class_scores(o)[1] == 0.2F);
}
