// SPDX-License-Identifier: MIT
#include <vscg/backend/eigen/backend.hpp>

#include "ops/cases/loss.hpp"

TEST_CASE("loss operations keep the contract: double eigen") {
  contract::check<contract::loss_cases, double, vscg::cpu>();
}
TEST_CASE("loss operations keep the contract: float eigen") {
  contract::check<contract::loss_cases, float, vscg::cpu>();
}
