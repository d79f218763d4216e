// SPDX-License-Identifier: MIT
#include <vscg/backend/eigen/backend.hpp>
#include <vscg/nets/vscg/negative_pair_filter_loss.hpp>
#include <vscg/nets/vscg/vscg_net.hpp>

#include "nets/network_contract.hpp"

using tested_network = vscg::vscg_net;
using tested_loss = vscg::negative_pair_filter_loss<>;

TEST_CASE("in double too, inference has the same bits for any number of threads and in any batch") {
  network_contract::inference_has_the_same_bits<tested_network, tested_loss, double, vscg::cpu>();
}
TEST_CASE("in double too, two training steps have the same bits for any number of threads") {
  network_contract::training_has_the_same_bits<tested_network, tested_loss, double, vscg::cpu>();
}
