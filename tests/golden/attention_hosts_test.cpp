// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/cmran.hpp>
#include <vscg/nets/hosts/relevance_category_loss.hpp>
#include <vscg/nets/hosts/soft_margin_loss.hpp>

#include "golden_case.hpp"

using namespace vscg;

TEST_CASE("cmran_fully") { golden::check_all<cmran<>, relevance_category_loss<>, double, cpu>("cmran_fully"); }
TEST_CASE("cmran_weakly") {
  golden::check_all<cmran<setting::weakly>, soft_margin_loss<setting::weakly>, double, cpu>("cmran_weakly");
}
