// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/cmbs.hpp>
#include <vscg/nets/hosts/cmran.hpp>
#include <vscg/nets/hosts/relevance_category_loss.hpp>
#include <vscg/nets/hosts/soft_margin_loss.hpp>
#include <vscg/nets/hosts/with.hpp>

#include "golden_case.hpp"

using namespace vscg;

TEST_CASE("cmran_fully") { golden::check_all<cmran<>, relevance_category_loss<>, double, cpu>("cmran_fully"); }
TEST_CASE("cmran_weakly") {
  golden::check_all<cmran<setting::weakly>, soft_margin_loss<setting::weakly>, double, cpu>("cmran_weakly");
}
TEST_CASE("cmbs_fully") { golden::check_all<cmbs<>, gated_relevance_loss<>, double, cpu>("cmbs_fully"); }
TEST_CASE("cmbs_weakly") {
  golden::check_all<cmbs<setting::weakly>, soft_margin_loss<setting::weakly>, double, cpu>("cmbs_weakly");
}
TEST_CASE("cmbs_fully_with_escm") {
  golden::check_all<with_escm<cmbs<>>, gated_relevance_loss<>, double, cpu>("cmbs_fully_with_escm");
}
TEST_CASE("cmbs_weakly_with_escm") {
  using net = with_escm<cmbs<setting::weakly>>;
  golden::check_all<net, soft_margin_loss<setting::weakly>, double, cpu>("cmbs_weakly_with_escm");
}
