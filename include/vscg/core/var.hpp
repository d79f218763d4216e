// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <type_traits>

#include <vscg/core/parameter.hpp>
#include <vscg/core/recorder.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/slot.hpp>

namespace vscg {

/// What a network is traced for. `frozen`: training in which parameters get no gradient (data still passes it on).
enum class mode : unsigned char { inference, training, frozen };

/// Scalar, backend and mode of a trace; a network's code passes it on without looking at it.
template <class Scalar, class Backend, mode Mode>
struct trace_tag {
  using scalar = Scalar;
  using backend = Backend;
  static constexpr mode traced = Mode;
  static constexpr bool training = Mode != mode::inference;
};

/// A handle on an array of the program being traced: a slot, with shape, scalar and whether gradients flow as types.
/// Cheap to copy. It holds no data: a network's code runs once, however often the program runs.
template <class Tag, class Shape, bool Active>
struct var {
  using tag = Tag;
  using shape_type = Shape;
  static constexpr bool active = Active;

  recorder* trace = nullptr;
  slot_id id = no_slot;
};

template <class Type>
inline constexpr bool is_var = false;
template <class Tag, class Shape, bool Active>
inline constexpr bool is_var<var<Tag, Shape, Active>> = true;

template <class Type>
concept Var = is_var<std::remove_cvref_t<Type>>;

/// Two to four vars: what `record` and composites return if there are several results. It is an aggregate, for
/// structured bindings, and compiles faster than a std::pair or a std::tuple.
template <class... Each>
struct vars;
template <class First, class Second>
struct vars<First, Second> {
  First first;
  Second second;
};
template <class First, class Second, class Third>
struct vars<First, Second, Third> {
  First first;
  Second second;
  Third third;
};
template <class First, class Second, class Third, class Fourth>
struct vars<First, Second, Third, Fourth> {
  First first;
  Second second;
  Third third;
  Fourth fourth;
};
template <class... Each>
vars(Each...) -> vars<Each...>;

template <Var X>
using shape_of = typename std::remove_cvref_t<X>::shape_type;

namespace detail {
/// Shapes that differ only by axes of extent 1 or by how axes are grouped: a view of the same numbers.
template <class Shape, class Tag, class From, bool Active>
auto view_as(const var<Tag, From, Active>& x) {
  if constexpr (std::is_same_v<Shape, From>)
    return x;
  else
    return var<Tag, Shape, Active>{x.trace, x.trace->view(x.id, Shape::extents)};
}
}  // namespace detail

template <class From, class To>
struct reshape_function;

/// The words of a refused view.
enum class regrouping : unsigned char { of_neighboring_axes, of_other_axes_call_split_heads_or_merge_heads_or_permute };

namespace detail {
/// Whether axes are only joined with their neighbors or split where they are: each axis of one shape is a product of
/// neighboring axes of the other. Both have equally many elements; axes of extent 1 do not count.
template <class From, class To>
inline constexpr bool regroups = [] {
  const auto next = [](const auto& extents, std::size_t& at) {
    while (at < extents.size() && extents[at] == 1) ++at;
    return at < extents.size() ? static_cast<std::size_t>(extents[at++]) : std::size_t{1};
  };
  std::size_t i = From::batch_axes;
  std::size_t j = To::batch_axes;
  while (i < From::rank || j < To::rank) {
    std::size_t from = next(From::extents, i);
    std::size_t to = next(To::extents, j);
    bool joined = false;
    bool split = false;
    while (from != to) {
      joined = joined || from < to;
      split = split || to < from;
      if (from < to)
        from *= next(From::extents, i);
      else
        to *= next(To::extents, j);
    }
    if (joined && split) return false;
  }
  return true;
}();
}  // namespace detail

/// The same numbers with another shape (PyTorch's view): recorded without an operation or a copy. It may join
/// neighboring axes, [B, T, H, D] to [B, T, H * D], and split an axis, [B, T, H * D] to [B, T, H, D].
///
/// Refuses a shape whose axes would mean something else than before: [B, T, H * D] seen as [B, H, T, D] mixes steps and
/// heads (use `split_heads`, or `permute` after a view). If T equals H, that is the shape [B, T, H, D] too, and nothing
/// can be refused. To join some axes and split others, take two views.
template <class Shape, class Tag, class From, bool Active>
auto view(const var<Tag, From, Active>& x) {
  using function = reshape_function<From, Shape>;
  if constexpr (From::batch_axes != Shape::batch_axes) {
    constexpr auto batch = [](std::size_t axes) { return axes > 0 ? axis::batch : axis::no_batch; };
    require<false, function, expects<batch(Shape::batch_axes)>, gets<batch(From::batch_axes)>>();
  } else if constexpr (From::elements != Shape::elements) {
    require<false, function, expects<static_cast<int>(Shape::elements), number::of_elements>,
            gets<static_cast<int>(From::elements), number::of_elements>>();
  } else {
    require<detail::regroups<From, Shape>, function, expects<regrouping::of_neighboring_axes>,
            gets<regrouping::of_other_axes_call_split_heads_or_merge_heads_or_permute>>();
  }
  return detail::view_as<Shape>(x);
}

/// The same numbers without a gradient (PyTorch's detach).
template <class Tag, class Shape, bool Active>
auto detach(const var<Tag, Shape, Active>& x) {
  return var<Tag, Shape, false>{x.trace, x.id};
}

/// A parameter as an operand of the trace that `like` belongs to. A stack of arrays has the stack as its first axis.
template <class Tag, class Shape, bool Active, int... Extents, class Initializer, int Stack, kept_by Keeper>
auto operand(const var<Tag, Shape, Active>& like,
             const parameter_of<shape<Extents...>, Initializer, Stack, Keeper>& p) {
  constexpr bool learns = Tag::traced == mode::training && Keeper == kept_by::optimizer;
  using Whole = std::conditional_t<Stack == 1, shape<Extents...>, shape<Stack, Extents...>>;
  constexpr auto type = element_type_of<Whole, typename Tag::scalar>;
  return var<Tag, Whole, learns>{like.trace, like.trace->parameter(p.id, type, Whole::extents)};
}

/// Gives a persistent array its numbers from the next step on: this step's `value`. Only in training; a refused step
/// leaves them as they were.
template <class Tag, class Shape, bool Active, class Initializer>
void assign(const parameter_of<Shape, Initializer, 1, kept_by::network>& p, const var<Tag, Shape, Active>& value) {
  static_assert(Tag::training, "vscg::assign: only in training");
  value.trace->updates.push_back({p.id, value.id});
}

}  // namespace vscg

#include <vscg/core/end.hpp>
