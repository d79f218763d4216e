// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <vscg/core/error.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/setting.hpp>
#include <vscg/core/slot.hpp>

namespace vscg {

namespace kernels {

/// factor = rows / Σ w[target] over all rows of the whole batch that have a class; y (+)= factor Σ_b x[b].
template <class T>
struct class_mean_forward {
  std::size_t rows;      // of one item
  std::size_t all_rows;  // of the whole batch
  std::size_t items;
  std::size_t classes;
  const std::int32_t* target;  // of the whole batch
  const T* weight;             // of the classes, or null: 1
  const T* x;
  bool adds;
  T* factor;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t) const {
    T weights = 0;
    for (std::size_t r = 0; r < all_rows; ++r) {
      if (target[r] < 0) continue;
      const auto of_row = static_cast<std::size_t>(target[r]);
      weights += weight == nullptr || of_row >= classes ? T(1) : weight[of_row];
    }
    const T scale = weights > T(0) ? static_cast<T>(rows) / weights : T(0);
    const T total = group.sum(items, [&](auto i) { return i.load(x); }) * scale;
    group.integers(1, [&](std::size_t) {
      factor[0] = scale;
      y[0] = adds ? y[0] + total : total;
    });
  }
};

template <class T>
struct class_mean_pullback {
  const T* factor;
  const T* dy;
  gradient<T> dx;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    using V = typename Index::value;
    dx.store(i, V(dy[0] * factor[0]));
  }
};

}  // namespace kernels

namespace ops {

/// y = Σ_b rows x_b / Σ w[target] over the whole batch. It grows over the micro-batches of a step, and each of them
/// reads the targets of all.
template <class Target, int Classes, bool Weighted>
struct class_mean : operation<shape<1>> {
  static constexpr const char* name = Weighted ? "weighted_class_mean" : "class_mean";
  static constexpr bool takes_indices = true;
  static constexpr operand_index<0> input{};
  static constexpr operand_index<1> target{};
  static constexpr operand_index<2> weight{};
  void settings(setting_list& to) const { to.add("rows", static_cast<double>(Target::elements)); }
  static constexpr std::array<slot_size, 1> saved() { return {slot_size{0, 1}}; }

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    const T* of_classes = nullptr;
    if constexpr (Weighted) of_classes = c.x(weight);
    const std::size_t all = c.state().batch_items * Target::elements;
    const std::int32_t* const first = c.indices(target) - c.state().first_item * Target::elements;
    c.backend().rows(1, all + c.items(),
                     kernels::class_mean_forward<T>{Target::elements, all, c.items(), Classes, first, of_classes,
                                                    c.x(input), !c.state().first_micro_batch(), c.saved(0), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    c.backend().each(c.items(), 1, kernels::class_mean_pullback<typename C::scalar>{c.saved(0), c.dy(), c.dx(input)});
  }
};

}  // namespace ops

struct class_mean_function;

/// Losses [B], each the mean over its item's rows, to [1]: the mean over all rows of the whole batch that have a class,
/// each counted with the weight of its class (PyTorch's reduction="mean"). Classes [B, ...] from 0 to `Classes` - 1,
/// negative: none, are an input or target; weights [Classes], or none: 1 each. The mean of no rows is 0.
template <int Classes, class Tag, class Shape, bool Active, int... Extents, class... Weight>
auto class_mean(const var<Tag, Shape, Active>& losses, const var<Tag, indices<Extents...>, false>& target,
                const Weight&... weight) {
  if (target.trace->arrays[target.id].from != slot::origin::input)
    throw expectation_error("class_mean", "classes that are an input or target", "a result");
  return record(ops::class_mean<shape<Extents...>, Classes, (sizeof...(Weight) > 0)>{},
                expect_shape<class_mean_function, shape<dyn>>(losses), target,
                expect_shape<class_mean_function, shape<Classes>>(weight)...);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
