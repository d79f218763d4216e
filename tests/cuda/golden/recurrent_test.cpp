// SPDX-License-Identifier: MIT
#include "cuda/host_overrides.hpp"
#include "golden/golden_case.hpp"

// In double, the operations are compared with the plain ones by themselves; the network would take half a minute.

TEST_CASE("vscg_fully float with the device's own operations") {
  golden::check_all<vscg::vscg_net, vscg::negative_pair_filter_loss<>, float, host_cuda::overrides>("vscg_fully");
}
