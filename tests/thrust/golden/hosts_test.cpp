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
void check(const char* name) {
  golden::check_all<Network, Loss, double, thrust_backend<thrust_system::cpp>>(name, golden::extent::up_to_gradients);
}

}  // namespace

TEST_CASE("avel_fully double thrust") { check<avel<>, soft_margin_loss<>>("avel_fully"); }
TEST_CASE("dmrn_fully double thrust") { check<dmrn<>, soft_margin_loss<>>("dmrn_fully"); }
TEST_CASE("avsdn_fully double thrust") { check<avsdn<>, relevance_category_loss<>>("avsdn_fully"); }
TEST_CASE("psp_fully double thrust") { check<psp_net<>, segment_loss<>>("psp_fully"); }
TEST_CASE("cmran_fully double thrust") { check<cmran<>, relevance_category_loss<>>("cmran_fully"); }
TEST_CASE("dmin_fully double thrust") { check<dmin<>, self_relevance_loss<>>("dmin_fully"); }
TEST_CASE("cmbs_fully double thrust") { check<cmbs<>, gated_relevance_loss<>>("cmbs_fully"); }
TEST_CASE("cace_fully_before_contrast double thrust") {
  check<cace_net<contrast::off>, gated_relevance_loss<>>("cace_fully_before_contrast");
}
