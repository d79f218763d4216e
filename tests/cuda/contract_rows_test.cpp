// SPDX-License-Identifier: MIT
#include "cuda/host_cuda.hpp"
#include "ops/cases/loss.hpp"
#include "ops/cases/rows.hpp"
#include "ops/cases/time.hpp"

// The contract runs with several numbers of threads, which are orders of lanes here.

TEST_CASE("cuda: operations on rows keep the contract with the lanes of a device") {
  contract::check<contract::rows_cases, float, host_cuda::backend>();
  contract::check<contract::time_cases, float, host_cuda::backend>();
  contract::check<contract::loss_cases, float, host_cuda::backend>();
}
