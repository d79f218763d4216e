// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/cmbs.hpp>
#include <vscg/nets/hosts/cmran.hpp>
#include <vscg/nets/hosts/dmin.hpp>
#include <vscg/nets/hosts/relevance_category_loss.hpp>
#include <vscg/nets/hosts/soft_margin_loss.hpp>
#include <vscg/nets/hosts/with.hpp>
#include <vscg/testing/trace_trial.hpp>
#include <vscg/testing/trial.hpp>

#include "golden_case.hpp"
#include "nets/network_contract.hpp"

using namespace vscg;

namespace {

template <class Network>
double rate_of(const std::string& dropout) {
  Network net{};
  const auto table = bind_parameters(net);
  const auto* const found = table.settings.find(dropout + ".rate");
  REQUIRE(found != nullptr);
  return found->number;
}

/// The scores of 5 queries with 8 keys of 4 channels.
struct cyclic_scores {
  auto operator()(auto q, auto k) const { return matmul(q, transpose(cyclically_scored_keys{}(k))); }
};

}  // namespace

TEST_CASE("cmran_fully") {
  golden::check_with_parameters<cmran<>, relevance_category_loss<>, double, cpu>("cmran_fully", {15863262, 9509150});
}
TEST_CASE("cmran_weakly") {
  using net = cmran<setting::weakly>;
  golden::check_with_parameters<net, soft_margin_loss<setting::weakly>, double, cpu>("cmran_weakly",
                                                                                     {15863519, 9509407});
}
TEST_CASE("dmin_fully") {
  golden::check_with_parameters<dmin<>, self_relevance_loss<>, double, cpu>("dmin_fully", {17744890, 11390778});
}
TEST_CASE("dmin_weakly") {
  using net = dmin<setting::weakly>;
  golden::check_with_parameters<net, self_soft_margin_loss<>, double, cpu>("dmin_weakly", {17745661, 11391549});
}
TEST_CASE("dmin drops as much as the released network") {
  for (const std::string part : {"multihead_attn.dropout", "dropout1", "dropout", "dropout2"}) {
    for (const std::string decoder : {"audio_decoder", "video_decoder"}) {
      CHECK(rate_of<dmin<>>(decoder + ".decoder.layers.0." + part) == 0.02);
      CHECK(rate_of<dmin<setting::weakly>>(decoder + ".decoder.layers.0." + part) == 0.1);
    }
    if (part.starts_with("multi")) continue;
    CHECK(rate_of<dmin<>>("video_encoder.encoder.layers.1." + part) == 0.1);
  }
  CHECK(rate_of<dmin<>>("spatial_channel_att.dropout") == 0.1);
}
TEST_CASE("dmin scores the other stream's keys by the mean over all cyclic shifts of the query") {
  constexpr int D = 4;
  using inputs = input_shapes<shape<dyn, 1, 5, D>, shape<dyn, 1, 8, D>>;
  testing::trial<double, cpu> t(testing::trace_trial<inputs, double, cpu>(cyclic_scores{}), threads{1}, 1);
  std::vector<double> q(20);
  std::vector<double> k(32);
  for (std::size_t i = 0; i < q.size(); ++i) q[i] = std::sin(static_cast<double>(i));
  for (std::size_t i = 0; i < k.size(); ++i) k[i] = std::cos(static_cast<double>(3 * i));
  t.set(0, std::span<const double>(q));
  t.set(1, std::span<const double>(k));
  t.forward();
  const auto got = t.result();
  for (std::size_t i = 0; i < got.size(); ++i) {
    const std::size_t key = i % 8;
    double expected = 0;
    for (std::size_t shift = 0; shift < (key < 4 ? D : 1); ++shift) {
      double product = 0;
      for (std::size_t c = 0; c < D; ++c) product += q[i / 8 * D + (c + shift) % D] * k[key * D + c];
      expected += key < 4 ? (shift == 0 ? 0.5 : 0.5 / (D - 1)) * product / D : product;
    }
    CHECK(got[i] == doctest::Approx(expected).epsilon(1e-12));
  }
}
TEST_CASE("cmbs_fully") { golden::check_all<cmbs<>, gated_relevance_loss<>, double, cpu>("cmbs_fully"); }
TEST_CASE("cmbs_weakly") {
  golden::check_all<cmbs<setting::weakly>, soft_margin_loss<setting::weakly>, double, cpu>("cmbs_weakly");
}
TEST_CASE("cmbs_fully_with_escm") {
  golden::check_all<with_escm<cmbs<>>, gated_relevance_loss<>, double, cpu>("cmbs_fully_with_escm");
}
TEST_CASE("cmbs_weakly_with_escm") {
  using net = with_escm<cmbs<setting::weakly>>;
  golden::check_all<net, soft_margin_loss<setting::weakly>, double, cpu>("cmbs_weakly_with_escm");
}
TEST_CASE("CMBS with ESCM keeps its bits") {
  constexpr auto w = setting::weakly;
  network_contract::keeps_its_bits<with_escm<cmbs<>>, gated_relevance_loss<>, double, cpu>();
  network_contract::keeps_its_bits<with_escm<cmbs<w>>, soft_margin_loss<w>, double, cpu>();
}
