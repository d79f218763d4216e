// SPDX-License-Identifier: MIT
#include <vscg/backend/eigen/backend.hpp>

#include "ops/cases/time.hpp"

TEST_CASE("time operations keep the contract: double eigen") {
  contract::check<contract::time_cases, double, vscg::cpu>();
}
TEST_CASE("time operations keep the contract: float eigen") {
  contract::check<contract::time_cases, float, vscg::cpu>();
}
