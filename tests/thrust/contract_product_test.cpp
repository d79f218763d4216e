// SPDX-License-Identifier: MIT
#include <vscg/backend/thrust/backend.hpp>

#include "ops/cases/product.hpp"

TEST_CASE("product operations keep the contract: double thrust") {
  contract::check<contract::product_cases, double, vscg::thrust_backend<vscg::thrust_system::cpp>>();
}
TEST_CASE("product operations keep the contract: float thrust") {
  contract::check<contract::product_cases, float, vscg::thrust_backend<vscg::thrust_system::cpp>>();
}
