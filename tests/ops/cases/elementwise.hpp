// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include <vscg/core/random.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/dropout.hpp>
#include <vscg/ops/gaussian_noise.hpp>
#include <vscg/ops/gelu.hpp>
#include <vscg/ops/multiply.hpp>
#include <vscg/ops/reciprocal.hpp>
#include <vscg/ops/relu.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/ops/shift.hpp>
#include <vscg/ops/sigmoid.hpp>
#include <vscg/ops/signed_sqrt.hpp>
#include <vscg/ops/silu.hpp>
#include <vscg/ops/tanh.hpp>
#include <vscg/ops/threshold.hpp>

#include "ops/contract.hpp"

namespace contract {

using element_array = shape<dyn, 3, 11>;

/// A case with one operand, whose reference is a function of one number.
template <class Case>
struct unary_case : operation_case<element_array> {
  static std::vector<double> reference(std::size_t, const arrays& x) {
    std::vector<double> y;
    for (const double number : x[0]) y.push_back(Case::formula(number));
    return y;
  }
};

struct relu_case : unary_case<relu_case> {
  static constexpr const char* name = "relu";
  auto operator()(auto x) const { return vscg::relu(x); }
  static double formula(double x) { return x > 0 ? x : 0; }
};

struct sigmoid_case : unary_case<sigmoid_case> {
  static constexpr const char* name = "sigmoid";
  auto operator()(auto x) const { return vscg::sigmoid(x); }
  static double formula(double x) { return 1 / (1 + std::exp(-x)); }
  static double value(std::size_t, double random) { return 6 * random; }
};

struct tanh_case : unary_case<tanh_case> {
  static constexpr const char* name = "tanh";
  auto operator()(auto x) const { return vscg::tanh(x); }
  static double formula(double x) { return std::tanh(x); }
  static double value(std::size_t, double random) { return 4 * random; }
};

struct gelu_case : unary_case<gelu_case> {
  static constexpr const char* name = "gelu";
  auto operator()(auto x) const { return vscg::gelu(x); }
  static double formula(double x) { return x / 2 * (1 + std::erf(x / std::sqrt(2.0))); }
  static double value(std::size_t, double random) { return 4 * random; }
};

struct silu_case : unary_case<silu_case> {
  static constexpr const char* name = "silu";
  auto operator()(auto x) const { return vscg::silu(x); }
  static double formula(double x) { return x / (1 + std::exp(-x)); }
  static double value(std::size_t, double random) { return 6 * random; }
};

/// Near 0, where the slope grows without bound, differences of the value say nothing about it.
struct signed_sqrt_case : unary_case<signed_sqrt_case> {
  static constexpr const char* name = "signed_sqrt";
  auto operator()(auto x) const { return vscg::signed_sqrt(x); }
  static double formula(double x) { return x < 0 ? -std::sqrt(-x) : std::sqrt(x); }
  static double value(std::size_t, double random) { return random < 0 ? 3 * random - 0.2 : 3 * random + 0.2; }
};

struct scale_case : unary_case<scale_case> {
  static constexpr const char* name = "scale";
  auto operator()(auto x) const { return x * -1.75; }
  static double formula(double x) { return -1.75 * x; }
};

/// Adds a number after x and before x, and subtracts x from one, along with the negation and division of `scale`.
struct shift_case : unary_case<shift_case> {
  static constexpr const char* name = "shift";
  auto operator()(auto x) const { return -(1.25 - (0.5 + (x - 2) / 4)) + 3; }
  static double formula(double x) { return x / 4 + 1.75; }
};

struct reciprocal_case : unary_case<reciprocal_case> {
  static constexpr const char* name = "reciprocal";
  auto operator()(auto x) const { return -1.5 / x; }
  static double formula(double x) { return -1.5 / x; }
  static double value(std::size_t, double random) { return random < 0 ? random - 0.75 : random + 0.75; }
};

struct threshold_case : unary_case<threshold_case> {
  static constexpr const char* name = "threshold";
  auto operator()(auto x) const { return vscg::threshold(x, 0.099); }
  static double formula(double x) { return x > 0.099 ? x : 0; }
};

struct add_case : operation_case<element_array, element_array> {
  static constexpr const char* name = "add";
  using also_active = std::integer_sequence<std::uint32_t, 0b01, 0b10>;
  auto operator()(auto a, auto b) const { return a + b; }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    std::vector<double> y;
    for (std::size_t i = 0; i < x[0].size(); ++i) y.push_back(x[0][i] + x[1][i]);
    return y;
  }
};

struct multiply_case : operation_case<element_array, element_array> {
  static constexpr const char* name = "multiply";
  using also_active = std::integer_sequence<std::uint32_t, 0b01, 0b10>;
  auto operator()(auto a, auto b) const { return a * b; }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    std::vector<double> y;
    for (std::size_t i = 0; i < x[0].size(); ++i) y.push_back(x[0][i] * x[1][i]);
    return y;
  }
};

/// The same array is both operands, so its gradient is the sum of their gradients.
struct add_to_itself_case : unary_case<add_to_itself_case> {
  static constexpr const char* name = "add, x + x";
  auto operator()(auto x) const { return x + x; }
  static double formula(double x) { return x + x; }
};

struct multiply_by_itself_case : unary_case<multiply_by_itself_case> {
  static constexpr const char* name = "multiply, x x";
  auto operator()(auto x) const { return x * x; }
  static double formula(double x) { return x * x; }
};

/// An array without a batch axis is the same for every item.
struct without_batch_case : operation_case<shape<3, 11>> {
  static constexpr const char* name = "tanh without batch";
  static constexpr bool item_by_item = false;
  auto operator()(auto x) const { return vscg::tanh(x); }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    std::vector<double> y;
    for (const double number : x[0]) y.push_back(std::tanh(number));
    return y;
  }
};

/// Pins the mask, because a run's bits must not change by accident from one version to the next.
struct dropout_case : operation_case<element_array> {
  static constexpr const char* name = "dropout";
  static constexpr double rate = 0.3;
  static constexpr std::uint64_t path = 0x1234567890abcdefULL;
  auto operator()(auto x) const { return vscg::dropout(x, vscg::random_key{path, 0}, rate); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    std::vector<double> y(x[0].size());
    for (std::size_t item = 0; item < items; ++item) {
      for (std::size_t i = 0; i < 33; ++i) {
        // Counter: group of four elements, item in the batch, step, use; seed 0.
        const auto words =
            vscg::philox({static_cast<std::uint32_t>(i / 4), static_cast<std::uint32_t>(item), 0, 0}, path);
        const double uniform = static_cast<double>(words[i % 4]) * 0x1p-32;
        y[item * 33 + i] = uniform < rate ? 0 : x[0][item * 33 + i] / (1 - rate);
      }
    }
    return y;
  }
};

/// Pins the noise, as the mask above.
struct gaussian_noise_case : operation_case<element_array> {
  static constexpr const char* name = "gaussian_noise";
  static constexpr std::uint64_t path = 0x1234567890abcdefULL;
  auto operator()(auto x) const { return vscg::gaussian_noise(x, vscg::random_key{path, 0}, 0.3); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    std::vector<double> y(x[0].size());
    for (std::size_t item = 0; item < items; ++item) {
      for (std::size_t i = 0; i < 33; ++i) {
        // Counter: element, item in the batch, step, use; seed 0.
        const auto words = vscg::philox({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(item), 0, 0}, path);
        const auto uniform = [&](std::size_t k) {
          return static_cast<double>(((std::uint64_t{words[k + 1]} << 32U) | words[k]) >> 11U) * 0x1p-53;
        };
        const double normal =
            std::sqrt(-2 * std::log(1 - uniform(0))) * std::cos(2 * 3.14159265358979323846 * uniform(2));
        y[item * 33 + i] = x[0][item * 33 + i] + 0.3 * normal;
      }
    }
    return y;
  }
};

using elementwise_cases =
    std::tuple<relu_case, sigmoid_case, tanh_case, gelu_case, silu_case, signed_sqrt_case, scale_case, shift_case,
               reciprocal_case, threshold_case, add_case, multiply_case, add_to_itself_case, multiply_by_itself_case,
               without_batch_case, dropout_case, gaussian_noise_case>;

}  // namespace contract
