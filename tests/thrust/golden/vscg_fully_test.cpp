// SPDX-License-Identifier: MIT
#include <vscg/backend/thrust/backend.hpp>

#include "golden/golden_case.hpp"

using thrust_cpp = vscg::thrust_backend<vscg::thrust_system::cpp>;

TEST_CASE("vscg_fully double thrust") {
  golden::check_all<vscg::vscg_net, vscg::negative_pair_filter_loss<>, double, thrust_cpp>("vscg_fully");
}
TEST_CASE("vscg_fully float thrust") {
  golden::check_all<vscg::vscg_net, vscg::negative_pair_filter_loss<>, float, thrust_cpp>("vscg_fully");
}
TEST_CASE("vscg_fully_paper double thrust") {
  golden::check_all<vscg::vscg_net_paper, vscg::negative_pair_filter_loss<>, double, thrust_cpp>("vscg_fully_paper");
}
TEST_CASE("vscg_fully_paper float thrust") {
  golden::check_all<vscg::vscg_net_paper, vscg::negative_pair_filter_loss<>, float, thrust_cpp>("vscg_fully_paper");
}
