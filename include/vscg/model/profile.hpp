// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <chrono>
#include <cstddef>
#include <vector>

#include <vscg/model/session.hpp>
#include <vscg/model/trainer.hpp>

namespace vscg {

namespace detail {

/// Adds up the seconds of each step.
struct stopwatch {
  using clock = std::chrono::steady_clock;
  std::vector<double> seconds;
  clock::time_point began{};
  void operator()(std::size_t step, bool done) {
    if (done)
      seconds[step] += std::chrono::duration<double>(clock::now() - began).count();
    else
      began = clock::now();
  }
};

}  // namespace detail

/// Measures the seconds that each step of `s.traced()` takes on these arrays. Pass them to
/// `describe(s.traced(), items, seconds)`. Takes the same arrays as `s.infer`, and throws the same errors.
template <class Network, class Scalar, class Backend, class Inputs, class... Arrays>
std::vector<double> profile(session<Network, Scalar, Backend, Inputs>& s, const Arrays&... arrays) {
  detail::stopwatch watch{std::vector<double>(s.traced().steps().size(), 0)};
  s.infer_watched(watch, arrays...);
  return watch.seconds;
}

/// Measures the seconds that each step of `t.steps_traced()`, forward and back, takes on a batch, summed over its
/// micro-batches. Pass them to `describe(t.steps_traced(), items, seconds)`. Weights and moments do not change. Takes
/// the same arrays as `t.gradients`, and throws the same errors.
template <class Model, class Optimizer, class Loss, class... Arrays>
std::vector<double> profile(trainer<Model, Optimizer, Loss>& t, const Arrays&... arrays) {
  detail::stopwatch watch{std::vector<double>(t.steps_traced().steps().size(), 0)};
  t.gradients_watched(watch, arrays...);
  return watch.seconds;
}

}  // namespace vscg

#include <vscg/core/end.hpp>
