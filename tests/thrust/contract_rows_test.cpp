// SPDX-License-Identifier: MIT
#include <vscg/backend/thrust/backend.hpp>

#include "ops/cases/rows.hpp"

TEST_CASE("rows operations keep the contract: double thrust") {
  contract::check<contract::rows_cases, double, vscg::thrust_backend<vscg::thrust_system::cpp>>();
}
TEST_CASE("rows operations keep the contract: float thrust") {
  contract::check<contract::rows_cases, float, vscg::thrust_backend<vscg::thrust_system::cpp>>();
}
