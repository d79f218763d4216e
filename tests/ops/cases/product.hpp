// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include <vscg/ops/add.hpp>
#include <vscg/ops/cat.hpp>
#include <vscg/ops/conv1d.hpp>
#include <vscg/ops/conv2d.hpp>
#include <vscg/ops/gelu.hpp>
#include <vscg/ops/linear.hpp>
#include <vscg/ops/linear_rows.hpp>
#include <vscg/ops/matmul.hpp>
#include <vscg/ops/mean_over_pairs.hpp>
#include <vscg/ops/pairwise_products.hpp>
#include <vscg/ops/relu.hpp>
#include <vscg/ops/tanh.hpp>
#include <vscg/ops/transpose.hpp>

#include "ops/contract.hpp"

namespace contract {

/// x·Wᵀ + b from rows of 7 to rows of 19.
inline std::vector<double> linear_reference(const std::vector<double>& x, const std::vector<double>& weight,
                                            const std::vector<double>* bias, std::size_t in = 7) {
  const std::size_t out = weight.size() / in;
  std::vector<double> y(x.size() / in * out);
  for (std::size_t row = 0; row < x.size() / in; ++row) {
    for (std::size_t o = 0; o < out; ++o) {
      double total = bias == nullptr ? 0 : (*bias)[o];
      for (std::size_t i = 0; i < in; ++i) total += x[row * in + i] * weight[o * in + i];
      y[row * out + o] = total;
    }
  }
  return y;
}

inline std::vector<double> positive(std::vector<double> x) {
  for (double& number : x) number = std::max(number, 0.0);
  return x;
}

struct linear_case : operation_case<shape<dyn, 3, 7>, shape<19, 7>, shape<19>> {
  static constexpr const char* name = "linear";
  using also_active = std::integer_sequence<std::uint32_t, 0b001, 0b110>;
  auto operator()(auto x, auto weight, auto bias) const { return vscg::linear(x, weight, bias); }
  static std::vector<double> reference(std::size_t, const arrays& x) { return linear_reference(x[0], x[1], &x[2]); }
};

struct linear_relu_case : operation_case<shape<dyn, 3, 7>, shape<19, 7>, shape<19>> {
  static constexpr const char* name = "linear with relu";
  auto operator()(auto x, auto weight, auto bias) const { return vscg::linear<vscg::relu_function>(x, weight, bias); }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    return positive(linear_reference(x[0], x[1], &x[2]));
  }
};

/// Any elementwise function can end the product, and its slope begins the pullback.
struct linear_tanh_case : operation_case<shape<dyn, 3, 7>, shape<19, 7>, shape<19>> {
  static constexpr const char* name = "linear with tanh";
  auto operator()(auto x, auto weight, auto bias) const { return vscg::linear<vscg::tanh_function>(x, weight, bias); }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    auto y = linear_reference(x[0], x[1], &x[2]);
    for (double& number : y) number = std::tanh(number);
    return y;
  }
};

/// A function whose slope needs the product's sums, which are then kept.
struct linear_gelu_case : operation_case<shape<dyn, 3, 7>, shape<19, 7>, shape<19>> {
  static constexpr const char* name = "linear with gelu";
  auto operator()(auto x, auto weight, auto bias) const { return vscg::linear<vscg::gelu_function>(x, weight, bias); }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    auto y = linear_reference(x[0], x[1], &x[2]);
    for (double& number : y) number *= (1 + std::erf(number / std::sqrt(2.0))) / 2;
    return y;
  }
};

struct linear_without_bias_case : operation_case<shape<dyn, 3, 7>, shape<19, 7>> {
  static constexpr const char* name = "linear without bias";
  using also_active = std::integer_sequence<std::uint32_t, 0b01, 0b10>;
  auto operator()(auto x, auto weight) const { return vscg::linear(x, weight); }
  static std::vector<double> reference(std::size_t, const arrays& x) { return linear_reference(x[0], x[1], nullptr); }
};

/// One item is one row: the smallest product.
struct linear_relu_without_bias_case : operation_case<shape<dyn, 7>, shape<19, 7>> {
  static constexpr const char* name = "linear with relu without bias";
  auto operator()(auto x, auto weight) const { return vscg::linear<vscg::relu_function>(x, weight); }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    return positive(linear_reference(x[0], x[1], nullptr));
  }
};

/// One weight for two inputs, one of which is used twice.
struct shared_weight_case : operation_case<shape<dyn, 3, 7>, shape<dyn, 3, 7>, shape<19, 7>> {
  static constexpr const char* name = "linear with a shared weight";
  auto operator()(auto a, auto b, auto weight) const {
    const auto first = vscg::linear(a, weight);
    const auto second = vscg::linear(b, weight);
    const auto both = first + second;
    const auto third = vscg::linear(a, weight);
    return both + third;
  }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    std::vector<double> sum(x[0].size());
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = 2 * x[0][i] + x[1][i];
    return linear_reference(sum, x[2], nullptr);
  }
};

/// y[m, n] = Σ_k a(m, k) b(k, n), matrix by matrix.
template <class B>
std::vector<double> matmul_reference(std::size_t matrices, std::size_t m, std::size_t n, std::size_t inner,
                                     const std::vector<double>& a, B b) {
  std::vector<double> y;
  for (std::size_t matrix = 0; matrix < matrices; ++matrix) {
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        double total = 0;
        for (std::size_t k = 0; k < inner; ++k) total += a[(matrix * m + i) * inner + k] * b(matrix, k, j);
        y.push_back(total);
      }
    }
  }
  return y;
}

struct matmul_case : operation_case<shape<dyn, 2, 5, 7>, shape<dyn, 2, 7, 11>> {
  static constexpr const char* name = "matmul";
  using also_active = std::integer_sequence<std::uint32_t, 0b01, 0b10>;
  auto operator()(auto a, auto b) const { return vscg::matmul(a, b); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    return matmul_reference(items * 2, 5, 11, 7, x[0], [&](std::size_t matrix, std::size_t k, std::size_t j) {
      return x[1][(matrix * 7 + k) * 11 + j];
    });
  }
};

struct matmul_transpose_case : operation_case<shape<dyn, 5, 7>, shape<dyn, 11, 7>> {
  static constexpr const char* name = "matmul with a transpose";
  using also_active = std::integer_sequence<std::uint32_t, 0b01, 0b10>;
  auto operator()(auto a, auto b) const { return vscg::matmul(a, vscg::transpose(b)); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    return matmul_reference(items, 5, 11, 7, x[0], [&](std::size_t matrix, std::size_t k, std::size_t j) {
      return x[1][(matrix * 11 + j) * 7 + k];
    });
  }
};

/// One array as both operands.
struct matmul_with_itself_case : operation_case<shape<dyn, 5, 7>> {
  static constexpr const char* name = "matmul, x xᵀ";
  auto operator()(auto x) const { return vscg::matmul(x, vscg::transpose(x)); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    return matmul_reference(items, 5, 5, 7, x[0], [&](std::size_t matrix, std::size_t k, std::size_t j) {
      return x[0][(matrix * 5 + j) * 7 + k];
    });
  }
};

/// One region picked by a row of weights, as in the attention.
struct matmul_row_case : operation_case<shape<dyn, 3, 1, 9>, shape<dyn, 3, 9, 17>> {
  static constexpr const char* name = "matmul of one row";
  auto operator()(auto a, auto b) const { return vscg::matmul(a, b); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    return matmul_reference(items * 3, 1, 17, 9, x[0], [&](std::size_t matrix, std::size_t k, std::size_t j) {
      return x[1][(matrix * 9 + k) * 17 + j];
    });
  }
};

struct transpose_case : operation_case<shape<dyn, 2, 5, 7>> {
  static constexpr const char* name = "transpose";
  auto operator()(auto x) const { return vscg::transpose(x); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    std::vector<double> y;
    for (std::size_t matrix = 0; matrix < 2 * items; ++matrix) {
      for (std::size_t j = 0; j < 7; ++j) {
        for (std::size_t i = 0; i < 5; ++i) y.push_back(x[0][(matrix * 5 + i) * 7 + j]);
      }
    }
    return y;
  }
};

/// Rows 2 … 5 and 0 … 1 of a packed weight; nothing reads the last three, so their gradient is 0.
struct linear_rows_case : operation_case<shape<dyn, 3, 5>, shape<9, 5>, shape<9>> {
  static constexpr const char* name = "linear_rows";
  using also_active = std::integer_sequence<std::uint32_t, 0b001, 0b110>;
  auto operator()(auto x, auto weight, auto bias) const {
    const auto y = vscg::linear_rows<2, 4>(x, weight, bias);
    return vscg::cat<-1>(y, vscg::linear_rows<0, 2>(x, weight, bias));
  }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    std::vector<double> y;
    for (std::size_t row = 0; row < items * 3; ++row) {
      for (const std::size_t o : {2U, 3U, 4U, 5U, 0U, 1U}) {
        double total = x[2][o];
        for (std::size_t c = 0; c < 5; ++c) total += x[1][o * 5 + c] * x[0][row * 5 + c];
        y.push_back(total);
      }
    }
    return y;
  }
};

struct conv1d_case : operation_case<shape<dyn, 6, 3>, shape<11, 3, 5>, shape<11>> {
  static constexpr const char* name = "conv1d";
  using also_active = std::integer_sequence<std::uint32_t, 0b001, 0b110>;
  auto operator()(auto x, auto weight, auto bias) const { return vscg::conv1d(x, weight, bias); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    std::vector<double> y;
    for (std::size_t item = 0; item < items; ++item) {
      for (std::size_t t = 0; t < 6; ++t) {
        for (std::size_t o = 0; o < 11; ++o) {
          double total = x[2][o];
          for (std::size_t c = 0; c < 3; ++c) {
            for (std::size_t k = 0; k < 5; ++k) {
              if (t + k < 2 || t + k - 2 >= 6) continue;
              total += x[1][(o * 3 + c) * 5 + k] * x[0][(item * 6 + t + k - 2) * 3 + c];
            }
          }
          y.push_back(total);
        }
      }
    }
    return y;
  }
};

/// x [5, 6, 3] by a weight [4, 3, Kernel, Kernel].
template <int Kernel, int Stride, int Padding>
struct conv2d_of : operation_case<shape<dyn, 5, 6, 3>, shape<4, 3, Kernel, Kernel>, shape<4>> {
  using also_active = std::integer_sequence<std::uint32_t, 0b001, 0b110>;
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    std::vector<double> y;
    const auto at = [&](std::size_t item, int i, int j, std::size_t c) {
      if (i < 0 || i >= 5 || j < 0 || j >= 6) return 0.0;
      return x[0][((item * 5 + static_cast<std::size_t>(i)) * 6 + static_cast<std::size_t>(j)) * 3 + c];
    };
    for (std::size_t item = 0; item < items; ++item) {
      for (int i = -Padding; i + Kernel <= 5 + Padding; i += Stride) {
        for (int j = -Padding; j + Kernel <= 6 + Padding; j += Stride) {
          for (std::size_t o = 0; o < 4; ++o) {
            double total = x[2][o];
            for (std::size_t n = 0; n < 3 * Kernel * Kernel; ++n) {
              const auto place = static_cast<int>(n % (Kernel * Kernel));
              const std::size_t c = n / (Kernel * Kernel);
              total += x[1][o * 3 * Kernel * Kernel + n] * at(item, i + place / Kernel, j + place % Kernel, c);
            }
            y.push_back(total);
          }
        }
      }
    }
    return y;
  }
};

struct conv2d_case : conv2d_of<3, 1, 1> {
  static constexpr const char* name = "conv2d";
  auto operator()(auto x, auto weight, auto bias) const { return vscg::conv2d(x, weight, bias); }
};

/// No window reads the last line, and windows do not overlap.
struct conv2d_with_stride_case : conv2d_of<2, 3, 1> {
  static constexpr const char* name = "conv2d with a stride";
  auto operator()(auto x, auto weight, auto bias) const { return vscg::conv2d<3, 1>(x, weight, bias); }
};

struct pairwise_products_case : operation_case<shape<dyn, 7>, shape<dyn, 7>> {
  static constexpr const char* name = "pairwise_products";
  static constexpr bool item_by_item = false;
  using also_active = std::integer_sequence<std::uint32_t, 0b01, 0b10>;
  // The tanh has an array of pairs as its operand.
  auto operator()(auto a, auto b) const { return vscg::tanh(vscg::pairwise_products(a, b)); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    std::vector<double> y;
    for (std::size_t i = 0; i < items; ++i) {
      for (std::size_t j = 0; j < items; ++j) {
        double total = 0;
        for (std::size_t c = 0; c < 7; ++c) total += x[0][i * 7 + c] * x[1][j * 7 + c];
        y.push_back(std::tanh(total));
      }
    }
    return y;
  }
};

struct mean_over_pairs_case : operation_case<shape<dyn, dyn>> {
  static constexpr const char* name = "mean_over_pairs";
  static constexpr bool item_by_item = false;
  auto operator()(auto x) const { return vscg::mean_over_pairs(x); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    std::vector<double> y(items);
    for (std::size_t i = 0; i < items * items; ++i) y[i / items] += x[0][i] / static_cast<double>(items);
    return y;
  }
};

/// Its weight is a product of an array with itself.
struct linear_of_weights_case : operation_case<shape<dyn, 3>, shape<3, 3>> {
  static constexpr const char* name = "linear of a weight by itself";
  auto operator()(auto x, auto weight) const { return vscg::linear(x, vscg::linear(weight, weight)); }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    return linear_reference(x[0], linear_reference(x[1], x[1], nullptr, 3), nullptr, 3);
  }
};

/// The bias is its weight.
struct linear_with_one_array_case : operation_case<shape<dyn, 3, 1>, shape<19, 1>> {
  static constexpr const char* name = "linear with one array";
  auto operator()(auto x, auto weight) const { return vscg::linear(x, weight, vscg::view<shape<19>>(weight)); }
  static std::vector<double> reference(std::size_t, const arrays& x) { return linear_reference(x[0], x[1], &x[1], 1); }
};

using linear_cases = std::tuple<linear_case, linear_rows_case, linear_relu_case, linear_tanh_case, linear_gelu_case,
                                linear_without_bias_case, linear_relu_without_bias_case, shared_weight_case,
                                linear_of_weights_case, linear_with_one_array_case>;
using product_cases =
    std::tuple<matmul_case, matmul_transpose_case, matmul_with_itself_case, matmul_row_case, transpose_case,
               conv1d_case, conv2d_case, conv2d_with_stride_case, pairwise_products_case, mean_over_pairs_case>;

}  // namespace contract
