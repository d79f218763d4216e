// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>

namespace vscg {

namespace kernels {

template <class T>
struct divide_by_sum_forward {
  std::size_t channels;
  double epsilon;
  const T* x;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const T* from = x + row * channels;
    T* to = y + row * channels;
    const T total = group.sum(channels, [&](auto i) { return i.load(from); }) + static_cast<T>(epsilon);
    group.each(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      i.store(to, i.load(from) / V(total));
    });
  }
};

template <class T>
struct divide_by_sum_pullback {
  std::size_t channels;
  double epsilon;
  const T* x;
  const T* y;
  const T* dy;
  gradient<T> dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const T* from = x + row * channels;
    const T* value = y + row * channels;
    const T* slope = dy + row * channels;
    const gradient<T> to{dx.data + row * channels, dx.adds};
    const T total = group.sum(channels, [&](auto i) { return i.load(from); }) + static_cast<T>(epsilon);
    const T inner = group.sum(channels, [&](auto i) { return i.load(value) * i.load(slope); });
    group.each(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      to.store(i, (i.load(slope) - V(inner)) / V(total));
    });
  }
};

}  // namespace kernels

namespace ops {

/// y = x / (Σ x + eps) over the last axis (x ≥ 0); dx = (dy - Σ y dy) / (Σ x + eps).
template <class Shape>
struct divide_by_sum : operation<Shape> {
  static constexpr const char* name = "divide_by_sum";
  void settings(setting_list& to) const { to.add("epsilon", epsilon); }
  static constexpr std::uint32_t pullback_reads_operands = operand_set(first_operand);
  static constexpr bool pullback_reads_result = true;
  static constexpr std::size_t channels = static_cast<std::size_t>(extent<Shape, -1>);
  double epsilon = 1e-8;

  template <class C>
  void forward(const C& c) const {
    c.backend().rows(rows_of<Shape> * c.items(), 2 * channels,
                     kernels::divide_by_sum_forward<typename C::scalar>{channels, epsilon, c.x(), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    c.backend().rows(
        rows_of<Shape> * c.items(), 4 * channels,
        kernels::divide_by_sum_pullback<typename C::scalar>{channels, epsilon, c.x(), c.y(), c.dy(), c.dx()});
  }
};

}  // namespace ops

/// Each row of x ≥ 0 divided by its sum + epsilon: [..., C] to [..., C]. The norm₁ of the paper's positive sample
/// propagation. PyTorch's F.normalize(x, p=1) is `normalize<1>(x)`.
template <Var X>
auto divide_by_sum(const X& given, double epsilon = 1e-8) {
  const auto x = expect_batch<ops::divide_by_sum<shape_of<X>>, 2>(given);
  ops::divide_by_sum<shape_of<decltype(x)>> operation;
  operation.epsilon = epsilon;
  return record(operation, x);
}
VSCG_OPERANDS_OF(divide_by_sum, 1, 1)

}  // namespace vscg

#include <vscg/core/end.hpp>
