// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <vscg/core/beside.hpp>
#include <vscg/core/config.hpp>
#include <vscg/core/node.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/slot.hpp>
#include <vscg/core/step_data.hpp>

namespace vscg {

/// What changes from one run of a program to the next.
struct run_state {
  std::size_t items = 0;            // in this micro-batch
  std::size_t first_item = 0;       // its place in the whole batch
  std::size_t batch_items = 0;      // in the whole batch: losses divide by it
  const step_data* data = nullptr;  // in the backend's memory; only dropout and noise read it
  bool first_micro_batch() const { return first_item == 0; }
};

/// A running program: where each slot and each gradient lies, and which backend computes.
template <class Scalar, class Executor>
struct execution {
  Executor* backend = nullptr;
  Scalar* const* values = nullptr;     // by slot
  Scalar* const* gradients = nullptr;  // by slot
  run_state state;
};

/// Where a gradient goes. The first writer assigns and later ones add, so nothing is ever zero-filled.
template <class Scalar>
struct gradient {
  Scalar* data;
  bool adds;
  template <class Index, class Value>
  VSCG_HD void store(Index i, Value value) const {
    i.store(data, adds ? i.load(data) + value : value);
  }
};

namespace kernels {

template <class T>
struct copy_gradient {
  const T* dy;
  gradient<T> dx;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    dx.store(i, i.load(dy));
  }
};

}  // namespace kernels

namespace detail {

/// Adds the gradients of those of `operands` that lie apart.
template <class Scalar, class Executor>
VSCG_NOINLINE void add_apart(const node& n, const execution<Scalar, Executor>& run, std::uint32_t operands) {
  for (const auto& apart : n.apart_gradients) {
    if (((operands >> apart.operand) & 1U) == 0) continue;
    run.backend->each(
        apart.size.elements(run.state.items), 1,
        kernels::copy_gradient<Scalar>{run.values[apart.own], {run.gradients[n.arrays[apart.operand]], true}});
  }
}

/// At the end of a pullback, adds all but those of `added`. They may be weights', which are computed beside the path,
/// so it waits for all of that.
template <class Scalar, class Executor>
VSCG_NOINLINE void add_rest_apart(const node& n, const execution<Scalar, Executor>& run, std::uint32_t added) {
  const auto is_left = [&](const node::apart& one) { return ((added >> one.operand) & 1U) == 0; };
  if (std::none_of(n.apart_gradients.begin(), n.apart_gradients.end(), is_left)) return;
  join(*run.backend);
  add_apart(n, run, ~added);
}

}  // namespace detail

template <class Operation, int Index>
struct not_listed_in_pullback_reads;

/// Which operand, as a type. An operation with several operands names them:
///
///   static constexpr operand_index<0> input{};
///   static constexpr operand_index<1> weight{};
///
/// and asks its context for `c.x(weight)`. The number is part of the argument's type, so a wrong one does not compile,
/// and the call needs no `template` keyword.
template <int Index>
struct operand_index {
  static constexpr int value = Index;
};

/// The operand of an operation that has only one: `c.x()` and `c.dx()` mean it.
inline constexpr operand_index<0> first_operand{};

/// Which result, as a type, for an operation with several: `c.y(map)`.
template <int Index>
struct result_index {
  static constexpr int value = Index;
};

/// A set of operands, one bit each, as `pullback_reads_operands` lists them: `operand_set(input, weight)`.
template <int... Indices>
constexpr std::uint32_t operand_set(operand_index<Indices>...) {
  return ((1U << Indices) | ... | 0U);
}

/// What an operation's forward and pullback see: operands x(i), result y, gradients dy and dx(i), saved and scratch
/// arrays. A pullback can touch only the operands it lists, because the memory plan takes lifetimes from that list.
template <class Operation, class Tag, std::uint32_t Active, bool Pullback>
class operation_context {
 public:
  using scalar = typename Tag::scalar;
  using executor = typename Tag::backend::template executor<scalar>;
  static constexpr bool training = Tag::training;

  operation_context(const node& n, void* run) : node_(n), run_(*static_cast<execution<scalar, executor>*>(run)) {}

  std::size_t items() const { return run_.state.items; }
  const run_state& state() const { return run_.state; }
  executor& backend() const { return *run_.backend; }

  template <int I = 0>
  const scalar* x(operand_index<I> = {}) const {
    if constexpr (Pullback && ((Operation::pullback_reads_operands >> I) & 1U) == 0) {
      static_cast<void>(sizeof(not_listed_in_pullback_reads<Operation, I>));
    }
    return run_.values[node_.arrays[I]];
  }
  /// An operand that holds indices.
  template <int I = 0>
  const std::int32_t* indices(operand_index<I> operand = {}) const {
    return reinterpret_cast<const std::int32_t*>(x(operand));
  }
  /// A result; by default the only one.
  template <int I = 0>
  scalar* y(result_index<I> = {}) const {
    constexpr std::uint32_t read = Operation::pullback_reads_result;
    if constexpr (Pullback && ((read >> I) & 1U) == 0) {
      static_cast<void>(sizeof(not_listed_in_pullback_reads<Operation, -1 - I>));
    }
    return run_.values[node_.results[I]];
  }
  /// The gradient of a result. Only this pullback reads it, and may use it as scratch, unless launches beside the path
  /// read it, or the result is one number for all items, [1]: that may be the loss, whose gradient is written once,
  /// when the runner is made, and read in every step. Null if no gradient arrives, because the loss does not reach that
  /// one of several results.
  template <int I = 0>
  auto dy(result_index<I> = {}) const {
    static_assert(Pullback);
    using result = typename Operation::results::template at<I>;
    using pointer = std::conditional_t<std::is_same_v<result, shape<1>>, const scalar*, scalar*>;
    if constexpr (Operation::results::count > 1) {
      if (((node_.given >> I) & 1U) == 0) return pointer(nullptr);
    }
    return pointer(run_.gradients[node_.results[I]]);
  }
  /// Whether operand I takes a gradient. The types decide, so no code is made for an operand that does not. A pullback
  /// runs only if the loss depends on its result, so every gradient that it can write is read.
  template <int I = 0>
  static constexpr bool wants(operand_index<I> = {}) {
    return ((Active >> I) & 1U) != 0;
  }
  /// Where the gradient of operand I goes. A parameter's gradient grows over the micro-batches of a step. If an earlier
  /// operand is the same array and `gradients_apart` is true, it goes to an array of its own.
  template <int I = 0>
  gradient<scalar> dx(operand_index<I> operand = {}) const {
    static_assert(Pullback && wants(operand));
    if constexpr (Operation::gradients_apart) {
      if (const auto* const apart = node_.apart_gradient(I)) return {run_.values[apart->own], false};
    }
    const bool first = ((node_.assigns >> I) & 1U) != 0;
    const bool grows = ((node_.persists >> I) & 1U) != 0 && !run_.state.first_micro_batch();
    return {run_.gradients[node_.arrays[I]], !first || grows};
  }
  /// Where the gradient of operand I is to be added when it is complete, if it lies apart; otherwise null.
  template <int I>
  scalar* apart_from(operand_index<I>) const {
    return node_.apart_gradient(I) == nullptr ? nullptr : run_.gradients[node_.arrays[I]];
  }
  /// Adds it there.
  template <int I>
  void add_apart(operand_index<I>) const {
    detail::add_apart(node_, run_, 1U << I);
  }
  /// The array that `prepare` made; null if it could not make one or did not need to.
  scalar* prepared(std::size_t i) const {
    if (i >= node_.prepared.size() || node_.prepared[i] == no_slot) return nullptr;
    return run_.values[node_.prepared[i]];
  }
  /// Saved and scratch arrays; null for a size of 0.
  scalar* saved(std::size_t i) const { return array(node_.saved[i]); }
  scalar* scratch(std::size_t i) const {
    return array(Pullback ? node_.pullback_scratch[i] : node_.forward_scratch[i]);
  }

 private:
  scalar* array(slot_id id) const { return id == no_slot ? nullptr : run_.values[id]; }

  const node& node_;
  execution<scalar, executor>& run_;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
