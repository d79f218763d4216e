// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/guard.hpp>
#include <vscg/core/math.hpp>
#include <vscg/core/record.hpp>

// Losses that are a mean over entries: one number per item, the mean over its entries. `batch_mean` averages the items;
// its denominator is the whole batch even if micro-batches split it.

namespace vscg {

namespace kernels {

template <class Function, class T>
struct pointwise_loss_forward {
  std::size_t entries;
  const T* x;
  const T* target;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    const std::size_t base = item * entries;
    const T total =
        group.sum(entries, [&](auto i) { return Function::value(i.load(x + base), i.load(target + base)); });
    group.integers(1, [&](std::size_t) { y[item] = total / static_cast<T>(entries); });
  }
};

template <class Function, class T>
struct pointwise_loss_pullback {
  std::size_t entries;
  const T* x;
  const T* target;
  const T* dy;
  gradient<T> dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    const std::size_t base = item * entries;
    const T slope = dy[item] / static_cast<T>(entries);
    const gradient<T> to{dx.data + base, dx.adds};
    group.each(entries, [&](auto i) {
      using V = typename decltype(i)::value;
      to.store(i, V(slope) * Function::slope(i.load(x + base), i.load(target + base)));
    });
  }
};

}  // namespace kernels

namespace ops {

/// y = Σ value(x, target) / entries for each item; dx = dy slope(x, target) / entries. Targets take no gradient.
template <class Function, class Shape>
struct pointwise_loss : operation<shape<dyn>> {
  static constexpr const char* name = Function::name;
  static constexpr operand_index<0> input{};
  static constexpr operand_index<1> target{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(input, target);

  template <class C>
  void forward(const C& c) const {
    c.backend().rows(
        c.items(), 4 * Shape::elements,
        kernels::pointwise_loss_forward<Function, typename C::scalar>{Shape::elements, c.x(input), c.x(target), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    c.backend().rows(c.items(), 4 * Shape::elements,
                     kernels::pointwise_loss_pullback<Function, typename C::scalar>{Shape::elements, c.x(input),
                                                                                    c.x(target), c.dy(), c.dx(input)});
  }
};

}  // namespace ops

template <class Function, class Tag, class Shape, bool Active, class Target>
auto pointwise_loss(const var<Tag, Shape, Active>& given, const var<Tag, Target, false>& target) {
  const auto x = expect_batch<Function, 1>(given);
  return record(ops::pointwise_loss<Function, shape_of<decltype(x)>>{}, x, expect_same_shape<Function>(x, target));
}

}  // namespace vscg

#include <vscg/core/end.hpp>
