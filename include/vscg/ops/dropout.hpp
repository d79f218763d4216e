// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <vscg/core/math.hpp>
#include <vscg/core/random.hpp>
#include <vscg/core/record.hpp>

namespace vscg {

namespace kernels {

/// to = from / (1 - rate) where the mask keeps, else 0. The mask is a function of (seed, path of the layer, step,
/// number of the layer's use, place of the item in the batch, element), so it is never stored, and the same in any
/// micro-batch.
template <class T>
struct dropout_mask {
  std::size_t item_elements;
  std::uint64_t key;
  std::uint32_t step;
  std::uint32_t use;
  std::uint32_t first_item;
  std::uint32_t limit;  // a word below it drops the element
  T kept_scale;
  const T* from;
  gradient<T> to;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    const T* const source = from + item * item_elements;
    const gradient<T> target{to.data + item * item_elements, to.adds};
    group.counters((item_elements + 3) / 4, [&](auto counter) {
      using word = typename decltype(counter)::word;
      const std::uint32_t place = first_item + static_cast<std::uint32_t>(item);
      const auto words = philox_words<word>({counter.words(), word(place), word(step), word(use)}, key);
      counter.each(words, item_elements, limit, [&](auto i, auto kept) {
        using math::where_greater;
        using V = decltype(kept);
        target.store(i, where_greater(kept, V(0), i.load(source) * V(kept_scale), V(0)));
      });
    });
  }
};

}  // namespace kernels

namespace ops {

/// y = mask x / (1 - rate); dx = mask dy / (1 - rate).
template <class Shape>
struct dropout : operation<Shape> {
  static constexpr const char* name = "dropout";
  double rate = 0.5;
  std::uint64_t path = 0;
  std::uint32_t use = 0;

  template <class C>
  void forward(const C& c) const {
    run(c, c.template x<0>(), {c.y(), false});
  }
  template <class C>
  void pullback(const C& c) const {
    run(c, c.dy(), c.template dx<0>());
  }

 private:
  template <class C, class T = typename C::scalar>
  void run(const C& c, const T* from, gradient<T> to) const {
    const run_state& state = c.state();
    kernels::dropout_mask<T> kernel{};
    kernel.item_elements = Shape::elements;
    kernel.key = (state.seed * 0x9E3779B97F4A7C15ULL) ^ path;
    kernel.step = static_cast<std::uint32_t>(state.step);
    kernel.use = use;
    kernel.first_item = static_cast<std::uint32_t>(state.first_item);
    kernel.limit = static_cast<std::uint32_t>(rate * 0x1p32);
    kernel.kept_scale = static_cast<T>(1 / (1 - rate));
    kernel.from = from;
    kernel.to = to;
    c.backend().rows(c.items(), 8 * Shape::elements, kernel);
  }
};

}  // namespace ops

/// PyTorch's F.dropout in training, with rate < 1; nothing in inference. Each use of one layer in a network has a mask
/// of its own.
template <class Tag, class Shape, bool Active>
auto dropout(const var<Tag, Shape, Active>& x, const random_key& key, double rate) {
  static_assert(Shape::per_item, "vscg::dropout: its operand has the batch as its first axis");
  ops::dropout<Shape> operation;
  operation.rate = rate;
  operation.path = key.path;
  operation.use = x.trace->random_uses[key.id]++;
  return record(operation, x);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
