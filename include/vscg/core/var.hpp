// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <vscg/core/parameter.hpp>
#include <vscg/core/shape.hpp>

namespace vscg {

/// What a network is traced for. `frozen` is training in which parameters get no gradient (data still passes one on).
enum class mode : unsigned char { inference, training, frozen };

/// Scalar, backend and mode of a trace; a network's code passes it on without looking at it.
template <class Scalar, class Backend, mode Mode>
struct trace_tag {
  using scalar = Scalar;
  using backend = Backend;
  static constexpr mode traced = Mode;
  static constexpr bool training = Mode != mode::inference;
};

using slot_id = std::uint32_t;
inline constexpr slot_id no_slot = 0xffffffffU;

/// Size of a slot in elements: `per_item` times the items of a micro-batch, plus `fixed`, plus `per_worker` times the
/// threads.
struct slot_size {
  std::size_t per_item = 0;
  std::size_t fixed = 0;
  std::size_t per_worker = 0;
};

/// One array of a traced program.
struct slot {
  enum class origin : unsigned char { input, parameter, result, temporary };
  origin from = origin::result;
  slot_size size;
  std::uint32_t parameter = unbound;  // its id, where it is a parameter
};

/// One recorded operation.
struct node {
  using function = void (*)(const void* operation, const node& self, void* execution);

  std::string label;  // "linear(attention.affine_video.weight)": named in errors and drawings
  static constexpr std::size_t operation_bytes = 40;
  alignas(8) std::byte operation[operation_bytes] = {};  // the operation's settings, copied
  function forward = nullptr;
  function pullback = nullptr;  // null where no operand is active
  std::vector<slot_id> operands;
  slot_id result = no_slot;
  function prepare = nullptr;            // null where nothing is prepared
  std::vector<slot_id> prepared;         // made of parameters alone, before the first run and when they change
  std::vector<slot_id> saved;            // written forward, read in the pullback
  std::vector<slot_id> forward_scratch;  // garbage before and after
  std::vector<slot_id> pullback_scratch;
  std::uint32_t active_operands = 0;  // bit i: operand i takes a gradient
  std::uint32_t reads_operands = 0;   // bit i: the pullback reads operand i
  bool reads_result = false;          // the pullback reads the result
  double flops_per_item = 0;          // of the forward product, where there is one
  // Filled when the program is built: bit i: this pullback is the first to write the gradient of operand i.
  std::uint32_t assigns = 0;
  // Bit i: somebody reads the gradient of operand i.
  std::uint32_t wanted = 0;
  // Bit i: the gradient of operand i is a parameter's and grows over the micro-batches of a step.
  std::uint32_t persists = 0;
};

/// What a trace writes: the operations in the order in which the network's code called them.
struct recorder {
  std::vector<slot> slot_table;
  std::vector<node> nodes;
  std::vector<slot_id> inputs;
  std::vector<slot_id> parameters;            // by id; no_slot where the trace has not met it
  std::vector<std::string> parameter_labels;  // by id
  std::vector<std::uint32_t> random_uses;     // by random key: how often it was used
  bool dropout = true;

  slot_id add(slot s) {
    slot_table.push_back(s);
    return static_cast<slot_id>(slot_table.size() - 1);
  }
  slot_id parameter(std::uint32_t id, std::size_t elements) {
    if (parameters[id] == no_slot) parameters[id] = add({slot::origin::parameter, {0, elements, 0}, id});
    return parameters[id];
  }
};

/// A handle on an array of the program being traced: which slot, with shape, scalar and whether gradients flow as
/// types. Cheap to copy; it holds no data, and a network's code runs once, however often the program is run.
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

template <Var X>
using shape_of = typename std::remove_cvref_t<X>::shape_type;

/// The same numbers seen with another shape (PyTorch's view): no operation, no copy.
template <class Shape, class Tag, class From, bool Active>
auto view(const var<Tag, From, Active>& x) {
  static_assert(From::per_item == Shape::per_item && From::elements == Shape::elements,
                "vscg::view: both shapes hold the same number of elements");
  return var<Tag, Shape, Active>{x.trace, x.id};
}

/// An operand of a layer whose last axis must have `Channels`: refused by name otherwise, and passed on as if it were
/// right, so that a wrong shape is one error and not twenty.
template <class Layer, int Channels, class Tag, class Shape, bool Active>
auto expect_channels(const var<Tag, Shape, Active>& x) {
  require_extent<Layer, Channels, extent<Shape, -1>>();
  return var<Tag, with_channels<Shape, Channels>, Active>{x.trace, x.id};
}

/// The same numbers, through which no gradient flows (PyTorch's detach).
template <class Tag, class Shape, bool Active>
auto detach(const var<Tag, Shape, Active>& x) {
  return var<Tag, Shape, false>{x.trace, x.id};
}

/// A parameter as an operand of the trace that `like` belongs to; a stack of arrays has the stack as its first axis.
template <class Tag, class Shape, bool Active, int... Extents, class Initializer, int Stack>
auto operand(const var<Tag, Shape, Active>& like, const parameter_of<shape<Extents...>, Initializer, Stack>& p) {
  constexpr bool learns = Tag::traced == mode::training;
  const slot_id id = like.trace->parameter(p.id, shape<Extents...>::elements * Stack);
  if constexpr (Stack == 1)
    return var<Tag, shape<Extents...>, learns>{like.trace, id};
  else
    return var<Tag, shape<Stack, Extents...>, learns>{like.trace, id};
}

}  // namespace vscg

#include <vscg/core/end.hpp>
