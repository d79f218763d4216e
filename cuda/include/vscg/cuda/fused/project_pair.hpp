// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/execution.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/cuda/fused/gradients.hpp>
#include <vscg/cuda/override_of.hpp>
#include <vscg/ops/linear.hpp>

// Two linear layers of one size: one product forward, two back.

namespace vscg {

namespace composites {
template <class XShape, int Out>
struct project_pair;
}  // namespace composites

namespace cuda_detail {

/// `composites::project_pair`.
template <class XShape, int Out>
struct project_pair_at_once : operation<with_channels<XShape, Out>, with_channels<XShape, Out>> {
  static constexpr const char* name = "project_pair";
  static constexpr operand_index<0> first{};
  static constexpr operand_index<1> second{};
  static constexpr operand_index<2> first_weight{};
  static constexpr operand_index<3> second_weight{};
  static constexpr result_index<0> first_result{};
  static constexpr result_index<1> second_result{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(first, second, first_weight, second_weight);
  static constexpr bool gradients_apart = true;
  static constexpr std::size_t in = static_cast<std::size_t>(extent<XShape, -1>);
  static constexpr double flops_per_item = 4.0 * rows_of<XShape> * in * Out;
  explicit project_pair_at_once(const composites::project_pair<XShape, Out>&) {}

  template <class C>
  void forward(const C& c) const {
    const auto product = [&](auto x, auto weight, auto to) {
      using T = typename C::scalar;
      return detail::forward_product<T>(rows(c), in, Out, c.x(x), c.x(weight), nullptr, c.y(to));
    };
    c.backend().gemm_pair(product(first, first_weight, first_result), product(second, second_weight, second_result));
  }
  template <class C>
  void pullback(const C& c) const {
    project_back(c.backend(), rows(c), in, Out, back(c, first, first_weight, first_result),
                 back(c, second, second_weight, second_result));
  }

 private:
  template <class C>
  static std::size_t rows(const C& c) {
    return XShape::per_item ? rows_of<XShape> * c.items() : rows_of<XShape>;
  }
  // Without slopes if the loss does not reach the result.
  template <class C, class X, class W, class R>
  static projection_back<typename C::scalar> back(const C& c, X x, W weight, R of) {
    return {c.dy(of), Out, c.x(x), c.x(weight), wanted(c, x), wanted(c, weight)};
  }
};

}  // namespace cuda_detail

#if !defined(VSCG_CUDA_NO_FUSED_PROJECT_PAIR)
template <class XShape, int Out, cuda_detail::Fusing Device>
struct cuda_detail::override_of<composites::project_pair<XShape, Out>, Device> {
  using type = cuda_detail::project_pair_at_once<XShape, Out>;
};
#endif

}  // namespace vscg

#include <vscg/core/end.hpp>
