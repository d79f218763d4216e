// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <vscg/core/execution.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/var.hpp>

namespace vscg {

/// What every operation says of itself; an operation derives from it and replaces what differs.
///
///   struct relu : operation<Shape> {
///     static constexpr const char* name = "relu";
///     static constexpr bool pullback_reads_result = true;
///     template <class C> void forward(const C& c) const;
///     template <class C> void pullback(const C& c) const;
///   };
template <class Result>
struct operation {
  using result = Result;
  /// Bit i: the pullback reads operand i.
  static constexpr std::uint32_t pullback_reads_operands = 0;
  static constexpr bool pullback_reads_result = false;
  /// Arrays that forward writes and pullback reads, and garbage that each needs while it runs.
  static constexpr std::array<slot_size, 0> saved() { return {}; }
  static constexpr std::array<slot_size, 0> forward_scratch() { return {}; }
  static constexpr std::array<slot_size, 0> pullback_scratch() { return {}; }
  /// Arrays that `prepare(c)` makes of parameters alone, once for all runs with the same weights: copies in an order
  /// that a backend's products like. `prepared_operands` says of which operands: where one of them is no parameter,
  /// nothing is prepared and `c.prepared(i)` is null, as it is for a size of 0. `active` has bit i where operand i
  /// takes a gradient.
  template <class Executor>
  static constexpr std::array<slot_size, 0> prepared([[maybe_unused]] std::uint32_t active) {
    return {};
  }
  static constexpr std::uint32_t prepared_operands = 0;
  /// Floating-point operations of forward's products, an item.
  static constexpr double flops_per_item = 0;
};

/// Size of a slot that holds an array of this shape.
template <class Shape>
constexpr slot_size size_of() {
  if constexpr (Shape::per_item)
    return {Shape::elements, 0, 0};
  else
    return {0, Shape::elements, 0};
}

namespace detail {

/// All that recording needs to know of an operation's type: a constant, so that a call site is a few instructions.
struct operation_description {
  const char* name;
  node::function forward;
  node::function pullback;
  node::function prepare;
  std::span<const slot_size> prepared;
  std::span<const slot_size> saved;
  std::span<const slot_size> forward_scratch;
  std::span<const slot_size> pullback_scratch;
  slot_size result;
  std::uint32_t active_operands;
  std::uint32_t prepared_operands;
  std::uint32_t reads_operands;
  bool reads_result;
  double flops_per_item;
};

/// Whether all operands that something is prepared of are parameters.
inline bool can_prepare(const recorder& trace, const operation_description& d, std::span<const slot_id> operands) {
  if (d.prepare == nullptr) return false;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const bool used = ((d.prepared_operands >> k) & 1U) != 0;
    if (used && trace.slot_table[operands[k]].from != slot::origin::parameter) return false;
  }
  return true;
}

/// Gives a node its prepared arrays: those of an earlier node that prepares the same, if there is one.
inline void prepare_once(recorder& trace, const operation_description& d, node& n) {
  const auto same = [&](const node& other) {
    bool equal = other.prepare == d.prepare && std::memcmp(other.operation, n.operation, node::operation_bytes) == 0;
    for (std::size_t k = 0; equal && k < n.operands.size(); ++k) {
      if (((d.prepared_operands >> k) & 1U) != 0) equal = other.operands[k] == n.operands[k];
    }
    return equal;
  };
  n.prepare = d.prepare;
  const auto earlier = std::find_if(trace.nodes.begin(), trace.nodes.end(), same);
  if (earlier != trace.nodes.end()) {
    n.prepared = earlier->prepared;
    return;
  }
  for (const slot_size size : d.prepared) {
    n.prepared.push_back(size.fixed == 0 ? no_slot : trace.add({slot::origin::temporary, size}));
  }
}

VSCG_NOINLINE inline slot_id append(recorder& trace, const operation_description& d, std::span<const slot_id> operands,
                                    const void* settings, std::size_t settings_bytes) {
  node n;
  n.label = d.name;
  std::memcpy(n.operation, settings, settings_bytes);
  n.forward = d.forward;
  n.pullback = d.pullback;
  n.active_operands = d.active_operands;
  n.reads_operands = d.reads_operands;
  n.reads_result = d.reads_result;
  n.flops_per_item = d.flops_per_item;
  n.operands.assign(operands.begin(), operands.end());
  const auto add = [&](std::span<const slot_size> sizes, std::vector<slot_id>& to) {
    for (const slot_size size : sizes) to.push_back(trace.add({slot::origin::temporary, size}));
  };
  if (can_prepare(trace, d, operands)) prepare_once(trace, d, n);
  add(d.saved, n.saved);
  add(d.forward_scratch, n.forward_scratch);
  if (d.pullback != nullptr) add(d.pullback_scratch, n.pullback_scratch);
  for (const slot_id id : n.operands) {
    const slot& from = trace.slot_table[id];
    if (from.from == slot::origin::parameter) {
      n.label += '(' + trace.parameter_labels[from.parameter] + ')';
      break;
    }
  }
  n.result = trace.add({slot::origin::result, d.result});
  trace.nodes.push_back(std::move(n));
  return trace.nodes.back().result;
}

template <class Operation, class Context>
void run_forward(const void* self, const node& at, void* run) {
  static_cast<const Operation*>(self)->forward(Context(at, run));
}
template <class Operation, class Context>
void run_pullback(const void* self, const node& at, void* run) {
  static_cast<const Operation*>(self)->pullback(Context(at, run));
}

template <class Operation, class Context>
void run_prepare(const void* self, const node& at, void* run) {
  static_cast<const Operation*>(self)->prepare(Context(at, run));
}

/// Of an operation that no gradient flows through no pullback is compiled.
template <class Operation, class Tag, std::uint32_t Active>
constexpr node::function pullback_of() {
  if constexpr (Active == 0)
    return nullptr;
  else
    return run_pullback<Operation, operation_context<Operation, Tag, Active, true>>;
}

template <class Operation, class Tag, std::uint32_t Active>
constexpr node::function prepare_of() {
  if constexpr (Operation::prepared_operands == 0)
    return nullptr;
  else
    return run_prepare<Operation, operation_context<Operation, Tag, Active, false>>;
}

template <class Operation, class Tag, std::uint32_t Active>
struct described {
  using executor = typename Tag::backend::template executor<typename Tag::scalar>;
  static constexpr auto prepared = Operation::template prepared<executor>(Active);
  static constexpr auto saved = Operation::saved();
  static constexpr auto forward_scratch = Operation::forward_scratch();
  static constexpr auto pullback_scratch = Operation::pullback_scratch();
  static constexpr operation_description value{
      Operation::name,
      run_forward<Operation, operation_context<Operation, Tag, Active, false>>,
      pullback_of<Operation, Tag, Active>(),
      prepare_of<Operation, Tag, Active>(),
      prepared,
      saved,
      forward_scratch,
      pullback_scratch,
      size_of<typename Operation::result>(),
      Active,
      Operation::prepared_operands,
      Operation::pullback_reads_operands,
      Operation::pullback_reads_result,
      Operation::flops_per_item,
  };
};

/// Bit i: flag i.
template <bool... Flags>
inline constexpr std::uint32_t bits_of = [] {
  std::uint32_t bits = 0;
  std::uint32_t i = 0;
  ((bits |= static_cast<std::uint32_t>(Flags) << i++), ...);
  return bits;
}();

}  // namespace detail

/// Records one operation: the only way in which a program grows.
template <class Operation, class Tag, class... Shapes, bool... Active>
auto record(const Operation& operation, const var<Tag, Shapes, Active>&... operands) {
  static_assert(std::is_trivially_copyable_v<Operation> && sizeof(Operation) <= node::operation_bytes,
                "vscg::record: an operation is a few settings that can be copied as bytes");
  constexpr std::uint32_t active = detail::bits_of<Active...>;
  recorder* const traces[] = {operands.trace...};
  const slot_id ids[] = {operands.id...};
  const slot_id result =
      detail::append(*traces[0], detail::described<Operation, Tag, active>::value, ids, &operation, sizeof(Operation));
  return var<Tag, typename Operation::result, active != 0>{traces[0], result};
}

}  // namespace vscg

#include <vscg/core/end.hpp>
