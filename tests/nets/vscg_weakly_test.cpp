// SPDX-License-Identifier: MIT
#include <vscg/backend/eigen/backend.hpp>
#include <vscg/nets/vscg/smooth_loss.hpp>
#include <vscg/nets/vscg/vscg_net.hpp>

#include "nets/network_contract.hpp"

using tested_network = vscg::vscg_net_weakly;
using tested_loss = vscg::smooth_loss<>;

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
      {"L3.weight", "W1.weight", "W2.weight", "escm.a_fc.weight", "escm.layer_norm1.bias", "escm.layer_norm1.weight",
       "escm.v_fc.weight"});
}
TEST_CASE("what is not finite changes nothing") {
  network_contract::what_is_not_finite_changes_nothing<tested_network, tested_loss, float, vscg::cpu>(
      "linear(attention.affine_audio.weight)");
}
