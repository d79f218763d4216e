// SPDX-License-Identifier: MIT
#include <vscg/backend/thrust/backend.hpp>

#include "ops/cases/time.hpp"

TEST_CASE("time operations keep the contract: double thrust") {
  contract::check<contract::time_cases, double, vscg::thrust_backend<vscg::thrust_system::cpp>>();
}
TEST_CASE("time operations keep the contract: float thrust") {
  contract::check<contract::time_cases, float, vscg::thrust_backend<vscg::thrust_system::cpp>>();
}
