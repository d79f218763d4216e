// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/config.hpp>
#include <vscg/core/math.hpp>
#include <vscg/core/record.hpp>
#include <vscg/ops/column_sums.hpp>

namespace vscg {

namespace kernels {

/// dy = 0 where y = 0: the gradient before a relu that was the product's epilogue.
template <class T>
struct mask_by_sign {
  const T* y;
  T* dy;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    using math::where_greater;
    using V = typename Index::value;
    i.store(dy, where_greater(i.load(y), V(0), i.load(dy), V(0)));
  }
};

}  // namespace kernels

namespace detail {

// The products of a linear map with run-time sizes, out of line, so that networks compile fast.

/// W [out, in] as the backend packs it, for the products of linear_forward and linear_input_gradient.
template <class T>
struct packed_weight {
  T* forward = nullptr;
  T* backward = nullptr;
};

/// Sizes of both packed forms; none for a product that no gradient asks for.
template <class Executor>
constexpr std::array<slot_size, 2> packed_weight_sizes(std::size_t in, std::size_t out, bool backward) {
  return {slot_size{0, Executor::packed_elements(out, in), 0},
          slot_size{0, backward ? Executor::packed_elements(in, out) : 0, 0}};
}

template <class Executor, class T>
VSCG_NOINLINE void linear_prepare(Executor& backend, std::size_t in, std::size_t out, const T* weight,
                                  packed_weight<T> to) {
  gemm_arguments<T> product;
  product.b = weight;
  product.ldb = in;
  product.trans_b = true;
  product.n = out;
  product.k = in;
  if (to.forward != nullptr) backend.pack(product, to.forward);
  product.trans_b = false;
  product.n = in;
  product.k = out;
  if (to.backward != nullptr) backend.pack(product, to.backward);
}

/// y [rows, out] = act(x [rows, in]·Wᵀ + bias)
template <class Executor, class T>
VSCG_NOINLINE void linear_forward(Executor& backend, std::size_t rows, std::size_t in, std::size_t out, const T* x,
                                  const T* weight, const T* packed, const T* bias, activation act, T* y) {
  gemm_arguments<T> product;
  product.trans_b = true;
  product.m = rows;
  product.n = out;
  product.k = in;
  product.a = x;
  product.lda = in;
  product.b = weight;
  product.ldb = in;
  product.c = y;
  product.ldc = out;
  product.bias = bias;
  product.act = act;
  product.packed_b = packed;
  backend.gemm(product);
}

/// dx [rows, in] (+)= dy [rows, out]·W
template <class Executor, class T>
VSCG_NOINLINE void linear_input_gradient(Executor& backend, std::size_t rows, std::size_t in, std::size_t out,
                                         const T* dy, const T* weight, const T* packed, gradient<T> dx) {
  gemm_arguments<T> product;
  product.m = rows;
  product.n = in;
  product.k = out;
  product.a = dy;
  product.lda = out;
  product.b = weight;
  product.ldb = in;
  product.c = dx.data;
  product.ldc = in;
  product.accumulate = dx.adds;
  product.packed_b = packed;
  backend.gemm(product);
}

/// dW [out, in] (+)= dyᵀ·x
template <class Executor, class T>
VSCG_NOINLINE void linear_weight_gradient(Executor& backend, std::size_t rows, std::size_t in, std::size_t out,
                                          const T* dy, const T* x, gradient<T> dw) {
  gemm_arguments<T> product;
  product.trans_a = true;
  product.m = out;
  product.n = in;
  product.k = rows;
  product.a = dy;
  product.lda = out;
  product.b = x;
  product.ldb = in;
  product.c = dw.data;
  product.ldc = in;
  product.accumulate = dw.adds;
  backend.gemm(product);
}

}  // namespace detail

namespace ops {

/// y = act(x·Wᵀ + b), W [Out, In], over the last axis of x [..., In].
///
/// With d = dy · act'(y):  dx = d·W,  dW = dᵀ·x,  db = Σ_rows d.
template <class XShape, int Out, bool Bias, activation Activation>
struct linear : operation<with_channels<XShape, Out>> {
  static constexpr const char* name = "linear";
  static constexpr std::uint32_t pullback_reads_operands = 3;
  static constexpr bool pullback_reads_result = Activation != activation::none;
  static constexpr std::size_t in = static_cast<std::size_t>(extent<XShape, -1>);
  static constexpr std::size_t out = static_cast<std::size_t>(Out);
  static constexpr std::size_t item_rows = rows_of<XShape>;
  static constexpr double flops_per_item = 2.0 * item_rows * in * out;
  static constexpr std::uint32_t prepared_operands = 0b10;
  template <class Executor>
  static constexpr auto prepared(std::uint32_t active) {
    return detail::packed_weight_sizes<Executor>(in, out, (active & 1U) != 0);
  }

  static constexpr auto pullback_scratch() {
    if constexpr (Bias)
      return std::array{column_sums_scratch(item_rows, out, XShape::per_item)};
    else
      return std::array<slot_size, 0>{};
  }

  template <class C>
  static std::size_t rows(const C& c) {
    return XShape::per_item ? item_rows * c.items() : item_rows;
  }

  template <class C>
  void prepare(const C& c) const {
    using T = typename C::scalar;
    detail::linear_prepare(c.backend(), in, out, c.template x<1>(),
                           detail::packed_weight<T>{c.prepared(0), c.prepared(1)});
  }
  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    const T* bias = nullptr;
    if constexpr (Bias) bias = c.template x<2>();
    detail::linear_forward<typename C::executor, T>(c.backend(), rows(c), in, out, c.template x<0>(), c.template x<1>(),
                                                    c.prepared(0), bias, Activation, c.y());
  }

  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    const T* dy = c.dy();
    before_activation(c);
    if constexpr (C::template can_want<0>) {
      if (c.template wants<0>()) {
        detail::linear_input_gradient<typename C::executor, T>(c.backend(), rows(c), in, out, dy, c.template x<1>(),
                                                               c.prepared(1), c.template dx<0>());
      }
    }
    if constexpr (C::template can_want<1>) {
      if (c.template wants<1>()) {
        detail::linear_weight_gradient(c.backend(), rows(c), in, out, dy, c.template x<0>(), c.template dx<1>());
      }
    }
  }

 private:
  // Makes d of dy, and db of d while it is at hand.
  template <class C>
  static void before_activation(const C& c) {
    using T = typename C::scalar;
    const T* y = nullptr;
    if constexpr (Activation != activation::none) y = c.y();
    if constexpr (Bias) {
      if constexpr (C::template can_want<2>) {
        if (c.template wants<2>()) {
          return add_column_sums<typename C::executor, T>(c.backend(), c.dy(), y, rows(c), out, c.scratch(0),
                                                          c.template dx<2>());
        }
      }
    }
    if (y != nullptr) c.backend().each(rows(c) * out, 1, kernels::mask_by_sign<T>{y, c.dy()});
  }
};

}  // namespace ops

/// x [..., In] by weight [Out, In]: x·Wᵀ (PyTorch's F.linear without bias). `Activation` is applied in the product.
template <activation Activation = activation::none, class Tag, class XShape, bool A, int Out, int In, bool L>
auto linear(const var<Tag, XShape, A>& x, const var<Tag, shape<Out, In>, L>& weight) {
  return record(ops::linear<XShape, Out, false, Activation>{}, x, weight);
}

/// x·Wᵀ + b (PyTorch's F.linear).
template <activation Activation = activation::none, class Tag, class XShape, bool A, int Out, int In, bool L>
auto linear(const var<Tag, XShape, A>& x, const var<Tag, shape<Out, In>, L>& weight,
            const var<Tag, shape<Out>, L>& bias) {
  return record(ops::linear<XShape, Out, true, Activation>{}, x, weight, bias);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
