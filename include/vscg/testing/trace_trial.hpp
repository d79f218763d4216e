// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <vscg/core/inputs.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/program.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/var.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/testing/weighted_sum.hpp>

namespace vscg::testing {

/// What else reads the operands. With no other reader, the pullback under trial is the first to write every gradient;
/// readers recorded `after` it write first, so it must add.
enum class other_readers : unsigned char { none, before, after };

/// Whether the result stays readable after the run, or dies as soon as nothing needs it.
enum class result_is : unsigned char { kept, dropped };

/// One operation or layer as a program of its own: its operands are the first inputs, its result is output 0, and the
/// loss is the result's sum with the weights given as input `result_weights`.
struct trial_program {
  std::shared_ptr<const program> steps;
  parameter_table table;
  std::size_t operands = 0;
  std::uint32_t active = 0;  // bit i: operand i takes a gradient
  std::size_t result_weights = 0;

  /// How many elements an operand has with this many items.
  std::size_t elements(std::size_t operand, std::size_t items) const {
    return steps->slot_table()[steps->inputs()[operand]].size.elements(items);
  }
  bool per_item(std::size_t operand) const { return steps->slot_table()[steps->inputs()[operand]].size.per_item != 0; }
};

namespace detail {

/// A copy of x in planned memory; indices stay in place.
template <class Tag, class Shape, bool Active>
auto planned_copy(const var<Tag, Shape, Active>& x) {
  if constexpr (Shape::of_indices)
    return x;
  else
    return x * 1;
}

/// Says which classes there are, if x holds classes.
template <class Shape, class X>
void limit_classes(recorder& trace, const X& x) {
  if constexpr (requires { Shape::class_count; }) trace.limit_indices(x.id, Shape::class_count);
}

/// What a function returns, or the total of a loss.
template <class Result>
auto checked_part(const Result& result) {
  if constexpr (Var<Result>)
    return result;
  else
    return result.total;
}

/// Adds a sum of x with its own weights, if x takes a gradient.
template <class Tag, class Shape, bool Active>
void add_reader(recorder& trace, const var<Tag, Shape, Active>& x, std::vector<var<Tag, shape<1>, true>>& sums) {
  if constexpr (Active) sums.push_back(weighted_sum(x, input_var<Tag, Shape, false>(trace)));
}

template <class Tag, std::uint32_t Active, class Function, class... Shapes, std::size_t... I>
trial_program trace_trial(Function function, parameter_table table, input_shapes<Shapes...>, result_is kept,
                          other_readers readers, std::index_sequence<I...>) {
  recorder trace = make_recorder(table, true);
  constexpr std::uint32_t active = ((traced_shape<Shapes>::of_indices ? 0U : Active & (1U << I)) | ... | 0U);
  const auto given = std::tuple{input_var<Tag, traced_shape<Shapes>, ((active >> I) & 1U) != 0>(trace)...};
  (limit_classes<Shapes>(trace, std::get<I>(given)), ...);
  // Copies lie in planned memory, where anything that a pullback must not read is dead.
  const auto vars = std::tuple{planned_copy(std::get<I>(given))...};
  std::vector<var<Tag, shape<1>, true>> sums;
  const auto read_all = [&] { (add_reader(trace, std::get<I>(vars), sums), ...); };
  if (readers == other_readers::before) read_all();
  const auto y = checked_part(function(std::get<I>(vars)...));
  trial_program result;
  result.result_weights = trace.inputs.size();
  auto loss = weighted_sum(y, input_var<Tag, shape_of<decltype(y)>, false>(trace));
  if (readers == other_readers::after) read_all();
  for (const auto& sum : sums) loss = loss + sum;
  std::vector<slot_id> outputs;
  if (kept == result_is::kept) outputs.push_back(y.id);
  result.steps = std::make_shared<const program>(std::move(trace), std::move(outputs), loss.id);
  result.table = std::move(table);
  result.operands = sizeof...(Shapes);
  result.active = active;
  return result;
}

template <class... Shapes>
std::make_index_sequence<sizeof...(Shapes)> operands_of(input_shapes<Shapes...>);

}  // namespace detail

/// Traces `function`, which takes one var for each of `Inputs` and returns one, or a loss's terms; bit i of `Active`:
/// operand i takes a gradient, unless it holds indices. If the function lists members, its parameters take gradients
/// too.
template <class Inputs, class Scalar, class Backend, std::uint32_t Active = 0xffffffffU, class Function>
trial_program trace_trial(const Function& function, result_is kept = result_is::kept,
                          other_readers readers = other_readers::none) {
  using tag = trace_tag<Scalar, Backend, mode::training>;
  Function bound = function;
  parameter_table table;
  if constexpr (HasMembers<Function>)
    table = bind_parameters(bound);
  else
    table.random_keys = 8;  // for operations that draw random numbers under keys 0 … 7
  using operands = decltype(detail::operands_of(Inputs{}));
  return detail::trace_trial<tag, Active>(std::move(bound), std::move(table), Inputs{}, kept, readers, operands{});
}

}  // namespace vscg::testing

#include <vscg/core/end.hpp>
