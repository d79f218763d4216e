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

TEST_CASE("the margin of a maximum is the gap between its two largest candidates, and ties do not count") {
  // [1, 5, 2] in windows of two steps; the last step is in no window.
  const std::vector<double> x{1, 0, 3, 0, 5, 4, 2, 4.5, 9, 9};
  const double rms = std::sqrt((1 + 9 + 25 + 16 + 4 + 20.25 + 81 + 81) / 10);
  CHECK(golden::margin_of_maximum(x, {5, 2, 2}) == doctest::Approx(0.5 / rms));
  CHECK(golden::margin_of_maximum(x, {5, 5, 2}) == doctest::Approx(4 / rms));
  CHECK(golden::margin_of_threshold(x, 2.25) == 0.25);
}
