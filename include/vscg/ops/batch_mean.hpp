// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>

namespace vscg {

namespace kernels {

/// y (+)= Σ_b x[b] (w[b]) factor, in one fixed order.
template <class T>
struct batch_sum {
  std::size_t items;
  const T* x;
  const T* w;  // or null: 1
  T factor;
  bool adds;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t) const {
    const T total = w == nullptr ? group.sum(items, [&](auto i) { return i.load(x); })
                                 : group.sum(items, [&](auto i) { return i.load(x) * i.load(w); });
    group.integers(1, [&](std::size_t) { y[0] = adds ? y[0] + total * factor : total * factor; });
  }
};

template <class T>
struct batch_sum_pullback {
  const T* w;
  T factor;
  const T* dy;
  gradient<T> dx;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    using V = typename Index::value;
    const V slope = V(dy[0] * factor);
    dx.store(i, w == nullptr ? slope : slope * i.load(w));
  }
};

}  // namespace kernels

namespace ops {

/// y = Σ_b x / B, or Σ_b x w; B and the sum are the whole batch's, so y grows over the micro-batches of a step.
template <bool Weighted>
struct batch_sum : operation<shape<1>> {
  static constexpr const char* name = Weighted ? "batch_weighted_sum" : "batch_mean";
  static constexpr operand_index<0> input{};
  static constexpr operand_index<1> weight{};
  static constexpr std::uint32_t pullback_reads_operands = Weighted ? operand_set(weight) : 0;

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    c.backend().rows(
        1, c.items(),
        kernels::batch_sum<T>{c.items(), c.x(input), weights(c), factor(c), !c.state().first_micro_batch(), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    c.backend().each(c.items(), 1, kernels::batch_sum_pullback<T>{weights(c), factor(c), c.dy(), c.dx(input)});
  }

 private:
  template <class C>
  static const typename C::scalar* weights(const C& c) {
    if constexpr (Weighted)
      return c.x(weight);
    else
      return nullptr;
  }
  template <class C>
  static typename C::scalar factor(const C& c) {
    using T = typename C::scalar;
    return Weighted ? T(1) : T(1) / static_cast<T>(c.state().batch_items);
  }
};

}  // namespace ops

struct batch_mean_function;
struct batch_weighted_sum_function;

/// [B] to [1]: the mean over the whole batch.
template <Var X>
auto batch_mean(const X& x) {
  return record(ops::batch_sum<false>{}, expect_shape<batch_mean_function, shape<dyn>>(x));
}
VSCG_OPERANDS_OF(batch_mean, 1, 1)

/// [B] and weights [B] to [1]: Σ x w over the whole batch. Weights that depend on the batch (1/n for the n items that
/// take part) come with the targets.
template <class Tag, class Shape, bool Active, class Weight>
auto batch_weighted_sum(const var<Tag, Shape, Active>& x, const var<Tag, Weight, false>& weight) {
  using function = batch_weighted_sum_function;
  return record(ops::batch_sum<true>{}, expect_shape<function, shape<dyn>>(x),
                expect_shape<function, shape<dyn>>(weight));
}
VSCG_OPERANDS_OF(batch_weighted_sum, 2, 2)

}  // namespace vscg

#include <vscg/core/end.hpp>
