// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <vscg/core/inputs.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/var.hpp>
#include <vscg/model/array.hpp>

namespace vscg {

/// A recorder that knows the names of a network's parameters.
inline recorder make_recorder(const parameter_table& table, bool dropout) {
  recorder trace;
  trace.parameters.assign(table.storage.size(), no_slot);
  trace.parameter_labels.resize(table.storage.size());
  for (const auto& entry : table.entries) {
    auto& label = trace.parameter_labels[entry.id];
    if (label.empty()) label = entry.name;
  }
  trace.random_uses.assign(table.random_keys, 0);
  trace.dropout = dropout;
  return trace;
}

/// One more input of the program.
template <class Tag, class Shape, bool Active>
var<Tag, Shape, Active> input_var(recorder& trace) {
  constexpr element_type type = element_type_of<Shape, typename Tag::scalar>;
  return {&trace, trace.input(size_of<Shape>(), type, Shape::extents)};
}

/// One var for each input shape, data without gradient.
template <class Tag, class... Shapes>
auto trace_inputs(recorder& trace, input_shapes<Shapes...>) {
  const auto one = [&]<class Shape>(std::type_identity<Shape>) {
    return input_var<Tag, traced_shape<Shape>, false>(trace);
  };
  return std::tuple{one(std::type_identity<Shapes>{})...};
}

/// A network's outputs are one var or a struct of vars that lists its members and can be rebound to other fields.
template <class Outputs>
std::vector<slot_id> output_slots(const Outputs& outputs) {
  std::vector<slot_id> ids;
  if constexpr (is_var<Outputs>) {
    ids.push_back(outputs.id);
  } else {
    visit_members(outputs, [&](const auto& field, std::string_view) { ids.push_back(field.id); });
  }
  return ids;
}

template <class Scalar>
struct view_field {
  template <class Shape>
  using type = array_view<Scalar, Shape>;
};
template <class Scalar>
struct array_field {
  template <class Shape>
  using type = array_of<Scalar, Shape>;
};
/// What the outputs of a network are while it is traced. A network with several outputs returns a struct of them, whose
/// members' types depend on this:
///
///   template <class Field>
///   struct reading {
///     typename Field::template type<shape<dyn, 10>> scores;
///     typename Field::template type<shape<dyn, 20, 20>> weights;
///     VSCG_MEMBERS(scores, weights)
///     template <class F>
///     using rebind = reading<F>;
///   };
///   ... return reading<var_field<typename decltype(x)::tag>>{scores, weights};
///
/// A session then returns `reading` with views, a model with arrays. Each output is computed from parameters: an input
/// that is handed through unchanged is none.
template <class Tag>
struct var_field {
  template <class Shape>
  using type = var<Tag, Shape, Tag::traced == mode::training>;
};

namespace detail {
/// One error for a type, whatever it is rebound to.
template <class Outputs>
struct refused_outputs {
  static_assert(sizeof(Outputs) == 0,
                "vscg: a network returns one var, or a struct of its outputs with a member template `rebind`, as "
                "nets/README.md shows");
  using shape_type = shape<dyn, 1>;
};
template <class Outputs, class Field>
struct rebind_outputs {
  using type = typename Field::template type<typename refused_outputs<Outputs>::shape_type>;
};
template <class Outputs, class Field>
requires requires { typename Outputs::template rebind<Field>; }
struct rebind_outputs<Outputs, Field> {
  using type = typename Outputs::template rebind<Field>;
};
template <class Tag, class Shape, bool Active, class Field>
struct rebind_outputs<var<Tag, Shape, Active>, Field> {
  using type = typename Field::template type<Shape>;
};
}  // namespace detail

/// The outputs of a trace with different fields: views of a session, arrays of a model.
template <class Outputs, class Field>
using rebind_outputs = typename detail::rebind_outputs<std::remove_cvref_t<Outputs>, Field>::type;

/// Calls f(field, k) for the k-th output.
template <class Outputs, class F>
void for_each_output(Outputs& outputs, F f) {
  if constexpr (requires { outputs.items; }) {
    f(outputs, std::size_t{0});
  } else {
    std::size_t k = 0;
    visit_members(outputs, [&](auto& field, std::string_view) { f(field, k++); });
  }
}

}  // namespace vscg

#include <vscg/core/end.hpp>
