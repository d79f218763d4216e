// SPDX-License-Identifier: MIT
#include "cuda/golden_tolerance.hpp"
#include "cuda/rounded_host.hpp"
#include "golden/golden_case.hpp"

// Golden values with the products of each precision, to find how much tolerance each one needs.

namespace {

using rounded_host::rounding;

void check_fully(rounding r, golden::tolerance allowed) {
  const rounded_host::chosen chosen(r);
  golden::check_all<vscg::vscg_net, vscg::negative_pair_filter_loss<>, float, rounded_host::backend>("vscg_fully",
                                                                                                     allowed);
}

void check_weakly(rounding r, golden::tolerance allowed) {
  const rounded_host::chosen chosen(r);
  golden::check_all<vscg::vscg_net_weakly, vscg::smooth_loss<>, float, rounded_host::backend>("vscg_weakly", allowed);
}

}  // namespace

TEST_CASE("vscg_fully and vscg_weakly with split products") {
  constexpr auto allowed = golden_tolerance(vscg::products::split);
  check_fully(rounding::split, allowed);
  check_weakly(rounding::split, allowed);
}

TEST_CASE("vscg_fully and vscg_weakly with TF32 products, rounded or cut off") {
  constexpr auto allowed = golden_tolerance(vscg::products::tf32);
  check_fully(rounding::tf32, allowed);
  check_weakly(rounding::tf32, allowed);
  check_fully(rounding::cut_to_tf32, allowed);
}

TEST_CASE("vscg_fully and vscg_weakly with bf16 products of bf16 inputs") {
  constexpr auto allowed = golden_tolerance(vscg::products::bf16);
  check_fully(rounding::bf16_if_large, allowed);
  check_weakly(rounding::bf16_if_large, allowed);
  check_fully(rounding::bf16_inputs, allowed);  // a kernel may read them where there was a product
  check_weakly(rounding::bf16_inputs, allowed);
}

TEST_CASE("numbers of 3 bits need more tolerance than bf16 has") {
  const rounded_host::chosen chosen(rounding::coarse);
  constexpr golden::tolerance any{INFINITY, INFINITY};
  for (const auto& compared :
       golden::compare_all<vscg::vscg_net, vscg::negative_pair_filter_loss<>, float, rounded_host::backend>(
           "vscg_fully", any)) {
    CHECK(compared.errors().worst > golden_tolerance(vscg::products::bf16).worst);
    CHECK(compared.errors().median > golden_tolerance(vscg::products::bf16).median);
  }
}
