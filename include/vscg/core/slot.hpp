// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include <vscg/core/config.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/shape_text.hpp>

namespace vscg {

/// The type of an array's numbers.
enum class element_type : unsigned char { float32, float64, int32 };

/// Bytes of one number.
constexpr std::size_t bytes_of(element_type type) { return type == element_type::float64 ? 8 : 4; }

/// NumPy's name for it.
constexpr const char* name_of(element_type type) {
  constexpr const char* names[] = {"float32", "float64", "int32"};
  return names[static_cast<std::size_t>(type)];
}

/// The type of this shape's elements in a program that computes with `Scalar`.
template <class Shape, class Scalar>
using element_of = std::conditional_t<Shape::of_indices, std::int32_t, Scalar>;

template <class Shape, class Scalar>
inline constexpr element_type element_type_of = Shape::of_indices                ? element_type::int32
                                                : std::is_same_v<Scalar, double> ? element_type::float64
                                                                                 : element_type::float32;

using slot_id = std::uint32_t;
inline constexpr slot_id no_slot = 0xffffffffU;

/// Size of a slot in elements: `per_item` times the items of a micro-batch, plus `fixed`, plus `per_worker` times the
/// threads, plus `per_pair` times the pairs of items.
struct slot_size {
  std::size_t per_item = 0;
  std::size_t fixed = 0;
  std::size_t per_worker = 0;
  std::size_t per_pair = 0;

  constexpr std::size_t elements(std::size_t items, std::size_t workers = 0) const {
    return per_item * items + fixed + per_worker * workers + per_pair * items * items;
  }
};

/// Size of a slot that holds an array of this shape.
template <class Shape>
constexpr slot_size size_of() {
  if constexpr (Shape::per_pair)
    return {0, 0, 0, Shape::elements};
  else if constexpr (Shape::per_item)
    return {Shape::elements, 0, 0};
  else
    return {0, Shape::elements, 0};
}

/// One array of a traced program.
struct slot {
  /// Where its numbers come from. A view has none of its own: it shares another slot's, in the same order.
  enum class origin : unsigned char { input, parameter, result, view, temporary };
  static constexpr std::uint32_t nobody = 0xffffffffU;

  origin from = origin::result;
  slot_size size;
  element_type type = element_type::float32;
  std::vector<int> extents;          // `dyn` stands for B; empty for a temporary
  std::uint32_t parameter = nobody;  // its id, if it is a parameter
  slot_id view_of = no_slot;         // another slot, which may be a view too
  std::uint32_t node = nobody;       // which operation makes it, if it is a result
  std::int32_t index_limit = 0;      // indices of an input lie from 0 to below this; 0: no operation says so
};

/// "[B, 10, 128]".
inline std::string shape_text(const slot& s) { return shape_text(s.extents, dyn, ", ", "B"); }

}  // namespace vscg

#include <vscg/core/end.hpp>
