// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/avel.hpp>
#include <vscg/nets/hosts/avsdn.hpp>
#include <vscg/nets/hosts/dmrn.hpp>
#include <vscg/nets/hosts/relevance_category_loss.hpp>
#include <vscg/nets/hosts/soft_margin_loss.hpp>
#include <vscg/nets/hosts/with.hpp>

#include "golden_case.hpp"
#include "nets/network_contract.hpp"

using namespace vscg;

TEST_CASE("avel_fully") { golden::check_all<avel<>, soft_margin_loss<setting::fully>, double, cpu>("avel_fully"); }
TEST_CASE("avel_weakly") {
  golden::check_all<avel<setting::weakly>, soft_margin_loss<setting::weakly>, double, cpu>("avel_weakly");
}
TEST_CASE("avel_fully_with_psp") {
  golden::check_all<with_psp<avel<>>, soft_margin_loss<setting::fully>, double, cpu>("avel_fully_with_psp");
}
TEST_CASE("avel_weakly_with_psp") {
  golden::check_all<with_psp<avel<setting::weakly>>, soft_margin_loss<setting::weakly>, double, cpu>(
      "avel_weakly_with_psp");
}
TEST_CASE("avel_fully_with_escm") {
  golden::check_all<with_escm<avel<>>, soft_margin_loss<setting::fully>, double, cpu>("avel_fully_with_escm");
}
TEST_CASE("avel_weakly_with_escm") {
  golden::check_all<with_escm<avel<setting::weakly>>, soft_margin_loss<setting::weakly>, double, cpu>(
      "avel_weakly_with_escm");
}
TEST_CASE("dmrn_fully") { golden::check_all<dmrn<>, soft_margin_loss<setting::fully>, double, cpu>("dmrn_fully"); }
TEST_CASE("avsdn_fully") { golden::check_all<avsdn<>, relevance_category_loss<>, double, cpu>("avsdn_fully"); }
TEST_CASE("avsdn_weakly") {
  using loss = soft_margin_loss<setting::weakly, 10, 28, false>;
  golden::check_all<avsdn<setting::weakly>, loss, double, cpu>("avsdn_weakly");
}
TEST_CASE("AVEL with PSP and with ESCM keeps its bits") {
  constexpr auto w = setting::weakly;
  network_contract::keeps_its_bits<with_psp<avel<>>, soft_margin_loss<setting::fully>, double, cpu>();
  network_contract::keeps_its_bits<with_psp<avel<w>>, soft_margin_loss<w>, double, cpu>();
  network_contract::keeps_its_bits<with_escm<avel<>>, soft_margin_loss<setting::fully>, double, cpu>();
  network_contract::keeps_its_bits<with_escm<avel<w>>, soft_margin_loss<w>, double, cpu>();
}
