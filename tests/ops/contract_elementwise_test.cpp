// SPDX-License-Identifier: MIT
#include <vscg/backend/eigen/backend.hpp>

#include "ops/cases/broadcast.hpp"
#include "ops/cases/elementwise.hpp"

TEST_CASE("elementwise operations keep the contract: double eigen") {
  contract::check<contract::elementwise_cases, double, vscg::cpu>();
}
TEST_CASE("elementwise operations keep the contract: float eigen") {
  contract::check<contract::elementwise_cases, float, vscg::cpu>();
}
TEST_CASE("broadcast operations keep the contract: double eigen") {
  contract::check<contract::broadcast_cases, double, vscg::cpu>();
}
TEST_CASE("broadcast operations keep the contract: float eigen") {
  contract::check<contract::broadcast_cases, float, vscg::cpu>();
}
