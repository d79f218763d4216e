// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <vscg/core/execution.hpp>
#include <vscg/core/node.hpp>
#include <vscg/core/recorder.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/slot.hpp>
#include <vscg/core/var.hpp>

namespace vscg {

/// The defaults for what an operation says about itself. An operation derives from this and replaces what differs.
///
///   struct relu : operation<Shape> {
///     static constexpr const char* name = "relu";
///     static constexpr bool pullback_reads_result = true;
///     template <class C> void forward(const C& c) const;
///     template <class C> void pullback(const C& c) const;
///   };
///
/// An operation with several results lists all their shapes; `record` then returns `vars`, for structured bindings.
template <class Result, class... More>
struct operation {
  using result = Result;
  using results = detail::shape_list<Result, More...>;
  /// Bit i: the pullback reads operand i.
  static constexpr std::uint32_t pullback_reads_operands = 0;
  /// Bit i: the pullback reads result i; `true` means the only result.
  static constexpr std::uint32_t pullback_reads_result = 0;
  /// Arrays that forward writes for the pullback to read, and scratch that each of the two needs while it runs.
  static constexpr std::array<slot_size, 0> saved() { return {}; }
  static constexpr std::array<slot_size, 0> forward_scratch() { return {}; }
  static constexpr std::array<slot_size, 0> pullback_scratch() { return {}; }
  /// Arrays that `prepare(c)` makes from parameters alone, once for all runs with the same weights: copies in the order
  /// that suits a backend's products. `prepared_operands` says which operands they are made from. If one of those is
  /// not a parameter, nothing is prepared and `c.prepared(i)` is null. It is also null for a size of 0. `active` has
  /// bit i set if operand i takes a gradient.
  template <class Executor>
  static constexpr std::array<slot_size, 0> prepared([[maybe_unused]] std::uint32_t active) {
    return {};
  }
  static constexpr std::uint32_t prepared_operands = 0;
  /// Floating-point operations of forward's products, per item.
  static constexpr double flops_per_item = 0;
  /// Whether an item's result depends on the other items of the batch. Such a program cannot use micro-batches.
  static constexpr bool couples_batch = false;
  /// Whether it is linear in all operands together (a sum, a multiple). Micro-batches add up a mean over the batch part
  /// by part, so the mean may only pass through linear operations.
  static constexpr bool is_linear = false;
  /// Whether the pullback writes gradients in another order than that of the operands, or several at the same time.
  /// Then each of several operands that are one array has a gradient of its own, so the pullback has to write all that
  /// are wanted. They are added when it ends; but for operand i if bit i of `adds_apart` is set: that one it adds
  /// itself, by `c.add_apart`, or leaves out if another operand has got its part.
  static constexpr bool gradients_apart = false;
  static constexpr std::uint32_t adds_apart = 0;
  /// Whether an operand may hold indices. The operation gets them from `c.indices(operand)`.
  static constexpr bool takes_indices = false;
  // An operation with settings lists their names and values, so that readers of the program see those in its type too:
  //   void settings(setting_list& to) const { to.add("epsilon", epsilon); }
};

namespace detail {

/// A view of an array. A std::span would take longer to compile, once for every length of array.
template <class T>
struct array_view {
  const T* first;
  std::size_t count;
  constexpr const T* begin() const { return first; }
  constexpr const T* end() const { return first + count; }
  constexpr std::size_t size() const { return count; }
  constexpr const T& operator[](std::size_t i) const { return first[i]; }
};
template <class T, std::size_t N>
constexpr array_view<T> view_of(const std::array<T, N>& all) {
  return {all.data(), N};
}

struct result_description {
  slot_size size;
  element_type type;
  array_view<int> extents;
};

/// Everything that recording needs to know about an operation's type. It is a constant, to keep call sites small.
struct operation_description {
  const char* name;
  void (*settings)(const void* operation, setting_list& to);  // or null
  element_type scalar;
  node::function forward;
  node::function pullback;
  node::function prepare;
  array_view<slot_size> prepared;
  array_view<slot_size> saved;
  array_view<slot_size> forward_scratch;
  array_view<slot_size> pullback_scratch;
  array_view<result_description> results;
  std::uint32_t active_operands;
  std::uint32_t prepared_operands;
  std::uint32_t reads_operands;
  std::uint32_t reads_results;
  double flops_per_item;
  bool couples_batch;
  bool is_linear;
  bool gradients_apart;
};

/// Whether all operands that `prepare` reads are parameters.
inline bool can_prepare(const recorder& trace, const operation_description& d, array_view<slot_id> operands) {
  if (d.prepare == nullptr) return false;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const bool used = ((d.prepared_operands >> k) & 1U) != 0;
    if (used && trace.arrays[operands[k]].from != slot::origin::parameter) return false;
  }
  return true;
}

/// Gives a node its prepared arrays. If an earlier node prepares the same thing, both share them.
inline void prepare_once(recorder& trace, const operation_description& d, node& n) {
  const auto same = [&](const node& other) {
    bool equal = other.prepare == d.prepare && std::memcmp(other.operation, n.operation, node::operation_bytes) == 0;
    for (std::size_t k = 0; equal && k < n.operands.size(); ++k) {
      if (((d.prepared_operands >> k) & 1U) != 0) equal = other.operands[k] == n.operands[k];
    }
    return equal;
  };
  n.prepare = d.prepare;
  // A std::find_if would hold `same` four times.
  for (const node& earlier : trace.nodes) {
    if (!same(earlier)) continue;
    n.prepared = earlier.prepared;
    return;
  }
  for (const slot_size size : d.prepared) {
    n.prepared.push_back(size.fixed == 0 ? no_slot : trace.temporary(size, d.scalar));
  }
}

/// Returns the slot of the first result; further results follow it in `trace.arrays`.
template <class = void>  // so that vscg::compiled can hold it
[[gnu::cold]] VSCG_NOINLINE slot_id append(recorder& trace, const operation_description& d,
                                           array_view<slot_id> operands, const void* operation,
                                           std::size_t operation_bytes) {
  node n;
  n.kind = n.label = d.name;
  if (d.settings != nullptr) d.settings(operation, n.settings);
  std::memcpy(n.operation, operation, operation_bytes);
  n.forward = d.forward;
  n.pullback = d.pullback;
  n.active_operands = d.active_operands;
  n.reads_operands = d.reads_operands;
  n.reads_results = d.reads_results;
  n.flops_per_item = d.flops_per_item;
  n.couples_batch = d.couples_batch;
  n.is_linear = d.is_linear;
  n.gradients_apart = d.gradients_apart;
  n.operands.assign(operands.begin(), operands.end());
  const auto add = [&](array_view<slot_size> sizes, std::vector<slot_id>& to) {
    for (const slot_size size : sizes)
      to.push_back(size.elements(1, 1) == 0 ? no_slot : trace.temporary(size, d.scalar));
  };
  if (can_prepare(trace, d, operands)) prepare_once(trace, d, n);
  add(d.saved, n.saved);
  add(d.forward_scratch, n.forward_scratch);
  if (d.pullback != nullptr) add(d.pullback_scratch, n.pullback_scratch);
  for (const slot_id id : n.operands) {
    const slot& from = trace.arrays[id];
    if (from.from == slot::origin::parameter) {
      n.label += '(' + trace.parameter_labels[from.parameter] + ')';
      break;
    }
  }
  if (!trace.part.empty() && n.label == n.kind) n.label += '(' + trace.part + ')';
  for (const auto& result : d.results) {
    slot s;
    s.size = result.size;
    s.type = result.type;
    s.extents.assign(result.extents.begin(), result.extents.end());
    s.node = static_cast<std::uint32_t>(trace.nodes.size());
    n.results.push_back(trace.add(std::move(s)));
  }
  trace.nodes.push_back(std::move(n));
  return trace.nodes.back().results[0];
}

template <class Operation, class Context>
void run_forward(const void* self, const node& at, void* run) {
  static_cast<const Operation*>(self)->forward(Context(at, run));
}
template <class Operation, class Context>
void run_pullback(const void* self, const node& at, void* run) {
  static_cast<const Operation*>(self)->pullback(Context(at, run));
  if constexpr (Operation::gradients_apart) {
    using running = execution<typename Context::scalar, typename Context::executor>;
    add_rest_apart(at, *static_cast<const running*>(run), Operation::adds_apart);
  }
}

template <class Operation, class Context>
void run_prepare(const void* self, const node& at, void* run) {
  static_cast<const Operation*>(self)->prepare(Context(at, run));
}

/// An operation that no gradient flows through compiles no pullback.
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

template <class Operation>
void list_settings(const void* self, setting_list& to) {
  static_cast<const Operation*>(self)->settings(to);
}

template <class Operation>
constexpr auto settings_of() -> void (*)(const void*, setting_list&) {
  if constexpr (requires(const Operation& o, setting_list& to) { o.settings(to); })
    return list_settings<Operation>;
  else
    return nullptr;
}

template <class Scalar, class... Results>
constexpr auto describe_results(shape_list<Results...>) {
  return std::array<result_description, sizeof...(Results)>{
      result_description{size_of<Results>(), element_type_of<Results, Scalar>, view_of(Results::extents)}...};
}

template <class Operation, class Tag, std::uint32_t Active>
struct described {
  using scalar = typename Tag::scalar;
  using executor = typename Tag::backend::template executor<scalar>;
  static constexpr auto results = describe_results<scalar>(typename Operation::results{});
  static constexpr auto prepared = Operation::template prepared<executor>(Active);
  static constexpr auto saved = Operation::saved();
  static constexpr auto forward_scratch = Operation::forward_scratch();
  static constexpr auto pullback_scratch = Operation::pullback_scratch();
  static constexpr operation_description value{
      Operation::name,
      settings_of<Operation>(),
      element_type_of<typename Operation::result, scalar>,
      run_forward<Operation, operation_context<Operation, Tag, Active, false>>,
      pullback_of<Operation, Tag, Active>(),
      prepare_of<Operation, Tag, Active>(),
      view_of(prepared),
      view_of(saved),
      view_of(forward_scratch),
      view_of(pullback_scratch),
      view_of(results),
      Active,
      Operation::prepared_operands,
      Operation::pullback_reads_operands,
      Operation::pullback_reads_result,
      Operation::flops_per_item,
      Operation::couples_batch,
      Operation::is_linear,
      Operation::gradients_apart,
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

template <class Tag, bool Active, class Result>
using result_var = var<Tag, Result, Active && !Result::of_indices>;

template <class Tag, bool Active, class Only>
auto result_vars(recorder* trace, slot_id first, shape_list<Only>) {
  return result_var<Tag, Active, Only>{trace, first};
}
template <class Tag, bool Active, class... Results>
auto result_vars(recorder* trace, slot_id first, shape_list<Results...>) {
  static_assert(sizeof...(Results) <= 4, "vscg::record: an operation has at most four results");
  return vars{result_var<Tag, Active, Results>{trace, first++}...};
}

}  // namespace detail

/// The operation that computes `Operation` on `Backend`: itself, or the replacement that a specialization names. The
/// replacement is made from the original and keeps its operands and result shapes, but chooses what it saves and reads.
///
///   template <class Shape>
///   struct vscg::implementation<vscg::ops::softmax<Shape>, my_backend> { using type = my_softmax<Shape>; };
template <class Operation, class Backend>
struct implementation {
  using type = Operation;
};

/// Records one operation, or the backend's replacement for it. A program grows only through this function. Returns a
/// var, or `vars` if the operation has several results. Cold, because a program records once and then runs: the
/// compiler makes such functions small, which takes it less time.
template <class Operation, class Tag, class... Shapes, bool... Active>
[[gnu::cold]] auto record(const Operation& operation, const var<Tag, Shapes, Active>&... operands) {
  using Chosen = typename implementation<Operation, typename Tag::backend>::type;
  const Chosen chosen(operation);
  constexpr bool some_indices = (Shapes::of_indices || ...);
  require<!some_indices || Chosen::takes_indices, Chosen, expects<number::of_numbers>, gets<number::of_indices>>();
  static_assert(std::is_trivially_copyable_v<Chosen> && sizeof(Chosen) <= node::operation_bytes,
                "vscg::record: an operation is a few settings that can be copied as bytes");
  constexpr bool comparable = std::is_empty_v<Chosen> || std::has_unique_object_representations_v<Chosen>;
  static_assert(Chosen::prepared_operands == 0 || comparable,
                "vscg::record: settings that prepare something are compared as bytes, so they have no padding");
  constexpr std::uint32_t active = detail::bits_of<Active...>;
  // An empty operation still has one byte, which is padding.
  constexpr std::size_t bytes = std::is_empty_v<Chosen> ? 0 : sizeof(Chosen);
  recorder* const traces[] = {operands.trace...};
  const slot_id ids[] = {operands.id...};
  const slot_id first = detail::append<>(*traces[0], detail::described<Chosen, Tag, active>::value,
                                         {ids, sizeof...(operands)}, &chosen, bytes);
  return detail::result_vars<Tag, active != 0>(traces[0], first, typename Chosen::results{});
}

/// Records one operation without operands, as data of a trace.
template <class Tag, class Operation>
[[gnu::cold]] auto record_without_operands(recorder& trace, const Operation& operation) {
  static_assert(std::is_trivially_copyable_v<Operation> && sizeof(Operation) <= node::operation_bytes);
  const slot_id first =
      detail::append(trace, detail::described<Operation, Tag, 0>::value, {nullptr, 0}, &operation, sizeof(Operation));
  return detail::result_vars<Tag, false>(&trace, first, typename Operation::results{});
}

}  // namespace vscg

#include <vscg/core/end.hpp>
