// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <vscg/core/error.hpp>

namespace vscg {

/// What a trainer goes on from with the same bits: the network's numbers (kept arrays such as running statistics are
/// among them), the optimizer's moments and the progress of each array, and the steps taken, which say where random
/// masks go on. A trainer of another network whose parameters are laid out alike takes it too; arrays that the first
/// loss did not reach then begin at step 0.
template <class Scalar>
struct trainer_snapshot {
  std::vector<Scalar> numbers;
  std::vector<std::vector<Scalar>> moments;
  std::vector<double> progress;
  std::vector<std::uint64_t> progress_of_arrays;  // empty: all arrays that move have the same
  std::uint64_t steps = 0;
};

template <class Trainer>
auto snapshot(const Trainer& t) {
  using scalar = typename decltype(t.numbers())::value_type;
  trainer_snapshot<scalar> now{t.numbers(), {}, t.state().progress(), t.state().progress_of_arrays(), t.steps()};
  for (int k = 1; k <= t.state().moment_arrays; ++k) now.moments.push_back(t.state().moments(k));
  return now;
}

/// Throws vscg::expectation_error, and changes nothing, if a part of it does not fit the trainer.
template <class Trainer, class Scalar>
void restore(Trainer& t, const trainer_snapshot<Scalar>& then) {
  const auto expected = static_cast<std::size_t>(t.state().moment_arrays);
  if (then.moments.size() != expected)
    throw expectation_error("arrays of moments", std::to_string(expected), std::to_string(then.moments.size()));
  const auto before = snapshot(t);
  const auto take = [&](const trainer_snapshot<Scalar>& from) {
    t.set_numbers(from.numbers);
    for (int k = 1; k <= t.state().moment_arrays; ++k)
      t.state().set_moments(k, std::span<const Scalar>(from.moments[static_cast<std::size_t>(k) - 1]));
    t.state().set_progress(from.progress, from.progress_of_arrays);
    t.set_steps(from.steps);
  };
  try {
    take(then);
  } catch (...) {
    take(before);
    throw;
  }
}

}  // namespace vscg

#include <vscg/core/end.hpp>
