// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include <vscg/ops/add.hpp>
#include <vscg/ops/gru.hpp>
#include <vscg/ops/lstm.hpp>
#include <vscg/ops/select_rows.hpp>

#include "ops/contract.hpp"

namespace contract {

/// Sizes of the cases: 4 steps of 3 channels, 5 hidden units in each direction.
struct recurrent_sizes {
  static constexpr std::size_t T = 4;
  static constexpr std::size_t In = 3;
  static constexpr std::size_t H = 5;
};

inline double logistic(double x) { return 1 / (1 + std::exp(-x)); }

/// weight·x + bias of direction d: weight [D, rows, columns], bias [D, rows].
inline std::vector<double> affine(const std::vector<double>& weight, const std::vector<double>& bias, std::size_t d,
                                  std::size_t rows, std::size_t columns, const double* x) {
  std::vector<double> y(rows);
  for (std::size_t r = 0; r < rows; ++r) {
    y[r] = bias[d * rows + r];
    for (std::size_t c = 0; c < columns; ++c) y[r] += weight[(d * rows + r) * columns + c] * x[c];
  }
  return y;
}

/// PyTorch's recurrences in one direction or two; `step(inputs' part, states' part, h, c)` advances one direction by
/// one step. Operands after the weights are the first states and the first cells; without them, zeros. Returns all h,
/// or all c.
template <class Step>
std::vector<double> recurrent_reference(std::size_t items, std::size_t gates, std::size_t directions, const arrays& x,
                                        Step step, bool cells = false) {
  constexpr std::size_t T = recurrent_sizes::T;
  constexpr std::size_t In = recurrent_sizes::In;
  constexpr std::size_t H = recurrent_sizes::H;
  std::vector<double> y(items * T * directions * H);
  for (std::size_t item = 0; item < items; ++item) {
    for (std::size_t d = 0; d < directions; ++d) {
      std::vector<double> h(H, 0.0);
      std::vector<double> c(H, 0.0);
      for (std::size_t n = 0; n < H; ++n) {
        if (x.size() > 5) h[n] = x[5][(item * directions + d) * H + n];
        if (x.size() > 6) c[n] = x[6][(item * directions + d) * H + n];
      }
      for (std::size_t order = 0; order < T; ++order) {
        const std::size_t t = d == 0 ? order : T - 1 - order;
        const auto in = affine(x[1], x[3], d, gates * H, In, &x[0][(item * T + t) * In]);
        const auto back = affine(x[2], x[4], d, gates * H, H, h.data());
        step(in, back, h, c);
        for (std::size_t n = 0; n < H; ++n) y[((item * T + t) * directions + d) * H + n] = cells ? c[n] : h[n];
      }
    }
  }
  return y;
}

inline std::vector<double> lstm_states_or_cells(std::size_t items, std::size_t directions, const arrays& x,
                                                bool cells) {
  constexpr std::size_t H = recurrent_sizes::H;
  return recurrent_reference(
      items, 4, directions, x,
      [](const auto& in, const auto& back, auto& h, auto& c) {
        for (std::size_t n = 0; n < H; ++n) {
          const double i = logistic(in[n] + back[n]);
          const double f = logistic(in[H + n] + back[H + n]);
          const double g = std::tanh(in[2 * H + n] + back[2 * H + n]);
          const double o = logistic(in[3 * H + n] + back[3 * H + n]);
          c[n] = f * c[n] + i * g;
          h[n] = o * std::tanh(c[n]);
        }
      },
      cells);
}

inline std::vector<double> lstm_reference(std::size_t items, std::size_t directions, const arrays& x) {
  return lstm_states_or_cells(items, directions, x, false);
}

struct lstm_case : operation_case<shape<dyn, 4, 3>, shape<2, 20, 3>, shape<2, 20, 5>, shape<2, 20>, shape<2, 20>> {
  static constexpr const char* name = "lstm";
  using also_active = std::integer_sequence<std::uint32_t, 0b00001, 0b11110>;
  auto operator()(auto x, auto w_ih, auto w_hh, auto b_ih, auto b_hh) const {
    return vscg::lstm(x, w_ih, w_hh, b_ih, b_hh);
  }
  static std::vector<double> reference(std::size_t items, const arrays& x) { return lstm_reference(items, 2, x); }
};

struct lstm_from_states_case : operation_case<shape<dyn, 4, 3>, shape<2, 20, 3>, shape<2, 20, 5>, shape<2, 20>,
                                              shape<2, 20>, shape<dyn, 2, 5>, shape<dyn, 2, 5>> {
  static constexpr const char* name = "lstm from given states";
  using also_active = std::integer_sequence<std::uint32_t, 0b0100000, 0b1000000, 0b0011110>;
  auto operator()(auto x, auto w_ih, auto w_hh, auto b_ih, auto b_hh, auto h, auto c) const {
    return vscg::lstm(x, w_ih, w_hh, b_ih, b_hh, h, c);
  }
  static std::vector<double> reference(std::size_t items, const arrays& x) { return lstm_reference(items, 2, x); }
};

struct lstm_one_direction_case : operation_case<shape<dyn, 4, 3>, shape<20, 3>, shape<20, 5>, shape<20>, shape<20>> {
  static constexpr const char* name = "lstm in one direction";
  auto operator()(auto x, auto w_ih, auto w_hh, auto b_ih, auto b_hh) const {
    return vscg::lstm(x, w_ih, w_hh, b_ih, b_hh);
  }
  static std::vector<double> reference(std::size_t items, const arrays& x) { return lstm_reference(items, 1, x); }
};

/// The cells alone: no gradient arrives at the states.
struct lstm_cells_case : operation_case<shape<dyn, 4, 3>, shape<2, 20, 3>, shape<2, 20, 5>, shape<2, 20>, shape<2, 20>,
                                        shape<dyn, 2, 5>, shape<dyn, 2, 5>> {
  static constexpr const char* name = "lstm_with_cells from given states, cells alone";
  using also_active = std::integer_sequence<std::uint32_t, 0b0100000, 0b1000000, 0b0011110>;
  auto operator()(auto x, auto w_ih, auto w_hh, auto b_ih, auto b_hh, auto h, auto c) const {
    return vscg::lstm_with_cells(x, w_ih, w_hh, b_ih, b_hh, h, c).second;
  }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    return lstm_states_or_cells(items, 2, x, true);
  }
};

struct lstm_states_and_cells_case : operation_case<shape<dyn, 4, 3>, shape<20, 3>, shape<20, 5>, shape<20>, shape<20>> {
  static constexpr const char* name = "lstm_with_cells in one direction";
  auto operator()(auto x, auto w_ih, auto w_hh, auto b_ih, auto b_hh) const {
    const auto [h, c] = vscg::lstm_with_cells(x, w_ih, w_hh, b_ih, b_hh);
    return h + c;
  }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    auto sum = lstm_reference(items, 1, x);
    const auto c = lstm_states_or_cells(items, 1, x, true);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += c[i];
    return sum;
  }
};

/// Three sequences in each item: what three items of one sequence each would give.
struct lstm_of_sequences_case : operation_case<shape<dyn, 3, 4, 3>, shape<2, 20, 3>, shape<2, 20, 5>, shape<2, 20>,
                                               shape<2, 20>, shape<dyn, 3, 2, 5>, shape<dyn, 3, 2, 5>> {
  static constexpr const char* name = "lstm of several sequences in an item";
  using also_active = std::integer_sequence<std::uint32_t, 0b0000001, 0b1100000, 0b0011110>;
  auto operator()(auto x, auto w_ih, auto w_hh, auto b_ih, auto b_hh, auto h, auto c) const {
    return vscg::lstm(x, w_ih, w_hh, b_ih, b_hh, h, c);
  }
  static std::vector<double> reference(std::size_t items, const arrays& x) { return lstm_reference(3 * items, 2, x); }
};

/// Three sequences of two channels in each item, which also read one channel that they share.
struct lstm_with_shared_case : operation_case<shape<dyn, 3, 4, 2>, shape<2, 20, 3>, shape<2, 20, 5>, shape<2, 20>,
                                              shape<2, 20>, shape<dyn, 4, 1>> {
  static constexpr const char* name = "lstm_with_shared";
  using also_active = std::integer_sequence<std::uint32_t, 0b000001, 0b100000, 0b011110>;
  auto operator()(auto x, auto w_ih, auto w_hh, auto b_ih, auto b_hh, auto shared) const {
    return vscg::lstm_with_shared(x, shared, w_ih, w_hh, b_ih, b_hh);
  }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    arrays plain(x.begin(), x.end() - 1);
    plain[0].clear();
    for (std::size_t row = 0; row < items * 3 * 4; ++row) {
      plain[0].insert(plain[0].end(), {x[0][2 * row], x[0][2 * row + 1], x[5][row / 12 * 4 + row % 4]});
    }
    return lstm_reference(3 * items, 2, plain);
  }
};

inline std::vector<double> gru_reference(std::size_t items, std::size_t directions, const arrays& x) {
  constexpr std::size_t H = recurrent_sizes::H;
  return recurrent_reference(items, 3, directions, x, [](const auto& in, const auto& back, auto& h, auto&) {
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
  static std::vector<double> reference(std::size_t items, const arrays& x) { return gru_reference(items, 2, x); }
};

struct gru_from_state_case
    : operation_case<shape<dyn, 4, 3>, shape<2, 15, 3>, shape<2, 15, 5>, shape<2, 15>, shape<2, 15>, shape<dyn, 2, 5>> {
  static constexpr const char* name = "gru from given states";
  using also_active = std::integer_sequence<std::uint32_t, 0b000001, 0b011110, 0b100000, 0b100001>;
  auto operator()(auto x, auto w_ih, auto w_hh, auto b_ih, auto b_hh, auto initial) const {
    return vscg::gru(x, w_ih, w_hh, b_ih, b_hh, initial);
  }
  static std::vector<double> reference(std::size_t items, const arrays& x) { return gru_reference(items, 2, x); }
};

/// The last states of sequences in two directions: the forward half of the last step, the backward half of the first.
inline std::vector<double> last_of_both(const std::vector<double>& all) {
  std::vector<double> last;
  for (std::size_t first = 0; first < all.size(); first += 40) {
    for (std::size_t n = 0; n < 5; ++n) last.push_back(all[first + 30 + n]);
    for (std::size_t n = 0; n < 5; ++n) last.push_back(all[first + 5 + n]);
  }
  return last;
}

/// The last states of a GRU with one direction, from given ones.
struct gru_one_direction_case
    : operation_case<shape<dyn, 4, 3>, shape<15, 3>, shape<15, 5>, shape<15>, shape<15>, shape<dyn, 1, 5>> {
  static constexpr const char* name = "last states of a gru in one direction";
  auto operator()(auto x, auto w_ih, auto w_hh, auto b_ih, auto b_hh, auto initial) const {
    return vscg::last_states(vscg::gru(x, w_ih, w_hh, b_ih, b_hh, initial));
  }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    const auto all = gru_reference(items, 1, x);
    std::vector<double> last;
    for (std::size_t item = 0; item < items; ++item) {
      for (std::size_t n = 0; n < recurrent_sizes::H; ++n) last.push_back(all[(item * 4 + 3) * 5 + n]);
    }
    return last;
  }
};

/// From zeros, in items of two by two sequences: their last states.
struct gru_of_sequences_case
    : operation_case<shape<dyn, 2, 2, 4, 3>, shape<2, 15, 3>, shape<2, 15, 5>, shape<2, 15>, shape<2, 15>> {
  static constexpr const char* name = "last states of a gru of several sequences in an item";
  auto operator()(auto x, auto w_ih, auto w_hh, auto b_ih, auto b_hh) const {
    return vscg::last_states<2>(vscg::gru(x, w_ih, w_hh, b_ih, b_hh));
  }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    return last_of_both(gru_reference(4 * items, 2, x));
  }
};

struct last_states_case : operation_case<shape<dyn, 4, 10>> {
  static constexpr const char* name = "last states of two directions";
  auto operator()(auto x) const { return vscg::last_states<2>(x); }
  static std::vector<double> reference(std::size_t, const arrays& x) { return last_of_both(x[0]); }
};

/// Every other row, some of which a second selection takes again: gradients add, and unselected rows get 0.
struct select_rows_case : operation_case<shape<dyn, 7, 5>> {
  static constexpr const char* name = "select_rows";
  auto operator()(auto x) const {
    const auto forward = vscg::select_rows<1, 3, 2>(x);
    const auto backward = vscg::select_rows<5, 3, -1>(x);
    return forward + backward;
  }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    std::vector<double> y;
    for (std::size_t item = 0; item < items; ++item) {
      for (std::size_t k = 0; k < 3; ++k) {
        for (std::size_t n = 0; n < 5; ++n) {
          y.push_back(x[0][(item * 7 + 1 + 2 * k) * 5 + n] + x[0][(item * 7 + 5 - k) * 5 + n]);
        }
      }
    }
    return y;
  }
};

using recurrent_cases =
    std::tuple<lstm_case, lstm_from_states_case, lstm_one_direction_case, lstm_cells_case, lstm_states_and_cells_case,
               lstm_of_sequences_case, lstm_with_shared_case, gru_of_sequences_case, gru_case, gru_from_state_case,
               gru_one_direction_case, last_states_case, select_rows_case>;

}  // namespace contract
