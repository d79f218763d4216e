// SPDX-License-Identifier: MIT
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/core/compose.hpp>
#include <vscg/core/record.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/multiply.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/testing/trace_trial.hpp>

#include "ops/cases/recurrent.hpp"

// A backend that computes an operation and a composite in its own way keeps the contract as the plain one does.

using vscg::dyn;
using vscg::shape;

namespace {

struct overriding : vscg::eigen_backend {};

/// Adds one number to a gradient, or assigns it.
template <class T>
void put(vscg::gradient<T> to, std::size_t i, T value) {
  to.data[i] = to.adds ? to.data[i] + value : value;
}

/// The LSTM in plain loops, one gate after another.
template <int Steps, int In, int H>
struct plain_lstm : vscg::operation<shape<dyn, Steps, 2 * H>> {
  static constexpr const char* name = "plain_lstm";
  static constexpr vscg::operand_index<0> input{};
  static constexpr vscg::operand_index<1> w_ih{};
  static constexpr vscg::operand_index<2> w_hh{};
  static constexpr vscg::operand_index<3> b_ih{};
  static constexpr vscg::operand_index<4> b_hh{};
  static constexpr std::uint32_t pullback_reads_operands = vscg::operand_set(input, w_ih, w_hh);
  static constexpr bool pullback_reads_result = true;
  /// i, f, g, o and the cell of each step; the pullback turns the gates into their gradients.
  static constexpr std::array<vscg::slot_size, 1> saved() { return {vscg::slot_size{Steps * 2 * 5 * H}}; }
  explicit plain_lstm(const vscg::ops::recurrence<vscg::lstm_cell, Steps, In, H, 2, false>&) {}

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    each_chain(c, [&](std::size_t item, std::size_t d) {
      for (std::size_t order = 0; order < Steps; ++order) {
        const std::size_t at = row(item, d, order);
        const T* before = order == 0 ? nullptr : c.y() + row(item, d, order - 1) * H;
        const T* old = order == 0 ? nullptr : c.saved(0) + row(item, d, order - 1) * 5 * H + 4 * H;
        T* gates = c.saved(0) + at * 5 * H;
        for (std::size_t g = 0; g < 4 * H; ++g) {
          T sum = c.x(b_ih)[d * 4 * H + g] + c.x(b_hh)[d * 4 * H + g];
          for (std::size_t k = 0; k < In; ++k) sum += c.x(w_ih)[(d * 4 * H + g) * In + k] * c.x(input)[at / 2 * In + k];
          for (std::size_t k = 0; before != nullptr && k < H; ++k)
            sum += c.x(w_hh)[(d * 4 * H + g) * H + k] * before[k];
          gates[g] = g / H == 2 ? std::tanh(sum) : 1 / (1 + std::exp(-sum));
        }
        for (std::size_t n = 0; n < H; ++n) {
          gates[4 * H + n] = gates[n] * gates[2 * H + n] + (old == nullptr ? T(0) : gates[H + n] * old[n]);
          c.y()[at * H + n] = gates[3 * H + n] * std::tanh(gates[4 * H + n]);
        }
      }
    });
  }

  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    each_chain(c, [&](std::size_t item, std::size_t d) { gates_back(c, item, d); });
    const auto slope = [&](std::size_t at, std::size_t g) { return c.saved(0)[at * 5 * H + g]; };
    if constexpr (C::wants(input)) {
      for (std::size_t i = 0; i < c.items() * Steps * In; ++i) {
        T sum = 0;
        for (std::size_t d = 0; d < 2; ++d) {
          for (std::size_t g = 0; g < 4 * H; ++g)
            sum += slope(i / In * 2 + d, g) * c.x(w_ih)[(d * 4 * H + g) * In + i % In];
        }
        put(c.dx(input), i, sum);
      }
    }
    if constexpr (C::wants(w_ih)) {
      const auto over_steps = [&](std::size_t d, auto f) {
        T sum = 0;
        for (std::size_t at = d; at < c.items() * Steps * 2; at += 2) sum += f(at);
        return sum;
      };
      for (std::size_t i = 0; i < std::size_t{2} * 4 * H; ++i) {
        const std::size_t d = i / (4 * H);
        const std::size_t g = i % (4 * H);
        for (std::size_t k = 0; k < In; ++k) {
          put(c.dx(w_ih), i * In + k,
              over_steps(d, [&](std::size_t at) { return slope(at, g) * c.x(input)[at / 2 * In + k]; }));
        }
        for (std::size_t k = 0; k < H; ++k) {
          put(c.dx(w_hh), i * H + k, over_steps(d, [&](std::size_t at) {
                const std::size_t t = at / 2 % Steps;
                if (t == (d == 0 ? 0 : Steps - 1)) return T(0);
                return slope(at, g) * c.y()[(d == 0 ? at - 2 : at + 2) * H + k];
              }));
        }
        const T sum = over_steps(d, [&](std::size_t at) { return slope(at, g); });
        put(c.dx(b_ih), i, sum);
        put(c.dx(b_hh), i, sum);
      }
    }
  }

 private:
  static std::size_t row(std::size_t item, std::size_t d, std::size_t order) {
    return (item * Steps + (d == 0 ? order : Steps - 1 - order)) * 2 + d;
  }

  template <class C, class F>
  static void each_chain(const C& c, F f) {
    for (std::size_t i = 0; i < 2 * c.items(); ++i) f(i / 2, i % 2);
  }

  template <class C>
  static void gates_back(const C& c, std::size_t item, std::size_t d) {
    using T = typename C::scalar;
    std::array<T, H> dh{};
    std::array<T, H> dc{};
    for (std::size_t order = Steps; order-- > 0;) {
      const std::size_t at = row(item, d, order);
      const T* old = order == 0 ? nullptr : c.saved(0) + row(item, d, order - 1) * 5 * H + 4 * H;
      T* gates = c.saved(0) + at * 5 * H;
      for (std::size_t n = 0; n < H; ++n) {
        const auto [i, f, g, o] = std::array{gates[n], gates[H + n], gates[2 * H + n], gates[3 * H + n]};
        const T bounded = std::tanh(gates[4 * H + n]);
        dh[n] += c.dy()[at * H + n];
        dc[n] += dh[n] * o * (1 - bounded * bounded);
        gates[n] = dc[n] * g * i * (1 - i);
        gates[H + n] = old == nullptr ? T(0) : dc[n] * old[n] * f * (1 - f);
        gates[2 * H + n] = dc[n] * i * (1 - g * g);
        gates[3 * H + n] = dh[n] * bounded * o * (1 - o);
        dc[n] *= f;
      }
      for (std::size_t n = 0; n < H; ++n) {
        dh[n] = 0;
        for (std::size_t g = 0; g < 4 * H; ++g) dh[n] += gates[g] * c.x(w_hh)[(d * 4 * H + g) * H + n];
      }
    }
  }
};

/// a + b and a b: two results.
template <int C>
struct sum_and_product {
  template <class A, class B>
  auto operator()(const A& a, const B& b) const {
    const auto sum = a + b;
    const auto product = a * b;
    return std::pair{sum, product};
  }
};

template <int C>
struct sum_and_product_at_once : vscg::operation<shape<dyn, C>, shape<dyn, C>> {
  static constexpr const char* name = "sum_and_product";
  static constexpr vscg::operand_index<0> left{};
  static constexpr vscg::operand_index<1> right{};
  static constexpr vscg::result_index<0> sum{};
  static constexpr vscg::result_index<1> product{};
  static constexpr std::uint32_t pullback_reads_operands = vscg::operand_set(left, right);
  explicit sum_and_product_at_once(const sum_and_product<C>&) {}

  template <class Context>
  void forward(const Context& c) const {
    for (std::size_t i = 0; i < c.items() * C; ++i) {
      c.y(sum)[i] = c.x(left)[i] + c.x(right)[i];
      c.y(product)[i] = c.x(left)[i] * c.x(right)[i];
    }
  }
  template <class Context>
  void pullback(const Context& c) const {
    if constexpr (Context::wants(left)) pass(c, left, c.x(right));
    if constexpr (Context::wants(right)) pass(c, right, c.x(left));
  }

 private:
  template <class Context, class Operand, class T = typename Context::scalar>
  static void pass(const Context& c, Operand operand, const T* other) {
    const T* of_sum = c.dy(sum);
    const T* of_product = c.dy(product);
    for (std::size_t i = 0; i < c.items() * C; ++i) {
      T slope = of_sum == nullptr ? T(0) : of_sum[i];
      if (of_product != nullptr) slope += of_product[i] * other[i];
      put(c.dx(operand), i, slope);
    }
  }
};

template <bool Sum, bool Product>
struct two_results_case : contract::operation_case<shape<dyn, 7>, shape<dyn, 7>> {
  static constexpr const char* name = "composite with two results";
  using also_active = std::integer_sequence<std::uint32_t, 0b01, 0b10>;
  auto operator()(auto a, auto b) const {
    const auto [sum, product] = vscg::compose(sum_and_product<7>{}, a, b);
    if constexpr (!Product)
      return sum * 2;
    else if constexpr (!Sum)
      return product * 3;
    else
      return sum * 2 + product * 3;
  }
  static std::vector<double> reference(std::size_t, const contract::arrays& x) {
    std::vector<double> y;
    for (std::size_t i = 0; i < x[0].size(); ++i) {
      y.push_back((Sum ? 2 * (x[0][i] + x[1][i]) : 0) + (Product ? 3 * x[0][i] * x[1][i] : 0));
    }
    return y;
  }
};

using composite_cases =
    std::tuple<two_results_case<true, true>, two_results_case<true, false>, two_results_case<false, true>>;
using lstm_cases = std::tuple<contract::lstm_case>;

template <class Case, class Backend>
std::size_t count_of(const std::string& kind) {
  const auto traced = vscg::testing::trace_trial<typename Case::operands, double, Backend>(Case{});
  std::size_t count = 0;
  for (const auto& n : traced.steps->nodes()) count += n.kind == kind ? 1 : 0;
  return count;
}

}  // namespace

template <int Steps, int In, int H>
struct vscg::implementation<vscg::ops::recurrence<vscg::lstm_cell, Steps, In, H, 2, false>, overriding> {
  using type = plain_lstm<Steps, In, H>;
};
template <int C>
struct vscg::implementation<sum_and_product<C>, overriding> {
  using type = sum_and_product_at_once<C>;
};

TEST_CASE("a backend's own LSTM is recorded in place of the library's, and keeps the contract") {
  CHECK(count_of<contract::lstm_case, vscg::cpu>("lstm") == 1);
  CHECK(count_of<contract::lstm_case, overriding>("lstm") == 0);
  CHECK(count_of<contract::lstm_case, overriding>("plain_lstm") == 1);
  contract::check<lstm_cases, double, overriding>();
  contract::check<lstm_cases, float, overriding>();
}

TEST_CASE("a composite is its own operations or one of the backend's, with the same results") {
  using both = two_results_case<true, true>;
  CHECK(count_of<both, vscg::cpu>("sum_and_product") == 0);
  CHECK(count_of<both, vscg::cpu>("multiply") == 1);
  CHECK(count_of<both, overriding>("sum_and_product") == 1);
  CHECK(count_of<both, overriding>("multiply") == 0);
  contract::check<composite_cases, double, vscg::cpu>();
  contract::check<composite_cases, double, overriding>();
}
