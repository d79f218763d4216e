// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <type_traits>

#include <vscg/core/config.hpp>

namespace vscg {

namespace detail {
struct nothing_launched {
  void operator()() const {}
};
}  // namespace detail

/// An executor that can launch work beside what it launches next, as a device with several queues can:
///
///   beside(f)   f()'s launches wait for all that was launched before; later ones do not wait for them
///   join()      later launches wait for all that was launched beside
template <class Executor>
concept LaunchesBeside = requires(Executor& backend) {
  backend.beside(detail::nothing_launched{});
  backend.join();
};

/// f()'s launches, beside what is launched next if the executor can do that. Until they are joined, nothing else may
/// write what they read, nor touch what they write.
///
/// A pullback does so with gradients of weights, which the path back does not wait for, and leaves it to the runner to
/// join them (see `program::joins_before`). Everything else has to be joined before the operation ends.
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

}  // namespace vscg

#include <vscg/core/end.hpp>
