// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <vscg/core/error.hpp>

// What several seeds say together.

namespace tables {

/// The probability that |T| ≤ t, where T has Student's t distribution with `degrees` ≥ 1 degrees of freedom.
///
/// With θ = atan(t/√degrees), the finite sums of Abramowitz and Stegun, 26.7.3 and 26.7.4:
/// even degrees: sinθ·(1 + 1/2·cos²θ + (1·3)/(2·4)·cos⁴θ + …), odd ones: 2/π·(θ + sinθ·(cosθ + 2/3·cos³θ + …)), each up
/// to cos^(degrees − 2).
inline double student_t_probability(double t, std::size_t degrees) {
  const double theta = std::atan(t / std::sqrt(static_cast<double>(degrees)));
  const double cosine = std::cos(theta);
  const bool odd = degrees % 2 == 1;
  double sum = 0, term = odd ? cosine : 1;
  for (std::size_t power = odd ? 1 : 0; power + 2 <= degrees; power += 2) {
    sum += term;
    term *= cosine * cosine * static_cast<double>(power + 1) / static_cast<double>(power + 2);
  }
  const double even_result = std::sin(theta) * sum;
  return odd ? 2 / std::numbers::pi * (theta + even_result) : even_result;
}

/// The t with student_t_probability(t, degrees) = probability. Throws vscg::expectation_error unless the probability is
/// above 0 and below 1 and there are degrees of freedom.
inline double student_t_quantile(double probability, std::size_t degrees) {
  if (degrees == 0) throw vscg::expectation_error("Student's t distribution", "1 degree of freedom or more", "0");
  if (!(probability > 0 && probability < 1)) {
    throw vscg::expectation_error("Student's t distribution", "a probability between 0 and 1",
                                  std::to_string(probability));
  }
  double low = 0, high = 1;
  while (student_t_probability(high, degrees) < probability) high *= 2;
  for (int halvings = 0; halvings < 80; ++halvings) {
    const double middle = (low + high) / 2;
    (student_t_probability(middle, degrees) < probability ? low : high) = middle;
  }
  return high;
}

/// What is said about some numbers. There is no deviation and no interval of a single one.
struct estimate {
  std::size_t count = 0;
  double mean = 0;
  std::optional<double> deviation;  ///< the sample's, with count − 1
  std::optional<double> half;       ///< half the width of the 95 % interval of the mean by Student's t
};

/// None for no numbers.
inline std::optional<estimate> estimate_of(std::span<const double> numbers) {
  if (numbers.empty()) return std::nullopt;
  const auto count = static_cast<double>(numbers.size());
  estimate e;
  e.count = numbers.size();
  for (const double x : numbers) e.mean += x / count;
  if (e.count == 1) return e;
  double squares = 0;
  for (const double x : numbers) squares += (x - e.mean) * (x - e.mean);
  e.deviation = std::sqrt(squares / (count - 1));
  e.half = student_t_quantile(0.95, e.count - 1) * *e.deviation / std::sqrt(count);
  return e;
}

/// One number for each seed, none where it is unknown.
using by_seed = std::vector<std::optional<double>>;

/// The numbers that are known.
inline std::vector<double> known(const by_seed& all) {
  std::vector<double> some;
  for (const auto& one : all) {
    if (one) some.push_back(*one);
  }
  return some;
}

/// a − b, seed by seed. Seeds share what chance decides alike for both, such as the order of the videos, so this
/// difference varies less than that of the means. Seeds where one is unknown are left out.
inline std::optional<estimate> paired_difference(const by_seed& a, const by_seed& b) {
  std::vector<double> differences;
  for (std::size_t seed = 0; seed < a.size() && seed < b.size(); ++seed) {
    if (a[seed] && b[seed]) differences.push_back(*a[seed] - *b[seed]);
  }
  return estimate_of(differences);
}

}  // namespace tables
