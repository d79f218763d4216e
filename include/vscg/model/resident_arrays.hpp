// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

#include <vscg/backend/memory.hpp>
#include <vscg/core/checked_size.hpp>
#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/slot.hpp>
#include <vscg/model/batch_arrays.hpp>
#include <vscg/model/kept_inputs.hpp>

namespace vscg {

namespace kernels {

/// to[item] = from[rows[item]], an array's numbers in pieces, one piece per call: more calls keep more of a device
/// busy. `Kept` is what the numbers are kept as.
template <class T, class Kept = T>
struct gather_items {
  static constexpr std::size_t piece = 4096;
  std::size_t numbers;  // of an item
  const std::uint32_t* rows;
  const Kept* from;
  T* to;
  VSCG_HD std::size_t pieces() const { return (numbers + piece - 1) / piece; }
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t task) const {
    const std::size_t item = task / pieces();
    const std::size_t begin = task % pieces() * piece;
    const std::size_t count = numbers - begin < piece ? numbers - begin : piece;
    const Kept* const source = from + rows[item] * numbers + begin;
    T* const target = to + item * numbers + begin;
    if constexpr (std::is_same_v<T, Kept>)
      group.each(count, [&](auto i) { i.store(target, i.load(source)); });
    else
      group.integers(count, [&](std::size_t i) { target[i] = static_cast<T>(source[i]); });
  }
};

/// The same for indices, one item per call.
template <class T>
struct gather_indices {
  std::size_t numbers;
  const std::uint32_t* rows;
  const std::int32_t* from;
  std::int32_t* to;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    group.integers(numbers, [&](std::size_t i) { to[item * numbers + i] = from[rows[item] * numbers + i]; });
  }
};

}  // namespace kernels

/// The arrays of a whole data set, [N, ...] each, in a backend's memory. A step that takes its batch from here by row
/// copies the rows' numbers only, and a device need not wait for the host's memory.
///
///   typename trainer::resident videos(n);
///   videos.put(0, audio, visual, segments, ...);   // in one go, or part by part
///   trainer.step(videos, rows);
///
/// It owns its copy of the numbers. A step or inference reads it only during the call.
///
/// A network's inputs may be rounded as the backend keeps them (`kept_inputs`). One that is made for a backend whose
/// precision a thread chooses is for sessions and trainers of the same choice.
template <class Scalar, class Memory, class Shapes, class Inputs = kept_as_given>
class resident_arrays;

template <class Scalar, class Memory, class... Shapes, class Inputs>
class resident_arrays<Scalar, Memory, input_shapes<Shapes...>, Inputs> {
  static constexpr bool may_round = !std::is_same_v<Inputs, kept_as_given>;

 public:
  static constexpr std::size_t count = sizeof...(Shapes);
  using shapes = input_shapes<Shapes...>;

  /// For `items` items, whose numbers are not set yet. Throws vscg::expectation_error if memory is too small.
  explicit resident_arrays(std::size_t items) : items_(items) {
    static_assert((Shapes::per_item && ...), "vscg::resident_arrays: every array has a batch axis");
    if (items > UINT32_MAX)
      throw expectation_error("resident_arrays", "at most " + std::to_string(UINT32_MAX) + " items",
                              std::to_string(items));
    if constexpr (may_round) {
      if (Inputs::in_use()) round_inputs();
    }
    for (std::size_t k = 0; k < count; ++k)
      arrays_[k] = buffer<std::byte, Memory>(checked_product("bytes of a data set", {items, item_bytes_[k]}));
  }

  /// Gives items from `first` on their numbers, one array of the host's memory for each shape, as `trainer::step` takes
  /// them. Throws vscg::expectation_error if a shape is wrong or the items do not fit.
  template <class... Arrays>
  void put(std::size_t first, const Arrays&... arrays) {
    const auto part = checked_batch<Scalar, count>(shapes{}, nullptr, arrays...);
    if (part.items > items_ || first > items_ - part.items) {
      throw expectation_error("resident_arrays::put", "items within " + std::to_string(items_),
                              std::to_string(part.items) + " from " + std::to_string(first) + " on");
    }
    for (std::size_t k = 0; k < count; ++k) {
      const auto bytes = part.arrays[k].bytes;
      std::byte* const to = arrays_[k].data() + first * item_bytes_[k];
      if constexpr (may_round) {
        if (rounded_ && inputs[k]) {
          put_rounded(to, part.arrays[k].template part<Scalar>(0, part.items));
          continue;
        }
      }
      Memory::copy_in(to, bytes.data(), bytes.size());
    }
  }

  std::size_t items() const { return items_; }
  /// The numbers of array `k`, in the backend's memory.
  const std::byte* array(std::size_t k) const { return arrays_[k].data(); }
  /// Whether inputs are rounded.
  bool rounds() const { return rounded_; }
  /// Bytes of the backend's memory that it holds.
  std::size_t bytes() const {
    std::size_t total = 0;
    for (const auto& array : arrays_) total += array.bytes();
    return total;
  }

 private:
  static constexpr std::array<bool, count> inputs = Inputs::template of<Shapes...>();

  void round_inputs() {
    rounded_ = true;
    for (std::size_t k = 0; k < count; ++k) {
      if (inputs[k]) item_bytes_[k] = item_bytes_[k] / sizeof(Scalar) * sizeof(typename Inputs::kept_number);
    }
  }

  // Through a block of the host's memory.
  static void put_rounded(std::byte* to, std::span<const Scalar> numbers) {
    using kept_number = typename Inputs::kept_number;
    constexpr std::size_t most = std::size_t{1} << 18U;
    buffer<kept_number, typename Memory::host> some(std::min(most, numbers.size()));
    for (; !numbers.empty(); numbers = numbers.subspan(std::min(most, numbers.size()))) {
      const auto now = numbers.first(std::min(most, numbers.size()));
      std::transform(now.begin(), now.end(), some.data(), [](Scalar x) { return Inputs::kept(x); });
      Memory::copy_in(to, some.data(), now.size() * sizeof(kept_number));
      to += now.size() * sizeof(kept_number);
    }
  }

  std::array<std::size_t, count> item_bytes_{Shapes::elements * sizeof(element_of<Shapes, Scalar>)...};
  bool rounded_ = false;
  std::size_t items_;
  std::array<buffer<std::byte, Memory>, count> arrays_;
};

template <class Array>
inline constexpr bool is_resident = false;
template <class Scalar, class Memory, class Shapes, class Inputs>
inline constexpr bool is_resident<resident_arrays<Scalar, Memory, Shapes, Inputs>> = true;

}  // namespace vscg

#include <vscg/core/end.hpp>
