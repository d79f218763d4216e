// SPDX-License-Identifier: MIT
#include <vscg/backend/thrust/backend.hpp>

#include "ops/cases/loss.hpp"

TEST_CASE("loss operations keep the contract: double thrust") {
  contract::check<contract::loss_cases, double, vscg::thrust_backend<vscg::thrust_system::cpp>>();
}
TEST_CASE("loss operations keep the contract: float thrust") {
  contract::check<contract::loss_cases, float, vscg::thrust_backend<vscg::thrust_system::cpp>>();
}
