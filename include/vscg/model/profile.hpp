// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/backend/memory.hpp>
#include <vscg/core/describe.hpp>
#include <vscg/core/machine_rates.hpp>
#include <vscg/core/team.hpp>
#include <vscg/model/resident_arrays.hpp>
#include <vscg/model/session.hpp>
#include <vscg/model/trainer.hpp>

// What a session or trainer does, and where its time goes.

namespace vscg {

/// Measured steps of a session or trainer.
struct profile_report {
  std::vector<step_cost> steps;  // in the order in which they ran
  std::size_t items = 0;         // of the batch
  machine_rates machine;

  double seconds() const {
    double total = 0;
    for (const step_cost& one : steps) total += one.seconds;
    return total;
  }
  /// As a table. "% of product" and "% of copy" are parts of the machine's rates; arrays that stay in a cache can come
  /// to more than the latter.
  std::string text() const { return cost_table(steps, machine); }
};

namespace detail {

using profile_clock = std::chrono::steady_clock;
inline double seconds_since(profile_clock::time_point begin) {
  return std::chrono::duration<double>(profile_clock::now() - begin).count();
}

/// Adds up the seconds of each step.
struct stopwatch {
  std::vector<double> seconds;
  profile_clock::time_point began{};
  void operator()(std::size_t step, bool done) {
    if (done)
      seconds[step] += seconds_since(began);
    else
      began = profile_clock::now();
  }
};

/// The shortest time of f() in a few turns. The first one warms up.
template <class F>
double shortest(const F& f) {
  double best = std::numeric_limits<double>::infinity();
  for (int turn = 0; turn < 6; ++turn) {
    const auto begin = profile_clock::now();
    f();
    if (turn > 0) best = std::min(best, seconds_since(begin));
  }
  return best;
}

/// What the memory of a session or trainer is for, in one line.
inline std::string memory_text(std::size_t all, std::size_t blocks, std::size_t backend, std::size_t optimizer) {
  std::string text = "\nmemory: " + std::to_string(all) + " bytes: " + std::to_string(blocks) + " of these blocks, " +
                     std::to_string(backend) + " of the backend, ";
  if (optimizer > 0) text += std::to_string(optimizer) + " of the optimizer, ";
  const char* const others = optimizer > 0 ? " of gradients, batches and results\n" : " of batches and results\n";
  return text + std::to_string(all - blocks - backend - optimizer) + others;
}

/// Calls run(watch) a few times and takes the shortest time of each step: a disturbance can only make it longer.
template <class Run>
profile_report profile_of(const machine_rates& machine, const program& p, const Run& run) {
  std::vector<double> best(p.steps().size(), std::numeric_limits<double>::infinity());
  std::size_t items = 0;
  const auto begin = profile_clock::now();
  for (int turn = 0; turn < 20 && (turn < 2 || seconds_since(begin) < 0.5); ++turn) {
    stopwatch watch{std::vector<double>(best.size(), 0)};
    items = run(watch);
    for (std::size_t i = 0; i < best.size(); ++i) best[i] = std::min(best[i], watch.seconds[i]);
  }
  return {step_costs(p, items, best), items, machine};
}

}  // namespace detail

/// Measures what `Backend` reaches with `n` threads: the rate of a product of square matrices, and of a copy of 64 MiB.
/// It takes about a tenth of a second and 128 MiB.
template <class Scalar, class Backend>
machine_rates measure_rates(threads n) {
  using memory = typename Backend::memory;
  typename Backend::template executor<Scalar> backend(n);
  machine_rates found;
  // A device needs larger matrices to be busy.
  double product_time = 0;
  for (std::size_t size = 512; size <= 4096 && product_time < 1e-3; size *= 2) {
    const std::vector<Scalar> ones(size * size, Scalar(1));
    buffer<Scalar, memory> a(size * size), b(size * size), c(size * size);
    memory::copy_in(a.data(), ones.data(), ones.size() * sizeof(Scalar));
    memory::copy_in(b.data(), ones.data(), ones.size() * sizeof(Scalar));
    gemm_arguments<Scalar> product;
    product.m = product.n = product.k = product.lda = product.ldb = product.ldc = size;
    product.a = a.data();
    product.b = b.data();
    product.c = c.data();
    product_time = detail::shortest([&] {
      backend.gemm(product);
      backend.wait();
    });
    const auto extent = static_cast<double>(size);
    found.flops = std::max(found.flops, 2 * extent * extent * extent / product_time);
  }
  const std::size_t numbers = (std::size_t{64} << 20U) / sizeof(Scalar);
  const std::vector<Scalar> zeros(numbers, Scalar(0));
  buffer<Scalar, memory> from(numbers), to(numbers);
  buffer<std::uint32_t, memory> row(1);
  const std::uint32_t first = 0;
  memory::copy_in(from.data(), zeros.data(), numbers * sizeof(Scalar));
  memory::copy_in(row.data(), &first, sizeof(first));
  const kernels::gather_items<Scalar> copy{numbers, row.data(), from.data(), to.data()};
  const double time = detail::shortest([&] {
    if constexpr (memory::borrows_host_arrays) {  // as fast as the C library copies, however this code is compiled
      backend.independent_ranges(n.count, [&](auto&, std::size_t begin, std::size_t end) {
        const auto at = [&](std::size_t part) { return numbers * part / n.count; };
        std::memcpy(to.data() + at(begin), from.data() + at(begin), (at(end) - at(begin)) * sizeof(Scalar));
      });
    } else {
      backend.rows(copy.pieces(), copy.piece, copy);
      backend.wait();
    }
  });
  found.bytes = 2.0 * static_cast<double>(numbers * sizeof(Scalar)) / time;
  return found;
}

/// Measures each step of `s.traced()` on these arrays, the shortest time of several runs, as one call tells it:
///
///   std::puts(profile(session, audio, visual).text().c_str());
///
/// `machine` is what rates are compared with; without it, `measure_rates` measures this machine's, with the session's
/// threads. Takes the same arrays as `s.infer`, and throws the same errors.
template <class Network, class Scalar, class Backend, class Inputs, class... Arrays>
profile_report profile(const machine_rates& machine, session<Network, Scalar, Backend, Inputs>& s,
                       const Arrays&... arrays) {
  return detail::profile_of(machine, s.traced(), [&](auto& watch) { return s.infer_watched(watch, arrays...); });
}
template <class Network, class Scalar, class Backend, class Inputs, class... Arrays>
profile_report profile(session<Network, Scalar, Backend, Inputs>& s, const Arrays&... arrays) {
  s.infer(arrays...);  // refuses before anything is measured
  return profile(measure_rates<Scalar, Backend>(threads{s.running().backend().workers()}), s, arrays...);
}

/// The same for the steps of `t.steps_traced()`, forward and back, summed over micro-batches. Weights and moments do
/// not change. Takes the same arrays as `t.gradients`, and throws the same errors.
template <class Model, class Optimizer, class Loss, class... Arrays>
profile_report profile(const machine_rates& machine, trainer<Model, Optimizer, Loss>& t, const Arrays&... arrays) {
  return detail::profile_of(machine, t.steps_traced(),
                            [&](auto& watch) { return t.gradients_watched(watch, arrays...); });
}
template <class Model, class Optimizer, class Loss, class... Arrays>
profile_report profile(trainer<Model, Optimizer, Loss>& t, const Arrays&... arrays) {
  t.gradients(arrays...);
  using scalar = typename Model::scalar;
  using backend = typename Model::backend;
  return profile(measure_rates<scalar, backend>(threads{t.running().backend().workers()}), t, arrays...);
}

/// All that a session does: each step, for as many items as it can take, then each block of its memory, then how much
/// memory it has in all.
template <class Network, class Scalar, class Backend, class Inputs>
std::string describe(session<Network, Scalar, Backend, Inputs>& s) {
  return describe(s.traced(), s.max_items()) + '\n' + s.plan().describe(s.traced()) +
         detail::memory_text(s.memory(), s.plan().bytes(), s.running().backend().bytes(), 0);
}
/// All that a trainer does, for a micro-batch.
template <class Model, class Optimizer, class Loss>
std::string describe(trainer<Model, Optimizer, Loss>& t) {
  const memory_plan& plan = t.running().plan();
  return describe(t.steps_traced(), t.options().micro_batch) + '\n' + plan.describe(t.steps_traced()) +
         detail::memory_text(t.memory(), plan.bytes(), t.running().backend().bytes(), t.state().bytes());
}

}  // namespace vscg

#include <vscg/core/end.hpp>
