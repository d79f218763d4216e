// SPDX-License-Identifier: MIT
#include "cuda/host_cuda.hpp"
#include "ops/cases/product.hpp"
#include "ops/cases/recurrent.hpp"

TEST_CASE("cuda: operations with products keep the contract with the lanes of a device") {
  contract::check<contract::recurrent_cases, float, host_cuda::backend>();
  contract::check<contract::linear_cases, float, host_cuda::backend>();
}
