// SPDX-License-Identifier: MIT
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include <vscg/core/error.hpp>

TEST_CASE("an error names the thing, what was expected and what was found") {
  const vscg::error problem("labels.h5", "[N, 10, 29]", "[N, 28]");
  CHECK(std::string(problem.what()) == "labels.h5: expected [N, 10, 29], found [N, 28]");
  CHECK_THROWS_AS(throw vscg::error("anything"), std::runtime_error);
}
