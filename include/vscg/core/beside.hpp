// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/config.hpp>

namespace vscg {

namespace detail {
struct nothing_launched {
  void operator()() const {}
};
}  // namespace detail

/// A queue beside the path. Launches of one branch run in order; the two branches do not wait for each other.
enum class branch : unsigned char { first, second };
inline constexpr std::size_t branches = 2;

/// An executor that can launch work beside what it launches next, as a device with several queues can:
///
///   beside(f, branch)   f()'s launches wait for all that was launched on the path and in that branch; later launches
///                       of the path, and those of the other branch, do not wait for them
///   join()              later launches wait for both branches; `wait()` does so too
///   join_older()        later launches wait for what was launched beside before the last call of this
template <class Executor>
concept LaunchesBeside = requires(Executor& backend) {
  backend.beside(detail::nothing_launched{}, branch::first);
  backend.join();
  backend.join_older();
};

/// f()'s launches, beside what is launched next if the executor can do that. Until they are joined, nothing else may
/// write what they read, nor touch what they write, but for later launches of the same branch.
///
/// A pullback does so with gradients of weights, which the path back does not wait for, and a forward with results of a
/// fixed size, such as the terms of a loss. The runner joins both: before the operation after the next one, or before
/// the next one if it needs them (`program::joins_before`). What such an operation can touch stays where it is for as
/// long (`memory_plan`). Everything else has to be joined before the operation ends.
template <branch Where = branch::first, class Executor, class F>
void beside(Executor& backend, const F& f) {
  if constexpr (LaunchesBeside<Executor>)
    backend.beside(f, Where);
  else
    f();
}

template <class Executor>
void join([[maybe_unused]] Executor& backend) {
  if constexpr (LaunchesBeside<Executor>) backend.join();
}

template <class Executor>
void join_older([[maybe_unused]] Executor& backend) {
  if constexpr (LaunchesBeside<Executor>) backend.join_older();
}

}  // namespace vscg

#include <vscg/core/end.hpp>
