// SPDX-License-Identifier: MIT
#include "golden_case.hpp"

TEST_CASE("vscg_fully double eigen") {
  golden::check_all<vscg::vscg_net, vscg::negative_pair_filter_loss<>, double, vscg::cpu>("vscg_fully");
}
TEST_CASE("vscg_fully float eigen") {
  golden::check_all<vscg::vscg_net, vscg::negative_pair_filter_loss<>, float, vscg::cpu>("vscg_fully");
}
TEST_CASE("vscg_fully_paper double eigen") {
  golden::check_all<vscg::vscg_net_paper, vscg::negative_pair_filter_loss<>, double, vscg::cpu>("vscg_fully_paper");
}
TEST_CASE("vscg_fully_paper float eigen") {
  golden::check_all<vscg::vscg_net_paper, vscg::negative_pair_filter_loss<>, float, vscg::cpu>("vscg_fully_paper");
}
