// SPDX-License-Identifier: MIT
#include "golden_case.hpp"

TEST_CASE("vscg_weakly double eigen") {
  golden::check_all<vscg::vscg_net_weakly, vscg::smooth_loss<>, double, vscg::cpu>("vscg_weakly");
}
TEST_CASE("vscg_weakly float eigen") {
  golden::check_all<vscg::vscg_net_weakly, vscg::smooth_loss<>, float, vscg::cpu>("vscg_weakly");
}
TEST_CASE("vscg_weakly_paper double eigen") {
  golden::check_all<vscg::vscg_net_weakly_paper, vscg::smooth_loss<>, double, vscg::cpu>("vscg_weakly_paper");
}
TEST_CASE("vscg_weakly_paper float eigen") {
  golden::check_all<vscg::vscg_net_weakly_paper, vscg::smooth_loss<>, float, vscg::cpu>("vscg_weakly_paper");
}
