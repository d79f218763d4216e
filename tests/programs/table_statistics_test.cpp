// SPDX-License-Identifier: MIT
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "tables/statistics.hpp"

using doctest::Approx;

TEST_CASE("quantiles of Student's t are those of the printed tables") {
  // Two-sided 95 %, integrated numerically with 30 digits.
  for (const auto& one : std::vector<std::pair<std::size_t, double>>{{1, 12.706204736174694},
                                                                     {2, 4.302652729749462},
                                                                     {3, 3.182446305283708},
                                                                     {4, 2.7764451051977934},
                                                                     {5, 2.5705818356363146},
                                                                     {9, 2.2621571627982055},
                                                                     {30, 2.0422724563012378},
                                                                     {1000, 1.9623390808264078}}) {
    CAPTURE(one.first);
    CHECK(tables::student_t_quantile(0.95, one.first) == Approx(one.second).epsilon(1e-12));
  }
  CHECK(tables::student_t_quantile(0.5, 1) == Approx(1).epsilon(1e-12));
  CHECK(tables::student_t_probability(0, 3) == 0);
  CHECK(contains(error_of([] { tables::student_t_quantile(0.95, 0); }), "1 degree of freedom or more"));
  CHECK(contains(error_of([] { tables::student_t_quantile(1, 2); }), "between 0 and 1"));
}

TEST_CASE("mean, deviation and interval of some numbers") {
  const auto e = tables::estimate_of(std::vector<double>{1, 2, 6});
  REQUIRE(e.has_value());
  CHECK(e->count == 3);
  CHECK(e->mean == Approx(3));
  CHECK(*e->deviation == Approx(2.6457513110645907));          // √7
  CHECK(*e->half == Approx(4.302652729749462 * 1.527525232));  // t·√(7/3)
  const auto one = tables::estimate_of(std::vector<double>{4});
  REQUIRE(one.has_value());
  CHECK(one->mean == 4);
  CHECK(!one->deviation.has_value());
  CHECK(!one->half.has_value());
  CHECK(!tables::estimate_of({}).has_value());
}

TEST_CASE("differences are those of the same seeds, and a seed that one lacks does not count") {
  const tables::by_seed a{80.0, std::nullopt, 70.0, 75.0}, b{79.0, 10.0, 67.0, 73.0, 1.0};
  const auto d = tables::paired_difference(a, b);
  REQUIRE(d.has_value());
  CHECK(d->count == 3);
  CHECK(d->mean == Approx(2));
  CHECK(*d->deviation == Approx(1));
  CHECK(*d->half == Approx(4.302652729749462 / 1.7320508075688772));
  CHECK(!tables::paired_difference({std::nullopt}, {1.0}).has_value());
  CHECK(tables::known(a) == std::vector<double>{80, 70, 75});
}
