// SPDX-License-Identifier: MIT
#include <vscg/backend/thrust/backend.hpp>

#include "golden/golden_case.hpp"

using thrust_cpp = vscg::thrust_backend<vscg::thrust_system::cpp>;

// Two of the four networks train: all operations take part in their steps.

TEST_CASE("vscg_fully double thrust") {
  golden::check_all<vscg::vscg_net, vscg::negative_pair_filter_loss<>, double, thrust_cpp>("vscg_fully");
}
TEST_CASE("vscg_fully float thrust") {
  golden::check_all<vscg::vscg_net, vscg::negative_pair_filter_loss<>, float, thrust_cpp>("vscg_fully");
}
TEST_CASE("vscg_fully_paper double thrust") {
  golden::check_all<vscg::vscg_net_paper, vscg::negative_pair_filter_loss<>, double, thrust_cpp>(
      "vscg_fully_paper", golden::extent::up_to_gradients);
}
TEST_CASE("vscg_fully_paper float thrust") {
  golden::check_all<vscg::vscg_net_paper, vscg::negative_pair_filter_loss<>, float, thrust_cpp>("vscg_fully_paper");
}
TEST_CASE("vscg_weakly double thrust") {
  golden::check_all<vscg::vscg_net_weakly, vscg::smooth_loss<>, double, thrust_cpp>("vscg_weakly",
                                                                                    golden::extent::up_to_gradients);
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
