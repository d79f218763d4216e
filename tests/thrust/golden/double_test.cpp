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

#ifdef _OPENMP
#include <vscg/backend/thrust/omp.hpp>

#include "nets/network_contract.hpp"
#endif

// All networks of one scalar stand in one file, because their operations are then compiled once. Thrust's system for
// OpenMP has no golden files to itself: it promises the bits of the sequential one, which has.

using namespace vscg;

namespace {

using thrust_cpp = thrust_backend<thrust_system::cpp>;

template <class Network, class Loss>
void check(const char* name, golden::extent compared = golden::extent::up_to_gradients) {
  golden::check_all<Network, Loss, double, thrust_cpp>(name, compared);
}

#ifdef _OPENMP
using thrust_omp = thrust_backend<thrust_system::omp>;

template <class Network, class Loss>
void trains_alike() {
  using namespace network_contract;
  CHECK(trained<Network, Loss, double, thrust_omp>(3) == trained<Network, Loss, double, thrust_cpp>(1));
}
#endif

}  // namespace

// One of VSCG's four networks trains; the others' gradients are compared.

TEST_CASE("vscg_fully double thrust") {
  check<vscg_net, negative_pair_filter_loss<>>("vscg_fully", golden::extent::everything);
}
TEST_CASE("vscg_fully_paper double thrust") { check<vscg_net_paper, negative_pair_filter_loss<>>("vscg_fully_paper"); }
TEST_CASE("vscg_weakly double thrust") { check<vscg_net_weakly, smooth_loss<>>("vscg_weakly"); }
TEST_CASE("vscg_weakly_paper double thrust") { check<vscg_net_weakly_paper, smooth_loss<>>("vscg_weakly_paper"); }

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

#ifdef _OPENMP
TEST_CASE("OpenMP trains avel to the bits of the sequential system") { trains_alike<avel<>, soft_margin_loss<>>(); }
TEST_CASE("OpenMP trains dmrn to the bits of the sequential system") { trains_alike<dmrn<>, soft_margin_loss<>>(); }
TEST_CASE("OpenMP trains avsdn to the bits of the sequential system") {
  trains_alike<avsdn<>, relevance_category_loss<>>();
}
TEST_CASE("OpenMP trains psp to the bits of the sequential system") { trains_alike<psp_net<>, segment_loss<>>(); }
TEST_CASE("OpenMP trains cmran to the bits of the sequential system") {
  trains_alike<cmran<>, relevance_category_loss<>>();
}
TEST_CASE("OpenMP trains dmin to the bits of the sequential system") { trains_alike<dmin<>, self_relevance_loss<>>(); }
TEST_CASE("OpenMP trains cmbs to the bits of the sequential system") { trains_alike<cmbs<>, gated_relevance_loss<>>(); }
TEST_CASE("OpenMP trains cace to the bits of the sequential system") {
  trains_alike<cace_net<contrast::off>, gated_relevance_loss<>>();
}
#endif
