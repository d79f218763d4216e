// SPDX-License-Identifier: MIT
#include <vscg/backend/eigen/backend.hpp>
#include <vscg/core/describe.hpp>
#include <vscg/nets/vscg/negative_pair_filter_loss.hpp>
#include <vscg/nets/vscg/vscg_net.hpp>

#include "core/plan_check.hpp"
#include "nets/network_contract.hpp"

using tested_network = vscg::vscg_net;
using tested_loss = vscg::negative_pair_filter_loss<>;

TEST_CASE("inference has the same bits for any number of threads and in any batch") {
  network_contract::inference_has_the_same_bits<tested_network, tested_loss, float, vscg::cpu>();
}
TEST_CASE("two training steps have the same bits for any number of threads") {
  network_contract::training_has_the_same_bits<tested_network, tested_loss, float, vscg::cpu>();
}
TEST_CASE("a step in micro-batches equals the step on the whole batch") {
  network_contract::micro_batches_do_not_matter<tested_network, tested_loss, float, vscg::cpu>();
}
TEST_CASE("only what the loss reaches moves") {
  network_contract::only_what_the_loss_reaches_moves<tested_network, tested_loss, float, vscg::cpu>(
      {"L1.weight", "L2.weight", "a_classify.L1.weight", "a_classify.L2.weight", "audio_gated.0.bias",
       "audio_gated.0.weight", "escm.L1.weight", "linear_v.bias", "linear_v.weight", "v_classify.L1.weight",
       "v_classify.L2.weight", "video_gated.0.bias", "video_gated.0.weight"});
}
TEST_CASE("what is not finite changes nothing") {
  network_contract::what_is_not_finite_changes_nothing<tested_network, tested_loss, float, vscg::cpu>(
      "linear(fa.0.weight)");
}

TEST_CASE("a video costs 0.33 GFLOP forward and 0.73 in a training step; memory is known beforehand") {
  using model = vscg::model<tested_network, float, vscg::cpu>;
  model net{vscg::seed{3}};
  const vscg::session<tested_network, float, vscg::cpu> s(net.weights(), vscg::threads{1}, vscg::batch_capacity{1});
  vscg::trainer t(net, vscg::adam{1e-3}, tested_loss{}, vscg::threads{1}, network_contract::options());
  // For 128 videos: stage 1 36.9 + 40.9, stage 2 1.3 + 2.7, PSP 1.0 + 2.1, ESCM 2.9 + 5.8 GFLOP.
  CHECK(s.traced().flops_per_item() == doctest::Approx(42.1e9 / 128).epsilon(0.01));
  CHECK(t.steps_traced().flops_per_item() == doctest::Approx(93.7e9 / 128).epsilon(0.01));

  constexpr auto limits = vscg::cpu::stretches;
  plan_check::is_sound(s.traced(), vscg::memory_plan(s.traced(), limits, 1, 1, sizeof(float)));
  for (const std::size_t videos : {1U, 5U, 128U}) {
    for (const std::size_t workers : {1U, 3U}) {
      plan_check::is_sound(t.steps_traced(),
                           vscg::memory_plan(t.steps_traced(), limits, videos, workers, sizeof(float)));
    }
  }
  const vscg::memory_plan beside(t.steps_traced(), {}, 128, 1, sizeof(float), "batch", true);
  plan_check::is_sound(t.steps_traced(), beside, true);
  CHECK(s.plan().bytes() == vscg::memory_plan(s.traced(), limits, 1, 1, sizeof(float)).bytes());
  const vscg::memory_plan of_one(t.steps_traced(), limits, 1, 1, sizeof(float));
  const vscg::memory_plan of_many(t.steps_traced(), limits, 128, 1, sizeof(float));
  CHECK(of_many.bytes() <= 128 * of_one.bytes());
  // Stage 1's [490, 512] and its gradient are 2 MB per video; the plan packs everything else into little more.
  CHECK(of_many.bytes() < 128 * std::size_t{6} * 1024 * 1024);
  const vscg::memory_plan& of_session = s.plan();
  CHECK(of_session.bytes() - of_session.prepared_bytes() < std::size_t{2} * 1024 * 1024);
  CHECK(of_session.prepared_bytes() < net.weights().count() * sizeof(float) * 5 / 4);
}

TEST_CASE("the program as a drawing names every operation") {
  const vscg::model<tested_network, float, vscg::cpu> net{vscg::seed{3}};
  const vscg::session<tested_network, float, vscg::cpu> s(net.weights());
  const std::string drawing = dot(s.traced());
  CHECK(drawing.find("digraph program {") == 0);
  for (const auto& node : s.traced().nodes()) CHECK(drawing.find(node.kind) != std::string::npos);
  CHECK(drawing.find("escm.a_gru.weight_ih_l0\\n[2, 384, 256]") != std::string::npos);
  CHECK(std::count(drawing.begin(), drawing.end(), '\n') > 60);
}
