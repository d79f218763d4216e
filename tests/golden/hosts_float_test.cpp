// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/avel.hpp>
#include <vscg/nets/hosts/avsdn.hpp>
#include <vscg/nets/hosts/cmbs.hpp>
#include <vscg/nets/hosts/cmran.hpp>
#include <vscg/nets/hosts/dmin.hpp>
#include <vscg/nets/hosts/dmrn.hpp>
#include <vscg/nets/hosts/psp_net.hpp>
#include <vscg/nets/hosts/relevance_category_loss.hpp>
#include <vscg/nets/hosts/segment_loss.hpp>
#include <vscg/nets/hosts/soft_margin_loss.hpp>
#include <vscg/nets/hosts/tag_loss.hpp>

#include "golden_case.hpp"
#include "nets/network_contract.hpp"

using namespace vscg;

namespace {

using weak_loss = soft_margin_loss<setting::weakly>;

template <class Network, class Loss>
void check(const char* name, golden::tolerance allowed = golden::usual_tolerance<float>) {
  golden::check_all<Network, Loss, float, cpu>(name, allowed);
}

template <class Network, class Loss>
void keeps_its_bits() {
  network_contract::keeps_its_bits<Network, Loss, float, cpu>();
}

}  // namespace

TEST_CASE("avel_fully float") { check<avel<>, soft_margin_loss<>>("avel_fully"); }
TEST_CASE("avel_weakly float") { check<avel<setting::weakly>, weak_loss>("avel_weakly"); }
TEST_CASE("dmrn_fully float") { check<dmrn<>, soft_margin_loss<>>("dmrn_fully"); }
TEST_CASE("avsdn_fully float") { check<avsdn<>, relevance_category_loss<>>("avsdn_fully"); }
TEST_CASE("avsdn_weakly float") {
  check<avsdn<setting::weakly>, soft_margin_loss<setting::weakly, 10, 28, false>>("avsdn_weakly");
}
TEST_CASE("psp_fully float") { check<psp_net<>, segment_loss<>>("psp_fully"); }
TEST_CASE("psp_weakly float") { check<psp_net<setting::weakly>, tag_loss<>>("psp_weakly"); }
TEST_CASE("cmran_fully float") { check<cmran<>, relevance_category_loss<>>("cmran_fully"); }
TEST_CASE("cmran_weakly float") { check<cmran<setting::weakly>, weak_loss>("cmran_weakly"); }
TEST_CASE("dmin_fully float") { check<dmin<>, self_relevance_loss<>>("dmin_fully", golden::of_roots); }
TEST_CASE("dmin_weakly float") {
  check<dmin<setting::weakly>, self_soft_margin_loss<>>("dmin_weakly", golden::of_roots);
}
TEST_CASE("cmbs_fully float") { check<cmbs<>, gated_relevance_loss<>>("cmbs_fully"); }
TEST_CASE("cmbs_weakly float") { check<cmbs<setting::weakly>, weak_loss>("cmbs_weakly"); }

// Each host's own instances are compiled here anyway, so this is where its bits cost least.
TEST_CASE("AVEL keeps its bits") {
  keeps_its_bits<avel<>, soft_margin_loss<>>();
  keeps_its_bits<avel<setting::weakly>, weak_loss>();
}
TEST_CASE("DMRN keeps its bits") { keeps_its_bits<dmrn<>, soft_margin_loss<>>(); }
TEST_CASE("AVSDN keeps its bits") {
  keeps_its_bits<avsdn<>, relevance_category_loss<>>();
  keeps_its_bits<avsdn<setting::weakly>, soft_margin_loss<setting::weakly, 10, 28, false>>();
}
TEST_CASE("PSP-Net keeps its bits") {
  keeps_its_bits<psp_net<>, segment_loss<>>();
  keeps_its_bits<psp_net<setting::weakly>, tag_loss<>>();
}
TEST_CASE("CMRAN keeps its bits") {
  keeps_its_bits<cmran<>, relevance_category_loss<>>();
  keeps_its_bits<cmran<setting::weakly>, weak_loss>();
}
TEST_CASE("DMIN keeps its bits") {
  keeps_its_bits<dmin<>, self_relevance_loss<>>();
  keeps_its_bits<dmin<setting::weakly>, self_soft_margin_loss<>>();
}
TEST_CASE("CMBS keeps its bits") {
  keeps_its_bits<cmbs<>, gated_relevance_loss<>>();
  keeps_its_bits<cmbs<setting::weakly>, weak_loss>();
}
