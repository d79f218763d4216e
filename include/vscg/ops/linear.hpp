// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include <vscg/backend/gemm_arguments.hpp>
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

  template <class C>
  static std::size_t rows(const C& c) {
    return XShape::per_item ? item_rows * c.items() : item_rows;
  }

  template <class C>
  void forward(const C& c) const {
    gemm_arguments<typename C::scalar> product;
    product.trans_b = true;
    product.m = rows(c);
    product.n = out;
    product.k = in;
    product.a = c.template x<0>();
    product.lda = in;
    product.b = c.template x<1>();
    product.ldb = in;
    product.c = c.y();
    product.ldc = out;
    product.act = Activation;
    if constexpr (Bias) product.bias = c.template x<2>();
    c.backend().gemm(product);
  }

  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    if constexpr (Activation != activation::none) {
      c.backend().each(rows(c) * out, 1, kernels::mask_by_sign<T>{c.y(), c.dy()});
    }
    if constexpr (C::template can_want<0>) {
      if (c.template wants<0>()) {
        const gradient<T> dx = c.template dx<0>();
        gemm_arguments<T> product;
        product.m = rows(c);
        product.n = in;
        product.k = out;
        product.a = c.dy();
        product.lda = out;
        product.b = c.template x<1>();
        product.ldb = in;
        product.c = dx.data;
        product.ldc = in;
        product.accumulate = dx.adds;
        c.backend().gemm(product);
      }
    }
    if constexpr (C::template can_want<1>) {
      if (c.template wants<1>()) {
        const gradient<T> dw = c.template dx<1>();
        gemm_arguments<T> product;
        product.trans_a = true;
        product.m = out;
        product.n = in;
        product.k = rows(c);
        product.a = c.dy();
        product.lda = out;
        product.b = c.template x<0>();
        product.ldb = in;
        product.c = dw.data;
        product.ldc = in;
        product.accumulate = dw.adds;
        c.backend().gemm(product);
      }
    }
    if constexpr (Bias) {
      if constexpr (C::template can_want<2>) {
        if (c.template wants<2>()) add_column_sums(c.backend(), c.dy(), rows(c), out, c.template dx<2>());
      }
    }
  }
};

}  // namespace ops

namespace functional {

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

}  // namespace functional

}  // namespace vscg
