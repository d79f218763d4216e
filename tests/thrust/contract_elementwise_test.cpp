// SPDX-License-Identifier: MIT
#include <vscg/backend/thrust/backend.hpp>

#include "ops/cases/broadcast.hpp"
#include "ops/cases/elementwise.hpp"

TEST_CASE("elementwise operations keep the contract: double thrust") {
  contract::check<contract::elementwise_cases, double, vscg::thrust_backend<vscg::thrust_system::cpp>>();
}
TEST_CASE("elementwise operations keep the contract: float thrust") {
  contract::check<contract::elementwise_cases, float, vscg::thrust_backend<vscg::thrust_system::cpp>>();
}
TEST_CASE("broadcast operations keep the contract: double thrust") {
  contract::check<contract::broadcast_cases, double, vscg::thrust_backend<vscg::thrust_system::cpp>>();
}
TEST_CASE("broadcast operations keep the contract: float thrust") {
  contract::check<contract::broadcast_cases, float, vscg::thrust_backend<vscg::thrust_system::cpp>>();
}
