// SPDX-License-Identifier: MIT
#include <vscg/backend/eigen/backend.hpp>

#include "ops/cases/recurrent.hpp"

TEST_CASE("recurrent operations keep the contract: double eigen") {
  contract::check<contract::recurrent_cases, double, vscg::cpu>();
}
TEST_CASE("recurrent operations keep the contract: float eigen") {
  contract::check<contract::recurrent_cases, float, vscg::cpu>();
}
