// SPDX-License-Identifier: MIT
#include <vscg/backend/thrust/backend.hpp>

#include "golden/golden_case.hpp"

using thrust_cpp = vscg::thrust_backend<vscg::thrust_system::cpp>;

TEST_CASE("vscg_weakly double thrust") {
  golden::check_all<vscg::vscg_net_weakly, vscg::smooth_loss<>, double, thrust_cpp>("vscg_weakly");
}
TEST_CASE("vscg_weakly float thrust") {
  golden::check_all<vscg::vscg_net_weakly, vscg::smooth_loss<>, float, thrust_cpp>("vscg_weakly");
}
TEST_CASE("vscg_weakly_paper double thrust") {
  golden::check_all<vscg::vscg_net_weakly_paper, vscg::smooth_loss<>, double, thrust_cpp>("vscg_weakly_paper");
}
TEST_CASE("vscg_weakly_paper float thrust") {
  golden::check_all<vscg::vscg_net_weakly_paper, vscg::smooth_loss<>, float, thrust_cpp>("vscg_weakly_paper");
}
