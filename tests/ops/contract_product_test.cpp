// SPDX-License-Identifier: MIT
#include <vscg/backend/eigen/backend.hpp>

#include "ops/cases/product.hpp"

TEST_CASE("product operations keep the contract: double eigen") {
  contract::check<contract::product_cases, double, vscg::cpu>();
}
TEST_CASE("product operations keep the contract: float eigen") {
  contract::check<contract::product_cases, float, vscg::cpu>();
}
