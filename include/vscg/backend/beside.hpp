// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/config.hpp>

namespace vscg {

namespace detail {
struct nothing_launched {
  void operator()() const {}
};
}  // namespace detail

/// An executor that can launch work beside what it launches next, as a device with several queues can:
///
///   beside(f)      f()'s launches wait for all that was launched before; later ones do not wait for them
///   join()         later launches wait for all that was launched beside; `wait()` does so too
///   join_older()   later launches wait for what was launched beside before the last call of this
template <class Executor>
concept LaunchesBeside = requires(Executor& backend) {
  backend.beside(detail::nothing_launched{});
  backend.join();
  backend.join_older();
};

/// f()'s launches, beside what is launched next if the executor can do that. Until they are joined, nothing else may
/// write what they read, nor touch what they write.
///
/// A pullback does so with gradients of weights, which the path back does not wait for, and leaves it to the runner to
/// join them: before the pullback after the next one, or before the next one if it needs them
/// (`program::joins_before`). What a pullback can touch stays where it is for as long (`memory_plan`). Everything else
/// has to be joined before the operation ends.
template <class Executor, class F>
void beside(Executor& backend, const F& f) {
  if constexpr (LaunchesBeside<Executor>)
    backend.beside(f);
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
