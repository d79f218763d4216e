// SPDX-License-Identifier: MIT
#include <vscg/backend/thrust/backend.hpp>
#include <vscg/nets/hosts/avel.hpp>
#include <vscg/nets/hosts/avsdn.hpp>
#include <vscg/nets/hosts/cace_net.hpp>
#include <vscg/nets/hosts/cmbs.hpp>
#include <vscg/nets/hosts/cmran.hpp>
#include <vscg/nets/hosts/dmin.hpp>
#include <vscg/nets/hosts/dmrn.hpp>
#include <vscg/nets/hosts/psp_net.hpp>
#include <vscg/nets/hosts/relevance_category_loss.hpp>
#include <vscg/nets/hosts/segment_loss.hpp>
#include <vscg/nets/hosts/soft_margin_loss.hpp>

#include "golden/golden_case.hpp"

using namespace vscg;

namespace {

template <class Network, class Loss>
void check(const char* name, golden::tolerance allowed = golden::usual_tolerance<float>) {
  golden::check_all<Network, Loss, float, thrust_backend<thrust_system::cpp>>(name, allowed);
}

}  // namespace

TEST_CASE("vscg_fully float thrust") { check<vscg_net, negative_pair_filter_loss<>>("vscg_fully"); }
TEST_CASE("vscg_fully_paper float thrust") { check<vscg_net_paper, negative_pair_filter_loss<>>("vscg_fully_paper"); }
TEST_CASE("vscg_weakly float thrust") { check<vscg_net_weakly, smooth_loss<>>("vscg_weakly"); }
TEST_CASE("vscg_weakly_paper float thrust") { check<vscg_net_weakly_paper, smooth_loss<>>("vscg_weakly_paper"); }

TEST_CASE("avel_fully float thrust") { check<avel<>, soft_margin_loss<>>("avel_fully"); }
TEST_CASE("dmrn_fully float thrust") { check<dmrn<>, soft_margin_loss<>>("dmrn_fully"); }
TEST_CASE("avsdn_fully float thrust") { check<avsdn<>, relevance_category_loss<>>("avsdn_fully"); }
TEST_CASE("psp_fully float thrust") { check<psp_net<>, segment_loss<>>("psp_fully"); }
TEST_CASE("cmran_fully float thrust") { check<cmran<>, relevance_category_loss<>>("cmran_fully"); }
TEST_CASE("dmin_fully float thrust") { check<dmin<>, self_relevance_loss<>>("dmin_fully", golden::of_roots); }
TEST_CASE("cmbs_fully float thrust") { check<cmbs<>, gated_relevance_loss<>>("cmbs_fully"); }
TEST_CASE("cace_fully_before_contrast float thrust") {
  check<cace_net<contrast::off>, gated_relevance_loss<>>("cace_fully_before_contrast");
}
