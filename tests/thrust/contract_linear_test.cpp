// SPDX-License-Identifier: MIT
#include <vscg/backend/thrust/backend.hpp>

#include "ops/cases/product.hpp"

TEST_CASE("linear operations keep the contract: double thrust") {
  contract::check<contract::linear_cases, double, vscg::thrust_backend<vscg::thrust_system::cpp>>();
}
TEST_CASE("linear operations keep the contract: float thrust") {
  contract::check<contract::linear_cases, float, vscg::thrust_backend<vscg::thrust_system::cpp>>();
}
