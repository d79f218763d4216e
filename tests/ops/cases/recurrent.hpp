// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include <vscg/ops/gru.hpp>
#include <vscg/ops/lstm.hpp>

#include "ops/contract.hpp"

namespace contract {

/// Sizes of the cases: 4 steps of 3 channels, 5 hidden units each way.
struct recurrent_sizes {
  static constexpr std::size_t T = 4;
  static constexpr std::size_t In = 3;
  static constexpr std::size_t H = 5;
};

inline double logistic(double x) { return 1 / (1 + std::exp(-x)); }

/// weight·x + bias of one direction: weight [2, rows, columns], bias [2, rows].
inline std::vector<double> affine(const std::vector<double>& weight, const std::vector<double>& bias, std::size_t d,
                                  std::size_t rows, std::size_t columns, const double* x) {
  std::vector<double> y(rows);
  for (std::size_t r = 0; r < rows; ++r) {
    y[r] = bias[d * rows + r];
    for (std::size_t c = 0; c < columns; ++c) y[r] += weight[(d * rows + r) * columns + c] * x[c];
  }
  return y;
}

/// PyTorch's recurrences; `step(inputs' part, states' part, h, c)` moves on one direction by one step.
template <class Step>
std::vector<double> recurrent_reference(std::size_t items, std::size_t gates, const arrays& x, const double* initial,
                                        Step step) {
  constexpr std::size_t T = recurrent_sizes::T;
  constexpr std::size_t In = recurrent_sizes::In;
  constexpr std::size_t H = recurrent_sizes::H;
  std::vector<double> y(items * T * 2 * H);
  for (std::size_t item = 0; item < items; ++item) {
    for (std::size_t d = 0; d < 2; ++d) {
      std::vector<double> h(H, 0.0);
      std::vector<double> c(H, 0.0);
      if (initial != nullptr) h.assign(initial + (item * 2 + d) * H, initial + (item * 2 + d + 1) * H);
      for (std::size_t order = 0; order < T; ++order) {
        const std::size_t t = d == 0 ? order : T - 1 - order;
        const auto in = affine(x[1], x[3], d, gates * H, In, &x[0][(item * T + t) * In]);
        const auto back = affine(x[2], x[4], d, gates * H, H, h.data());
        step(in, back, h, c);
        for (std::size_t n = 0; n < H; ++n) y[((item * T + t) * 2 + d) * H + n] = h[n];
      }
    }
  }
  return y;
}

struct lstm_case : operation_case<shape<dyn, 4, 3>, shape<2, 20, 3>, shape<2, 20, 5>, shape<2, 20>, shape<2, 20>> {
  static constexpr const char* name = "lstm";
  using also_active = std::integer_sequence<std::uint32_t, 0b00001, 0b11110>;
  auto operator()(auto x, auto w_ih, auto w_hh, auto b_ih, auto b_hh) const {
    return vscg::lstm(x, w_ih, w_hh, b_ih, b_hh);
  }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    constexpr std::size_t H = recurrent_sizes::H;
    return recurrent_reference(items, 4, x, nullptr, [](const auto& in, const auto& back, auto& h, auto& c) {
      for (std::size_t n = 0; n < H; ++n) {
        const double i = logistic(in[n] + back[n]);
        const double f = logistic(in[H + n] + back[H + n]);
        const double g = std::tanh(in[2 * H + n] + back[2 * H + n]);
        const double o = logistic(in[3 * H + n] + back[3 * H + n]);
        c[n] = f * c[n] + i * g;
        h[n] = o * std::tanh(c[n]);
      }
    });
  }
};

inline std::vector<double> gru_reference(std::size_t items, const arrays& x, const double* initial) {
  constexpr std::size_t H = recurrent_sizes::H;
  return recurrent_reference(items, 3, x, initial, [](const auto& in, const auto& back, auto& h, auto&) {
    for (std::size_t n = 0; n < H; ++n) {
      const double r = logistic(in[n] + back[n]);
      const double z = logistic(in[H + n] + back[H + n]);
      const double candidate = std::tanh(in[2 * H + n] + r * back[2 * H + n]);
      h[n] = (1 - z) * candidate + z * h[n];
    }
  });
}

struct gru_case : operation_case<shape<dyn, 4, 3>, shape<2, 15, 3>, shape<2, 15, 5>, shape<2, 15>, shape<2, 15>> {
  static constexpr const char* name = "gru";
  using also_active = std::integer_sequence<std::uint32_t, 0b00001, 0b11110>;
  auto operator()(auto x, auto w_ih, auto w_hh, auto b_ih, auto b_hh) const {
    return vscg::gru(x, w_ih, w_hh, b_ih, b_hh);
  }
  static std::vector<double> reference(std::size_t items, const arrays& x) { return gru_reference(items, x, nullptr); }
};

struct gru_from_state_case
    : operation_case<shape<dyn, 4, 3>, shape<2, 15, 3>, shape<2, 15, 5>, shape<2, 15>, shape<2, 15>, shape<dyn, 2, 5>> {
  static constexpr const char* name = "gru from given states";
  using also_active = std::integer_sequence<std::uint32_t, 0b000001, 0b011110, 0b100000, 0b100001>;
  auto operator()(auto x, auto w_ih, auto w_hh, auto b_ih, auto b_hh, auto initial) const {
    return vscg::gru(x, w_ih, w_hh, b_ih, b_hh, initial);
  }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    return gru_reference(items, x, x[5].data());
  }
};

using recurrent_cases = std::tuple<lstm_case, gru_case, gru_from_state_case>;

}  // namespace contract
