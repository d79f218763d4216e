// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/beside.hpp>
#include <vscg/core/config.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>
#include <vscg/ops/column_sums.hpp>
#include <vscg/ops/elementwise.hpp>

namespace vscg {

namespace detail {

// The products of a linear map with run-time sizes, out of line so that networks compile fast.

/// W [out, in] as the backend packs it, for the products of linear_forward and linear_input_gradient.
template <class T>
struct packed_weight {
  T* forward = nullptr;
  T* backward = nullptr;
};

/// Sizes of both packed forms; 0 for a product that no gradient needs.
template <class Executor>
constexpr std::array<slot_size, 2> packed_weight_sizes(std::size_t in, std::size_t out, bool backward) {
  return {slot_size{0, Executor::packed_elements(out, in), 0},
          slot_size{0, backward ? Executor::packed_elements(in, out) : 0, 0}};
}

/// `row`: how far the rows of W lie apart, if it is part of a wider matrix.
template <class Executor, class T>
VSCG_NOINLINE void linear_prepare(Executor& backend, std::size_t in, std::size_t out, const T* weight,
                                  packed_weight<T> to, std::size_t row = 0) {
  gemm_arguments<T> product;
  product.b = weight;
  product.ldb = row == 0 ? in : row;
  product.trans_b = true;
  product.n = out;
  product.k = in;
  if (to.forward != nullptr) backend.pack(product, to.forward);
  product.trans_b = false;
  product.n = in;
  product.k = out;
  if (to.backward != nullptr) backend.pack(product, to.backward);
}

/// y [rows, out] = x [rows, in]·Wᵀ + bias
template <class T>
gemm_arguments<T> forward_product(std::size_t rows, std::size_t in, std::size_t out, const T* x, const T* weight,
                                  const T* bias, T* y) {
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
  return product;
}

/// dx [rows, in] (+)= dy [rows, out]·W
template <class T>
gemm_arguments<T> input_gradient_product(std::size_t rows, std::size_t in, std::size_t out, const T* dy,
                                         const T* weight, gradient<T> dx) {
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
  return product;
}

/// dW [out, in] (+)= dyᵀ·x
template <class T>
gemm_arguments<T> weight_gradient_product(std::size_t rows, std::size_t in, std::size_t out, const T* dy, const T* x,
                                          gradient<T> dw) {
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
  return product;
}

/// f(forward_product)
template <class Function, class Executor, class T>
VSCG_NOINLINE void linear_forward(Executor& backend, std::size_t rows, std::size_t in, std::size_t out, const T* x,
                                  const T* weight, const T* packed, const T* bias, T* y) {
  auto product = forward_product(rows, in, out, x, weight, bias, y);
  product.packed_b = packed;
  backend.gemm(product, Function{});
}

template <class Executor, class T>
VSCG_NOINLINE void linear_input_gradient(Executor& backend, std::size_t rows, std::size_t in, std::size_t out,
                                         const T* dy, const T* weight, const T* packed, gradient<T> dx) {
  auto product = input_gradient_product(rows, in, out, dy, weight, dx);
  product.packed_b = packed;
  backend.gemm(product);
}

template <class Executor, class T>
VSCG_NOINLINE void linear_weight_gradient(Executor& backend, std::size_t rows, std::size_t in, std::size_t out,
                                          const T* dy, const T* x, gradient<T> dw) {
  backend.gemm(weight_gradient_product(rows, in, out, dy, x, dw));
}

}  // namespace detail

namespace ops {

/// y = f(x·Wᵀ + b), W [Out, In], over the last axis of x [..., In].
///
/// With d = dy · f'(y):  dx = d·W,  dW = dᵀ·x,  db = Σ_rows d.
template <class XShape, int Out, bool Bias, class Function>
struct linear : operation<with_channels<XShape, Out>> {
  static constexpr const char* name = "linear";
  void settings(setting_list& to) const {
    if (has_function) to.add("activation", Function::name);
  }
  static constexpr operand_index<0> input{};
  static constexpr operand_index<1> weight{};
  static constexpr operand_index<2> bias{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(input, weight);
  static constexpr bool has_function = !std::is_same_v<Function, identity_function>;
  static constexpr bool pullback_reads_result = has_function;
  static constexpr std::size_t in = static_cast<std::size_t>(extent<XShape, -1>);
  static constexpr std::size_t out = static_cast<std::size_t>(Out);
  static constexpr std::size_t item_rows = rows_of<XShape>;
  static constexpr double flops_per_item = 2.0 * item_rows * in * out;
  static constexpr bool gradients_apart = true;
  static constexpr std::uint32_t prepared_operands = operand_set(weight);
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
    detail::linear_prepare(c.backend(), in, out, c.x(weight), detail::packed_weight<T>{c.prepared(0), c.prepared(1)});
  }
  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    const T* added = nullptr;
    if constexpr (Bias) added = c.x(bias);
    detail::linear_forward<Function, typename C::executor, T>(c.backend(), rows(c), in, out, c.x(input), c.x(weight),
                                                              c.prepared(0), added, c.y());
  }

  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    constexpr bool learns_beside = LaunchesBeside<typename C::executor>;
    if constexpr (learns_beside && Bias && !has_function)
      beside(c.backend(), [&] { before_function(c); });
    else
      before_function(c);
    if constexpr (learns_beside) beside<branch::second>(c.backend(), [&] { learn_weight(c); });
    if constexpr (C::wants(input)) {
      detail::linear_input_gradient<typename C::executor, T>(c.backend(), rows(c), in, out, c.dy(), c.x(weight),
                                                             c.prepared(1), c.dx(input));
    }
    if constexpr (!learns_beside) learn_weight(c);
  }

 private:
  // Turns dy into d, and sums db while d is at hand.
  template <class C>
  static void before_function(const C& c) {
    using T = typename C::scalar;
    static_assert(Function::derivative_of_result, "vscg::linear: the sums before the function are not kept");
    static_assert(!has_function || !std::is_same_v<with_channels<XShape, Out>, shape<1>>,
                  "vscg::linear: a result of one number for all items takes no function in the product");
    const T* y = nullptr;
    if constexpr (has_function) y = c.y();
    T* const dy = const_cast<T*>(c.dy());  // written if there is a function, otherwise only read
    if constexpr (Bias) {
      if constexpr (C::wants(bias)) {
        return add_column_sums<Function, typename C::executor, T>(c.backend(), dy, y, rows(c), out, c.scratch(0),
                                                                  c.dx(bias));
      }
    }
    if constexpr (has_function) {
      c.backend().each(rows(c) * out, 1, kernels::unary_pullback<Function, T>{{}, y, dy, {dy, false}});
    }
  }
  template <class C>
  static void learn_weight(const C& c) {
    if constexpr (C::wants(weight))
      detail::linear_weight_gradient(c.backend(), rows(c), in, out, c.dy(), c.x(input), c.dx(weight));
  }
};

}  // namespace ops

/// x [..., In] by weight [Out, In]: x·Wᵀ (PyTorch's F.linear without bias). `Function` (relu_function, gelu_function)
/// is applied in the product; if a gradient needs the product's sums, it becomes a separate operation.
template <class Function = identity_function, class Layer = struct linear_function, class Tag, class X, bool Active,
          class Weight, bool Learns>
auto linear(const var<Tag, X, Active>& given, const var<Tag, Weight, Learns>& given_weight) {
  const auto weight = expect_shape<Layer, shape<any_extent, any_extent>>(given_weight);
  using matrix = shape_of<decltype(weight)>;
  const auto x = expect_channels<Layer, extent<matrix, 1>>(given);
  if constexpr (Function::derivative_of_result || !(Active || Learns))
    return record(ops::linear<shape_of<decltype(x)>, extent<matrix, 0>, false, Function>{}, x, weight);
  else
    return elementwise(Function{}, linear<identity_function, Layer>(x, weight));
}

/// x·Wᵀ + b (PyTorch's F.linear).
template <class Function = identity_function, class Layer = struct linear_function, class Tag, class X, bool Active,
          class Weight, class Bias, bool Learns>
auto linear(const var<Tag, X, Active>& given, const var<Tag, Weight, Learns>& given_weight,
            const var<Tag, Bias, Learns>& given_bias) {
  const auto weight = expect_shape<Layer, shape<any_extent, any_extent>>(given_weight);
  using matrix = shape_of<decltype(weight)>;
  const auto x = expect_channels<Layer, extent<matrix, 1>>(given);
  const auto bias = expect_shape<Layer, shape<extent<matrix, 0>>>(given_bias);
  if constexpr (Function::derivative_of_result || !(Active || Learns))
    return record(ops::linear<shape_of<decltype(x)>, extent<matrix, 0>, true, Function>{}, x, weight, bias);
  else
    return elementwise(Function{}, linear<identity_function, Layer>(x, weight, bias));
}
VSCG_OPERANDS_OF(linear, 2, 3)

}  // namespace vscg

#include <vscg/core/end.hpp>
