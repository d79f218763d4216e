// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/error.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/math.hpp>
#include <vscg/core/number_text.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/setting.hpp>
#include <vscg/ops/random_use.hpp>

namespace vscg {

namespace kernels {

/// What a use of a dropout layer keeps: it takes one random word for each element.
template <class T>
struct dropout_choice : random_words {
  std::uint32_t limit;  // a smaller word drops the element
  T kept_scale;

  /// f(index, kept) for `count` elements of an item, from element `begin` on, which is a multiple of 4: `kept` is 1 if
  /// the element at `begin` + index is kept, else 0.
  template <class Group, class F>
  VSCG_HD void each(Group group, std::size_t item, std::size_t begin, std::size_t count, F f) const {
    const item_words words = of(item);
    group.counters((count + 3) / 4, [&](auto counter) {
      counter.each(words(counter.words() + std::uint64_t{begin / 4}), count, limit, f);
    });
  }
  /// x / (1 - rate) where the element is kept, else 0.
  template <class V>
  VSCG_HD V value(V x, V kept) const {
    using math::where_greater;
    return where_greater(kept, V(0), x * V(kept_scale), V(0));
  }
};

/// to = from / (1 - rate) where the mask keeps, else 0.
template <class T>
struct dropout_mask {
  std::size_t item_elements;
  dropout_choice<T> choice;
  const T* from;
  gradient<T> to;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    const T* const source = from + item * item_elements;
    const gradient<T> target{to.data + item * item_elements, to.adds};
    choice.each(group, item, 0, item_elements,
                [&](auto i, auto kept) { target.store(i, choice.value(i.load(source), kept)); });
  }
};

}  // namespace kernels

/// One use of a dropout layer. Its mask is known before the operation is recorded. A rate of 0 drops nothing.
struct dropout_use : random_use {
  double rate = 0;
  /// What kept numbers are multiplied with.
  template <class T>
  T kept_scale() const {
    return static_cast<T>(1 / (1 - rate));
  }
};

/// What `use` keeps of the items of a run.
template <class T>
kernels::dropout_choice<T> choice_of(const dropout_use& use, const run_state& state) {
  return {words_of(use, state), static_cast<std::uint32_t>(use.rate * 0x1p32), use.kept_scale<T>()};
}

namespace ops {

/// y = mask x / (1 - rate); dx = mask dy / (1 - rate).
template <class Shape>
struct dropout : operation<Shape> {
  static constexpr const char* name = "dropout";
  void settings(setting_list& to) const { to.add("rate", use.rate).add("use", use.number); }
  dropout_use use;

  template <class C>
  void forward(const C& c) const {
    run(c, c.x(), {c.y(), false});
  }
  template <class C>
  void pullback(const C& c) const {
    run(c, c.dy(), c.dx());
  }

 private:
  template <class C, class T = typename C::scalar>
  void run(const C& c, const T* from, gradient<T> to) const {
    c.backend().rows(c.items(), 8 * Shape::elements,
                     kernels::dropout_mask<T>{Shape::elements, choice_of<T>(use, c.state()), from, to});
  }
};

}  // namespace ops

/// The next use of `key` in the trace of x. Its rate is 0 if nothing is dropped: in inference, and in a trace made
/// without dropout. Each use of a layer has its own mask.
template <Var X>
dropout_use next_dropout(const X& x, const random_key& key, double rate) {
  if (!(rate >= 0 && rate < 1))
    throw expectation_error("nn::dropout: rate", "a number of at least 0 and below 1", detail::number_text(rate));
  if (!draws(x) || rate == 0) return {};
  return {next_use(x, key), rate};
}

/// PyTorch's F.dropout, with rate < 1.
template <class Tag, class Shape, bool Active>
auto dropout(const var<Tag, Shape, Active>& given, const dropout_use& use) {
  const auto x = expect_batch<ops::dropout<Shape>, 1>(given);
  if constexpr (Tag::training) {
    if (use.rate > 0) {
      ops::dropout<shape_of<decltype(x)>> operation;
      operation.use = use;
      return record(operation, x);
    }
  }
  return x;
}

template <class Tag, class Shape, bool Active>
auto dropout(const var<Tag, Shape, Active>& x, const random_key& key, double rate) {
  return dropout(x, next_dropout(x, key, rate));
}

}  // namespace vscg

#include <vscg/core/end.hpp>
