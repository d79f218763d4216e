// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdint>

#include <doctest/doctest.h>

#include "cuda/precision_run.hpp"
#include "cuda/rounded_host.hpp"

namespace {

using rounded_host::rounding;

double final_loss(rounding r, std::uint64_t seed) {
  const rounded_host::chosen chosen(r);
  return precision_run::final_loss<rounded_host::backend>(seed);
}

}  // namespace

TEST_CASE("cuda: a run with rounded products ends among float's runs with several seeds; one with 3 bits does not") {
  const auto [least, most] =
      std::minmax({final_loss(rounding::none, 1), final_loss(rounding::none, 3), final_loss(rounding::none, 5)});
  for (const rounding r : {rounding::split, rounding::tf32, rounding::bf16}) {
    const double loss = final_loss(r, 3);
    CHECK(loss >= least);
    CHECK(loss <= most);
  }
  CHECK(final_loss(rounding::coarse, 3) > 1.2 * most);
}
