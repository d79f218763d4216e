// SPDX-License-Identifier: MIT
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <doctest/doctest.h>

#include <vscg/core/random.hpp>

using words = vscg::four<std::uint32_t>;

// Known answers of Random123's kat_vectors for philox4x32-10.
static_assert(vscg::philox({0, 0, 0, 0}, 0) == words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
static_assert(vscg::philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, 0xffffffffffffffffULL) ==
              words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
static_assert(vscg::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0x299f31d0a4093822ULL) ==
              words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
// From FNV-1a's authors.
static_assert(vscg::fnv1a("") == 0xcbf29ce484222325ULL);
static_assert(vscg::fnv1a("a") == 0xaf63dc4c8601ec8cULL);
static_assert(vscg::fnv1a("foobar") == 0x85944171f73967e8ULL);

TEST_CASE("a stream is a pure function of seed, name, lane and index") {
  const vscg::random_stream stream(vscg::seed{3}, "weight");
  CHECK(stream.bits(7) == vscg::random_stream(vscg::seed{3}, "weight").bits(7));
  CHECK(stream.bits(7) != stream.bits(8));
  CHECK(stream.bits(7) != stream.bits(7, 1));
  CHECK(stream.bits(7) != vscg::random_stream(vscg::seed{4}, "weight").bits(7));
  CHECK(stream.bits(7) != vscg::random_stream(vscg::seed{3}, "weights").bits(7));
  CHECK(stream.bits(5, 1) != stream.bits(1, 5));
}

TEST_CASE("uniform numbers fill [0, 1) evenly, and streams are uncorrelated") {
  constexpr std::size_t n = 100000;
  const vscg::random_stream a(vscg::seed{1}, "a");
  const vscg::random_stream b(vscg::seed{1}, "b");
  std::array<std::size_t, 10> bins{};
  double product = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = a.uniform(i);
    REQUIRE(x >= 0);
    REQUIRE(x < 1);
    ++bins[static_cast<std::size_t>(10 * x)];
    product += (x - 0.5) * (b.uniform(i) - 0.5);
  }
  for (const std::size_t count : bins) CHECK(std::abs(static_cast<double>(count) - n / 10.0) < 500);  // 5 sigma
  CHECK(std::abs(product / n * 12) < 0.016);                                                          // 5 sigma
}

TEST_CASE("normal numbers have the mean, variance and kurtosis of N(0, 1)") {
  constexpr std::size_t n = 100000;
  const vscg::random_stream stream(vscg::seed{1}, "normal");
  std::array<double, 4> moments{};
  for (std::size_t i = 0; i < n; ++i) {
    double power = 1;
    for (double& moment : moments) moment += (power *= stream.normal(i)) / n;
  }
  CHECK(std::abs(moments[0]) < 0.016);  // 5 sigma
  CHECK(std::abs(moments[1] - 1) < 0.023);
  CHECK(std::abs(moments[2]) < 0.062);
  CHECK(std::abs(moments[3] - 3) < 0.16);
}

TEST_CASE("whole numbers below n reach every value, and never n") {
  const vscg::random_stream stream(vscg::seed{1}, "below");
  std::array<std::size_t, 7> bins{};
  for (std::size_t i = 0; i < 7000; ++i) {
    const auto x = stream.below(7, i);
    REQUIRE(x < 7);
    ++bins[x];
  }
  for (const std::size_t count : bins) CHECK(std::abs(static_cast<double>(count) - 1000) < 150);
  CHECK(stream.below(1, 5) == 0);
}
