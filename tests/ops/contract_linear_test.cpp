// SPDX-License-Identifier: MIT
#include <vscg/backend/eigen/backend.hpp>

#include "ops/cases/product.hpp"

TEST_CASE("linear operations keep the contract: double eigen") {
  contract::check<contract::linear_cases, double, vscg::cpu>();
}
TEST_CASE("linear operations keep the contract: float eigen") {
  contract::check<contract::linear_cases, float, vscg::cpu>();
}
