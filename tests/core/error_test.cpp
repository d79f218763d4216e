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

TEST_CASE("control characters are shown: a zero byte does not cut the text") {
  const std::string found("a\0b\x1B[31m\tc\n\x7F\xE9", 13);
  CHECK(std::string(vscg::error("x", "y", found).what()) == "x: expected y, found a\\x00b\\x1B[31m\tc\n\\x7F\xE9");
  CHECK(std::string(vscg::error(found).what()) == "a\\x00b\\x1B[31m\tc\n\\x7F\xE9");
}
