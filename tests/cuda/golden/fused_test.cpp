// SPDX-License-Identifier: MIT
#include <vscg/cuda/products.hpp>

#include "cuda/golden_tolerance.hpp"
#include "cuda/rounded_fused.hpp"
#include "golden/golden_case.hpp"
#include "support/apart.hpp"

namespace {

/// The networks' composites in few launches, with inputs that are rounded where products are.
struct backend : rounded_host::fused<apart_memory> {
  template <class T>
  using kept_as = rounded_host::backend::kept_as<T>;
};

void check_fully(golden::tolerance allowed = golden::usual_tolerance<float>) {
  golden::check_all<vscg::vscg_net, vscg::negative_pair_filter_loss<>, float, backend>("vscg_fully", allowed);
}
void check_weakly(golden::tolerance allowed = golden::usual_tolerance<float>) {
  golden::check_all<vscg::vscg_net_weakly, vscg::smooth_loss<>, float, backend>("vscg_weakly", allowed);
}

}  // namespace

template <class Operation>
struct vscg::implementation<Operation, backend>
    : vscg::cuda_detail::override_of<Operation, vscg::cuda_detail::any_device> {};

TEST_CASE("vscg_fully float cuda, composites in few launches") { check_fully(); }
TEST_CASE("vscg_weakly float cuda, composites in few launches") { check_weakly(); }
TEST_CASE("vscg_fully and vscg_weakly float cuda, composites in few launches, bf16 products and activations") {
  const rounded_host::chosen chosen(rounded_host::rounding::bf16_if_large);
  constexpr auto allowed = golden_tolerance(vscg::products::bf16);
  check_fully(allowed);
  check_weakly(allowed);
  CHECK(rounded_host::products_of_bf16 > 0);
}
