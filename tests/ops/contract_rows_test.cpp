// SPDX-License-Identifier: MIT
#include <vscg/backend/eigen/backend.hpp>

#include "ops/cases/rows.hpp"

TEST_CASE("rows operations keep the contract: double eigen") {
  contract::check<contract::rows_cases, double, vscg::cpu>();
}
TEST_CASE("rows operations keep the contract: float eigen") {
  contract::check<contract::rows_cases, float, vscg::cpu>();
}
