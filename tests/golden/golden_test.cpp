// SPDX-License-Identifier: MIT
#include "golden_case.hpp"

// One CTest for each network and scalar; the Eigen backend.

#define GOLDEN_CASE(network, loss, file)                                                                       \
  TEST_CASE(file " double eigen") { golden::check_all<vscg::network, vscg::loss<>, double, vscg::cpu>(file); } \
  TEST_CASE(file " float eigen") { golden::check_all<vscg::network, vscg::loss<>, float, vscg::cpu>(file); }

GOLDEN_CASE(vscg_net, negative_pair_filter_loss, "vscg_fully")
GOLDEN_CASE(vscg_net_paper, negative_pair_filter_loss, "vscg_fully_paper")
GOLDEN_CASE(vscg_net_weakly, smooth_loss, "vscg_weakly")
GOLDEN_CASE(vscg_net_weakly_paper, smooth_loss, "vscg_weakly_paper")
