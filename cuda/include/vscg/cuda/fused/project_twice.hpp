// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <vscg/core/beside.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/setting.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/slot.hpp>
#include <vscg/cuda/fused/gradients.hpp>
#include <vscg/cuda/override_of.hpp>
#include <vscg/ops/linear.hpp>

// Two linear layers as one, whose weight W₂·W₁ waits for nothing: one product forward, one back to the input.

namespace vscg {

namespace composites {
template <class XShape, int Hidden, int Out>
struct project_twice;
}  // namespace composites

namespace cuda_detail {

/// `composites::project_twice`. With W = W₂·W₁:  dx = dy·W,  dW = dyᵀ·x,  dW₁ = W₂ᵀ·dW,  dW₂ = dW·W₁ᵀ.
template <class XShape, int Hidden, int Out>
struct project_twice_at_once : operation<with_channels<XShape, Out>> {
  static constexpr const char* name = "project_twice";
  void settings(setting_list& to) const { to.add("hidden", Hidden); }
  static constexpr operand_index<0> input{};
  static constexpr operand_index<1> first_weight{};
  static constexpr operand_index<2> second_weight{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(input, first_weight, second_weight);
  static constexpr bool gradients_apart = true;
  static constexpr std::uint32_t prepared_operands = operand_set(first_weight, second_weight);
  static constexpr std::size_t in = static_cast<std::size_t>(extent<XShape, -1>);
  static constexpr std::size_t item_rows = rows_of<XShape>;
  static constexpr double flops_per_item = 2.0 * item_rows * in * Out;
  static constexpr slot_size weight_size{0, in* Out};

  /// W.
  template <class Executor>
  static constexpr std::array<slot_size, 1> prepared(std::uint32_t) {
    return {weight_size};
  }
  static constexpr std::array<slot_size, 1> forward_scratch() { return {weight_size}; }
  /// W and its gradient.
  static constexpr std::array<slot_size, 2> pullback_scratch() { return {weight_size, weight_size}; }

  explicit project_twice_at_once(const composites::project_twice<XShape, Hidden, Out>&) {}

  template <class C>
  void prepare(const C& c) const {
    multiply_weights(c, c.prepared(0));
  }
  template <class C>
  void forward(const C& c) const {
    c.backend().gemm(detail::forward_product(rows(c), in, Out, c.x(input), weight(c), nothing(c), c.y()));
  }
  template <class C>
  void pullback(const C& c) const {
    constexpr bool learns = C::wants(first_weight) || C::wants(second_weight);
    if constexpr (learns && C::wants(input)) {
      beside(c.backend(), [&] {
        slope_product(c);
        learn_first(c);
        learn_second(c);
      });
    } else if constexpr (learns) {  // at the end of the path
      slope_product(c);
      beside<branch::second>(c.backend(), [&] { learn_second(c); });
      learn_first(c);
    }
    if constexpr (C::wants(input))
      c.backend().gemm(detail::input_gradient_product(rows(c), in, Out, c.dy(), weight(c), c.dx(input)));
  }

 private:
  // dW.
  template <class C>
  static void slope_product(const C& c) {
    using T = typename C::scalar;
    c.backend().gemm(
        detail::weight_gradient_product<T>(rows(c), in, Out, c.dy(), c.x(input), gradient<T>{c.scratch(1), false}));
  }
  template <class C>
  static void learn_first(const C& c) {
    using T = typename C::scalar;
    if constexpr (C::wants(first_weight)) {
      c.backend().gemm(detail::weight_gradient_product<T>(Out, in, Hidden, c.x(second_weight),
                                                          static_cast<const T*>(c.scratch(1)), c.dx(first_weight)));
    }
  }
  template <class C>
  static void learn_second(const C& c) {
    using T = typename C::scalar;
    if constexpr (C::wants(second_weight)) {
      const gradient<T> to = c.dx(second_weight);
      auto product = detail::forward_product<T>(Out, in, Hidden, c.scratch(1), c.x(first_weight), nullptr, to.data);
      product.accumulate = to.adds;
      c.backend().gemm(product);
    }
  }
  template <class C>
  static std::size_t rows(const C& c) {
    return XShape::per_item ? item_rows * c.items() : item_rows;
  }
  template <class C>
  static const typename C::scalar* nothing(const C&) {
    return nullptr;
  }
  template <class C, class T>
  static void multiply_weights(const C& c, T* to) {
    c.backend().gemm(detail::input_gradient_product<T>(Out, in, Hidden, c.x(second_weight), c.x(first_weight),
                                                       gradient<T>{to, false}));
  }
  template <class C>
  static const typename C::scalar* weight(const C& c) {
    if (c.prepared(0) != nullptr) return c.prepared(0);
    multiply_weights(c, c.scratch(0));
    return c.scratch(0);
  }
};

}  // namespace cuda_detail

#if !defined(VSCG_CUDA_NO_FUSED_PROJECT_TWICE)
template <class XShape, int Hidden, int Out, cuda_detail::Fusing Device>
struct cuda_detail::override_of<composites::project_twice<XShape, Hidden, Out>, Device> {
  using type = cuda_detail::project_twice_at_once<XShape, Hidden, Out>;
};
#endif

}  // namespace vscg

#include <vscg/core/end.hpp>
