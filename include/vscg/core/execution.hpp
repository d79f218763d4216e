// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <vscg/core/config.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/step_data.hpp>
#include <vscg/core/var.hpp>

namespace vscg {

/// What changes from one run of a program to the next.
struct run_state {
  std::size_t items = 0;            // of this micro-batch
  std::size_t first_item = 0;       // its place in the whole batch
  std::size_t batch_items = 0;      // of the whole batch: losses divide by it
  const step_data* data = nullptr;  // in the backend's memory; only dropout reads it
  bool first_micro_batch() const { return first_item == 0; }
};

/// A running program: where each slot and each gradient lies, and the backend that computes.
template <class Scalar, class Executor>
struct execution {
  Executor* backend = nullptr;
  Scalar* const* values = nullptr;     // by slot
  Scalar* const* gradients = nullptr;  // by slot
  run_state state;
};

/// Where a gradient goes: the first writer assigns, later ones add, so nothing is ever zero-filled.
template <class Scalar>
struct gradient {
  Scalar* data;
  bool adds;
  template <class Index, class Value>
  VSCG_HD void store(Index i, Value value) const {
    i.store(data, adds ? i.load(data) + value : value);
  }
};

template <class Operation, int Index>
struct not_listed_in_pullback_reads;

/// What an operation's forward and pullback see: operands x<i>, result y, gradients dy and dx<i>, saved and scratch
/// arrays. A pullback can touch only the operands it lists, because lifetimes are planned from the list.
template <class Operation, class Tag, std::uint32_t Active, bool Pullback>
class operation_context {
 public:
  using scalar = typename Tag::scalar;
  using executor = typename Tag::backend::template executor<scalar>;
  static constexpr bool training = Tag::training;

  operation_context(const node& n, void* run) : node_(n), run_(*static_cast<execution<scalar, executor>*>(run)) {}

  /// Items of this micro-batch.
  std::size_t items() const { return run_.state.items; }
  const run_state& state() const { return run_.state; }
  executor& backend() const { return *run_.backend; }

  template <int I>
  const scalar* x() const {
    if constexpr (Pullback && ((Operation::pullback_reads_operands >> I) & 1U) == 0) {
      static_cast<void>(sizeof(not_listed_in_pullback_reads<Operation, I>));
    }
    return run_.values[node_.operands[I]];
  }
  scalar* y() const {
    if constexpr (Pullback && !Operation::pullback_reads_result) {
      static_cast<void>(sizeof(not_listed_in_pullback_reads<Operation, -1>));
    }
    return run_.values[node_.result];
  }
  /// The gradient of the result. This pullback is its only reader and may use it as scratch; not where the result is
  /// one number for all items, [1]: it may be the loss, whose gradient was written when the runner was made and is read
  /// in every step.
  auto dy() const {
    static_assert(Pullback);
    using pointer = std::conditional_t<std::is_same_v<typename Operation::result, shape<1>>, const scalar*, scalar*>;
    return pointer(run_.gradients[node_.result]);
  }
  /// Whether operand I can take a gradient: a question of types, so that no code is made for one that cannot.
  template <int I>
  static constexpr bool can_want = ((Active >> I) & 1U) != 0;
  /// Whether anybody reads it.
  template <int I>
  bool wants() const {
    return can_want<I> && ((node_.wanted >> I) & 1U) != 0;
  }
  /// Where the gradient of operand I goes. A parameter's grows over the micro-batches of a step.
  template <int I>
  gradient<scalar> dx() const {
    static_assert(Pullback && can_want<I>);
    const bool first = ((node_.assigns >> I) & 1U) != 0;
    const bool grows = ((node_.persists >> I) & 1U) != 0 && !run_.state.first_micro_batch();
    return {run_.gradients[node_.operands[I]], !first || grows};
  }
  /// What `prepare` made; null where it could not or need not.
  scalar* prepared(std::size_t i) const {
    if (i >= node_.prepared.size() || node_.prepared[i] == no_slot) return nullptr;
    return run_.values[node_.prepared[i]];
  }
  scalar* saved(std::size_t i) const { return run_.values[node_.saved[i]]; }
  scalar* scratch(std::size_t i) const {
    return run_.values[Pullback ? node_.pullback_scratch[i] : node_.forward_scratch[i]];
  }

 private:
  const node& node_;
  execution<scalar, executor>& run_;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
