// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/psp_net.hpp>
#include <vscg/nets/hosts/segment_loss.hpp>
#include <vscg/nets/hosts/tag_loss.hpp>
#include <vscg/nets/hosts/with.hpp>

#include "golden_case.hpp"
#include "nets/network_contract.hpp"

using namespace vscg;

TEST_CASE("psp_fully") { golden::check_all<psp_net<>, segment_loss<>, double, cpu>("psp_fully"); }
TEST_CASE("psp_weakly") { golden::check_all<psp_net<setting::weakly>, tag_loss<>, double, cpu>("psp_weakly"); }
TEST_CASE("psp_fully_with_escm") {
  golden::check_all<with_escm<psp_net<>>, segment_loss<>, double, cpu>("psp_fully_with_escm");
}
TEST_CASE("psp_weakly_with_escm") {
  golden::check_all<with_escm<psp_net<setting::weakly>>, tag_loss<>, double, cpu>("psp_weakly_with_escm");
}
TEST_CASE("PSP-Net with ESCM keeps its bits") {
  network_contract::keeps_its_bits<with_escm<psp_net<>>, segment_loss<>, double, cpu>();
  network_contract::keeps_its_bits<with_escm<psp_net<setting::weakly>>, tag_loss<>, double, cpu>();
}
