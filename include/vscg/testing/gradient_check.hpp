// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/random.hpp>
#include <vscg/core/team.hpp>
#include <vscg/testing/trace_trial.hpp>
#include <vscg/testing/trial.hpp>

namespace vscg::testing {

/// How a gradient is checked.
struct gradient_options {
  std::size_t items = 3;
  double tolerance = 1e-7;  ///< relative to max(1, |expected|)
  /// Step sizes of the differences; one of them must agree (a small one rounds, a large one bends or crosses a corner).
  std::array<double, 4> steps{1e-4, 1e-5, 1e-3, 1e-6};
  std::size_t at_most = 64;  ///< most elements checked in each array, spread over it
  std::uint64_t seed = 1;
  /// Turns a random number in [-1, 1) into an operand's element: moves operands to where the operation is defined. For
  /// an operand of indices, it returns the index. None: the random number, or any index that the operations take.
  std::function<double(std::size_t operand, double random)> value = {};
};

/// What a check found.
struct gradient_report {
  std::size_t checked = 0;
  std::size_t alone = 0;              ///< those that nothing else was added to,
  std::size_t zeros = 0;              ///< and those of them that were rightly 0
  double worst = 0;                   ///< largest difference, relative to max(1, |expected|)
  std::vector<std::string> failures;  ///< array, index, expected, got

  /// Nothing is shown if there was no gradient that is not 0.
  explicit operator bool() const { return failures.empty() && alone > zeros; }
  /// How many gradients agree, or the first few failures, one per line, and how many there are. (An element is checked
  /// several times: its gradient may be the only one of its array, or be added to others before or after it.)
  std::string text() const {
    constexpr std::size_t most = 10;
    std::string all;
    if (checked == 0)
      all = "no gradient was checked\n";
    else if (alone == zeros)
      all = "all " + std::to_string(alone) + " gradients are 0, as they should be, so nothing is known of others\n";
    else if (failures.empty())
      all = std::to_string(alone) + " gradients agree; " + std::to_string(zeros) + " of them are 0\n";
    for (std::size_t i = 0; i < std::min(most, failures.size()); ++i) all += failures[i] + '\n';
    if (!failures.empty())
      all += std::to_string(failures.size()) + " of " + std::to_string(checked) + " checked gradients are wrong\n";
    return all;
  }
};

namespace detail {

/// The slope of a trial's number in one element, by a central difference with one step size.
template <class Backend>
double central_difference(trial<double, Backend>& t, std::size_t array, std::size_t element, double at, double step) {
  t.set(array, element, at + step);
  const double above = t.forward();
  t.set(array, element, at - step);
  const double below = t.forward();
  t.set(array, element, at);
  return (above - below) / (2 * step);
}

template <class Backend>
void compare_gradient(trial<double, Backend>& t, std::size_t array, const std::vector<double>& got,
                      other_readers readers, const gradient_options& options, gradient_report& report) {
  const std::vector<double> values = t.get(array);
  const std::size_t stride = std::max<std::size_t>(1, values.size() / std::max<std::size_t>(1, options.at_most));
  for (std::size_t i = 0; i < values.size(); i += stride) {
    double error = std::numeric_limits<double>::infinity();
    double expected = 0;
    for (const double step : options.steps) {
      const double slope = central_difference(t, array, i, values[i], step);
      const double difference = std::abs(slope - got[i]) / std::max(1.0, std::abs(slope));
      // NaN is never smaller: then the first slope is the one reported.
      if (difference < error || step == options.steps[0]) {
        error = is_finite(difference) ? difference : std::numeric_limits<double>::infinity();
        expected = slope;
      }
      if (error <= options.tolerance) break;
    }
    ++report.checked;
    if (readers == other_readers::none) ++report.alone;
    report.worst = std::max(report.worst, error);
    if (error <= options.tolerance) {
      if (readers == other_readers::none && expected == 0 && got[i] == 0) ++report.zeros;
      continue;
    }
    std::ostringstream text;
    text.precision(12);
    text << "gradient of " << t.name(array) << '[' << i << "]: expected " << expected << ", got " << got[i];
    report.failures.push_back(text.str());
  }
}

/// An element of an operand, from a random number in [-1, 1).
template <class Backend>
double drawn(const trial<double, Backend>& t, std::size_t operand, double random, const gradient_options& options) {
  const std::int32_t limit = t.holds_indices(operand) ? t.index_limit(operand) : 0;
  if (!options.value) return t.holds_indices(operand) ? std::floor((random + 1) / 2 * limit) : random;
  const double value = options.value(operand, random);
  if (limit > 0 && value >= limit) {
    throw expectation_error("gradient_options.value of " + t.name(operand),
                            "an index from 0 to " + std::to_string(limit - 1), std::to_string(value));
  }
  return value;
}

/// Checks `traced`, with one kind of other readers, and adds to the report.
template <class Backend>
void check_gradients(trial_program traced, other_readers readers, const gradient_options& options,
                     gradient_report& report) {
  trial<double, Backend> t(std::move(traced), threads{1}, options.items);
  for (std::size_t k = 0; k < t.operands(); ++k) {
    const random_stream stream(seed{options.seed}, t.name(k));
    std::vector<double> values(t.size(k));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = drawn(t, k, 2 * stream.uniform(i) - 1, options);
    t.set(k, std::span<const double>(values));
  }
  t.forward();
  t.pullback();
  std::vector<std::vector<double>> gradients(t.arrays());
  for (std::size_t k = 0; k < t.arrays(); ++k) {
    if (t.takes_gradient(k)) gradients[k] = t.gradient(k);
  }
  for (std::size_t k = 0; k < t.arrays(); ++k) {
    if (t.takes_gradient(k)) compare_gradient(t, k, gradients[k], readers, options, report);
  }
}

}  // namespace detail

/// Compares the gradient of an operation or layer, in double, with central differences, for every operand that takes
/// one (bit i of `Active`) and every parameter: alone, and with other readers of the operands before and after it.
/// Memory is NaN before it is written and after it is dead; parameter gradients are NaN before the run.
///
///   const auto report = check_gradients<input_shapes<shape<dyn, 10, 128>>, cpu>(gated_linear<128, 64>{});
///   if (!report) std::cerr << report.text();
///
/// `function` takes one var for each of `Inputs` and returns one var, or is a loss:
/// check_gradients<input_shapes<shape<dyn, 10>, class_indices<10, dyn>>, cpu>(nn::cross_entropy_loss{}). Layers that it
/// uses are its listed members. Throws vscg::expectation_error when `options.value` gives an index that an operation
/// does not take. PyTorch: torch.autograd.gradcheck.
template <class Inputs, class Backend, std::uint32_t Active = 0xffffffffU, class Function>
gradient_report check_gradients(const Function& function, const gradient_options& options = {}) {
  gradient_report report;
  for (const other_readers readers : {other_readers::none, other_readers::before, other_readers::after}) {
    detail::check_gradients<Backend>(
        trace_trial<Inputs, double, Backend, Active>(function, result_is::dropped, readers), readers, options, report);
  }
  return report;
}

}  // namespace vscg::testing

#include <vscg/core/end.hpp>
