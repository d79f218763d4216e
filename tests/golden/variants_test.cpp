// SPDX-License-Identifier: MIT
#include <vscg/nets/vscg/variants.hpp>

#include "golden_case.hpp"

// The rows of Tables III and IV, in double. They are made of the same parts as VSCG, which is compared in float too.

namespace {

template <template <vscg::setting> class Variant>
void check(const std::string& name) {
  using vscg::setting;
  golden::check_all<Variant<setting::fully>, vscg::negative_pair_filter_loss<>, double, vscg::cpu>("vscg_fully_" +
                                                                                                   name);
  golden::check_all<Variant<setting::weakly>, vscg::smooth_loss<>, double, vscg::cpu>("vscg_weakly_" + name);
}

static_assert(vscg::identity_of<vscg::with_average<vscg::setting::weakly>>.variant == "with_average");
static_assert(vscg::identity_of<vscg::without_escm<>>.variant == "without_escm");
static_assert(vscg::identity_of<vscg::vscg_net>.variant == "released");
static_assert(!vscg::identity_of<vscg::localizer<vscg::audio_guided_attention<>, vscg::dual_lstm<>,
                                                 vscg::positive_sample_propagation<>, vscg::no_consistency, int>>
                   .named());

}  // namespace

TEST_CASE("without_escm") { check<vscg::without_escm>("without_escm"); }
TEST_CASE("without_isce") { check<vscg::without_isce>("without_isce"); }
TEST_CASE("with_average") { check<vscg::with_average>("with_average"); }
TEST_CASE("with_maximum") { check<vscg::with_maximum>("with_maximum"); }
TEST_CASE("with_two_cere") { check<vscg::with_two_cere>("with_two_cere"); }
