// SPDX-License-Identifier: MIT
#pragma once

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

/// The part of recording that does not depend on types; out of line, so that each operation adds little code.
VSCG_NOINLINE inline slot_id append(recorder& trace, node&& n, std::span<const slot_id> operands, slot_size result,
                                    std::span<const slot_size> saved, std::span<const slot_size> forward_scratch,
                                    std::span<const slot_size> pullback_scratch) {
  const auto add = [&](std::span<const slot_size> sizes, std::vector<slot_id>& to) {
    for (const slot_size size : sizes) to.push_back(trace.add({slot::origin::temporary, size}));
  };
  n.operands.assign(operands.begin(), operands.end());
  add(saved, n.saved);
  add(forward_scratch, n.forward_scratch);
  add(pullback_scratch, n.pullback_scratch);
  for (const slot_id id : n.operands) {
    const slot& from = trace.slots[id];
    if (from.from == slot::origin::parameter) {
      n.label += '(' + trace.parameter_labels[from.parameter] + ')';
      break;
    }
  }
  n.result = trace.add({slot::origin::result, result});
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

}  // namespace detail

/// Records one operation: the only way in which a program grows.
template <class Operation, class Tag, class... Shapes, bool... Active>
auto record(const Operation& operation, const var<Tag, Shapes, Active>&... operands) {
  static_assert(std::is_trivially_copyable_v<Operation> && sizeof(Operation) <= node::operation_bytes,
                "vscg::record: an operation is a few settings that can be copied as bytes");
  constexpr bool active = (Active || ...);
  constexpr std::uint32_t mask = [] {
    std::uint32_t bits = 0;
    std::uint32_t i = 0;
    ((bits |= static_cast<std::uint32_t>(Active) << i++), ...);
    return bits;
  }();
  recorder* const traces[] = {operands.trace...};
  const slot_id ids[] = {operands.id...};

  node n;
  n.label = Operation::name;
  std::memcpy(n.operation, &operation, sizeof(Operation));
  n.flops_per_item = Operation::flops_per_item;
  n.forward = detail::run_forward<Operation, operation_context<Operation, Tag, mask, false>>;
  constexpr auto saved = Operation::saved();
  constexpr auto forward_scratch = Operation::forward_scratch();
  constexpr auto pullback_scratch = Operation::pullback_scratch();
  if constexpr (active) {
    n.active_operands = mask;
    n.reads_operands = Operation::pullback_reads_operands;
    n.reads_result = Operation::pullback_reads_result;
    n.pullback = detail::run_pullback<Operation, operation_context<Operation, Tag, mask, true>>;
  }
  const slot_id result =
      detail::append(*traces[0], std::move(n), ids, size_of<typename Operation::result>(), saved, forward_scratch,
                     active ? std::span<const slot_size>(pullback_scratch) : std::span<const slot_size>());
  return var<Tag, typename Operation::result, active>{traces[0], result};
}

}  // namespace vscg
