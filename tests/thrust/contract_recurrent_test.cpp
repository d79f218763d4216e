// SPDX-License-Identifier: MIT
#include <vscg/backend/thrust/backend.hpp>

#include "ops/cases/recurrent.hpp"

TEST_CASE("recurrent operations keep the contract: double thrust") {
  contract::check<contract::recurrent_cases, double, vscg::thrust_backend<vscg::thrust_system::cpp>>();
}
TEST_CASE("recurrent operations keep the contract: float thrust") {
  contract::check<contract::recurrent_cases, float, vscg::thrust_backend<vscg::thrust_system::cpp>>();
}
