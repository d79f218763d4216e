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
  /// Turns a random number in [-1, 1) into an operand's element: moves operands to where the operation is defined.
  std::function<double(std::size_t operand, double random)> value = [](std::size_t, double random) { return random; };
};

/// What a check found.
struct gradient_report {
  std::size_t checked = 0;
  double worst = 0;                   ///< largest difference, relative to max(1, |expected|)
  std::vector<std::string> failures;  ///< array, index, expected, got

  explicit operator bool() const { return failures.empty() && checked > 0; }
  /// The first few failures, one per line, and how many there are. (An element is checked several times: its gradient
  /// may be the only one of its array, or be added to others before or after it.)
  std::string text() const {
    constexpr std::size_t most = 10;
    std::string all = checked == 0 ? "no gradient was checked\n" : "";
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
                      const gradient_options& options, gradient_report& report) {
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
    report.worst = std::max(report.worst, error);
    if (error <= options.tolerance) continue;
    std::ostringstream text;
    text.precision(12);
    text << "gradient of " << t.name(array) << '[' << i << "]: expected " << expected << ", got " << got[i];
    report.failures.push_back(text.str());
  }
}

/// Checks `traced`, with one kind of other readers, and adds to the report.
template <class Backend>
void check_gradients(trial_program traced, const gradient_options& options, gradient_report& report) {
  trial<double, Backend> t(std::move(traced), threads{1}, options.items);
  for (std::size_t k = 0; k < t.operands(); ++k) {
    const random_stream stream(seed{options.seed}, t.name(k));
    std::vector<double> values(t.size(k));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = options.value(k, 2 * stream.uniform(i) - 1);
    t.set(k, std::span<const double>(values));
  }
  t.forward();
  t.pullback();
  std::vector<std::vector<double>> gradients(t.arrays());
  for (std::size_t k = 0; k < t.arrays(); ++k) {
    if (t.takes_gradient(k)) gradients[k] = t.gradient(k);
  }
  for (std::size_t k = 0; k < t.arrays(); ++k) {
    if (t.takes_gradient(k)) compare_gradient(t, k, gradients[k], options, report);
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
/// `function` takes one var for each of `Inputs` and returns one var. PyTorch: torch.autograd.gradcheck.
template <class Inputs, class Backend, std::uint32_t Active = 0xffffffffU, class Function>
gradient_report check_gradients(const Function& function, const gradient_options& options = {}) {
  gradient_report report;
  for (const other_readers readers : {other_readers::none, other_readers::before, other_readers::after}) {
    detail::check_gradients<Backend>(
        trace_trial<Inputs, double, Backend, Active>(function, result_is::dropped, readers), options, report);
  }
  return report;
}

}  // namespace vscg::testing

#include <vscg/core/end.hpp>
