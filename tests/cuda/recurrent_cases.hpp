// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include <vscg/core/compose.hpp>
#include <vscg/nets/composites/recurrent_pair.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/gru.hpp>
#include <vscg/ops/lstm.hpp>
#include <vscg/ops/scale.hpp>

#include "cuda/agreement.hpp"
#include "cuda/host_fused.hpp"
#include "ops/cases/recurrent.hpp"

// Recurrent layers whose steps a backend takes at once, against the plain ones on the processor.

namespace at_once {

using vscg::dyn;
using vscg::shape;

/// Layers of any size, from given states.
template <int T, int In, int H, int D>
struct lstm_of : contract::operation_case<shape<dyn, T, In>, shape<D, 4 * H, In>, shape<D, 4 * H, H>, shape<D, 4 * H>,
                                          shape<D, 4 * H>, shape<dyn, D, H>, shape<dyn, D, H>> {
  static constexpr const char* name = "lstm of another size";
  auto operator()(auto... x) const { return vscg::lstm(x...); }
};
template <int T, int In, int H, int D>
struct gru_of : contract::operation_case<shape<dyn, T, In>, shape<D, 3 * H, In>, shape<D, 3 * H, H>, shape<D, 3 * H>,
                                         shape<D, 3 * H>, shape<dyn, D, H>> {
  static constexpr const char* name = "gru of another size";
  auto operator()(auto... x) const { return vscg::gru(x...); }
};

/// Two layers at once, both or one of which the result depends on.
template <bool First, bool Second>
auto some_of(const auto& both) {
  const auto& [first, second] = both;
  if constexpr (!Second)
    return first * 2;
  else if constexpr (!First)
    return second * 3;
  else
    return first * 2 + second * 3;
}
/// The reference of that for H = 5, from each layer's operands.
template <bool First, bool Second>
std::vector<double> some_of_reference(std::size_t items, const contract::arrays& x, auto layer,
                                      std::array<std::vector<std::size_t>, 2> operands) {
  std::vector<double> total;
  for (const std::size_t which : {0U, 1U}) {
    contract::arrays own;
    for (const std::size_t k : operands[which]) own.push_back(x[k]);
    const auto y = layer(items, 2, own);
    total.resize(y.size());
    const double factor = which == 0 ? 2.0 * First : 3.0 * Second;
    for (std::size_t i = 0; i < y.size(); ++i) total[i] += factor * y[i];
  }
  return total;
}

template <int H = 5, bool First = true, bool Second = true>
struct lstm_pair_case
    : contract::operation_case<shape<dyn, 4, 3>, shape<dyn, 4, 3>, shape<2, 4 * H, 3>, shape<2, 4 * H, H>,
                               shape<2, 4 * H>, shape<2, 4 * H>, shape<2, 4 * H, 3>, shape<2, 4 * H, H>,
                               shape<2, 4 * H>, shape<2, 4 * H>> {
  static constexpr const char* name = "pair of lstms";
  static constexpr std::uint32_t reached = (First ? 0b0000111101U : 0U) | (Second ? 0b1111000010U : 0U);
  auto operator()(auto... x) const {
    return some_of<First, Second>(vscg::compose(vscg::composites::lstm_pair<4, 3, H>{}, x...));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return some_of_reference<First, Second>(items, x, contract::lstm_reference,
                                            {std::vector<std::size_t>{0, 2, 3, 4, 5}, {1, 6, 7, 8, 9}});
  }
};

template <int H = 5, bool First = true, bool Second = true>
struct gru_pair_case
    : contract::operation_case<shape<dyn, 4, 3>, shape<dyn, 4, 3>, shape<dyn, 2, H>, shape<dyn, 2, H>,
                               shape<2, 3 * H, 3>, shape<2, 3 * H, H>, shape<2, 3 * H>, shape<2, 3 * H>,
                               shape<2, 3 * H, 3>, shape<2, 3 * H, H>, shape<2, 3 * H>, shape<2, 3 * H>> {
  static constexpr const char* name = "pair of grus";
  static constexpr std::uint32_t reached = (First ? 0b000011110101U : 0U) | (Second ? 0b111100001010U : 0U);
  auto operator()(auto... x) const {
    return some_of<First, Second>(vscg::compose(vscg::composites::gru_pair<4, 3, H>{}, x...));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return some_of_reference<First, Second>(items, x, contract::gru_reference,
                                            {std::vector<std::size_t>{0, 4, 5, 6, 7, 2}, {1, 8, 9, 10, 11, 3}});
  }
};

/// Both start from one array, whose gradient is that of both.
struct gru_pair_from_one_case : contract::operation_case<shape<dyn, 4, 3>, shape<dyn, 4, 3>, shape<dyn, 2, 5>,
                                                         shape<2, 15, 3>, shape<2, 15, 5>, shape<2, 15>, shape<2, 15>,
                                                         shape<2, 15, 3>, shape<2, 15, 5>, shape<2, 15>, shape<2, 15>> {
  static constexpr const char* name = "pair of grus from one state";
  auto operator()(auto first, auto second, auto start, auto... weights) const {
    return some_of<true, true>(
        vscg::compose(vscg::composites::gru_pair<4, 3, 5>{}, first, second, start, start, weights...));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return some_of_reference<true, true>(items, x, contract::gru_reference,
                                         {std::vector<std::size_t>{0, 3, 4, 5, 6, 2}, {1, 7, 8, 9, 10, 2}});
  }
};

/// Two layers of the same weights, one after another, whose states and cells start from one array.
struct lstms_from_one_case : contract::operation_case<shape<dyn, 4, 3>, shape<dyn, 4, 3>, shape<dyn, 2, 5>,
                                                      shape<2, 20, 3>, shape<2, 20, 5>, shape<2, 20>, shape<2, 20>> {
  static constexpr const char* name = "lstms from one array of states and cells";
  auto operator()(auto first, auto second, auto start, auto... weights) const {
    return some_of<true, true>(
        std::pair(vscg::lstm(first, weights..., start, start), vscg::lstm(second, weights..., start, start)));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return some_of_reference<true, true>(items, x, contract::lstm_reference,
                                         {std::vector<std::size_t>{0, 3, 4, 5, 6, 2, 2}, {1, 3, 4, 5, 6, 2, 2}});
  }
};

/// As many arrays as possible are one: sequences and what they start from, both weights, both biases.
struct gru_of_one_array_case : contract::operation_case<shape<dyn, 2, 5>, shape<2, 15, 5>, shape<2, 15>> {
  static constexpr const char* name = "gru of one array";
  auto operator()(auto x, auto w, auto b) const { return vscg::gru(x, w, w, b, b, x); }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<gru_of_one_array_case>(items, x);
  }
};
struct lstm_of_one_array_case : contract::operation_case<shape<dyn, 2, 5>, shape<2, 20, 5>, shape<2, 20>> {
  static constexpr const char* name = "lstm of one array";
  auto operator()(auto x, auto w, auto b) const { return vscg::lstm(x, w, w, b, b, x, x); }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<lstm_of_one_array_case>(items, x);
  }
};
/// Each layer starts from the other's sequence.
struct gru_pair_of_one_array_case
    : contract::operation_case<shape<dyn, 2, 5>, shape<dyn, 2, 5>, shape<2, 15, 5>, shape<2, 15>> {
  static constexpr const char* name = "pair of grus of one array";
  auto operator()(auto first, auto second, auto w, auto b) const {
    return some_of<true, true>(
        vscg::compose(vscg::composites::gru_pair<2, 5, 5>{}, first, second, second, first, w, w, b, b, w, w, b, b));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<gru_pair_of_one_array_case>(items, x);
  }
};

using one_array_cases = std::tuple<gru_of_one_array_case, lstm_of_one_array_case, gru_pair_of_one_array_case>;
using pair_cases = std::tuple<lstm_pair_case<>, gru_pair_case<>, gru_pair_from_one_case>;
using half_cases = std::tuple<lstm_pair_case<5, true, false>, gru_pair_case<5, false, true>>;

/// Layers that fit a device.
using device_cases = std::tuple<lstm_of<3, 4, 128, 2>, gru_of<2, 2, 128, 1>>;
using device_pair_cases = std::tuple<lstm_pair_case<128>, gru_pair_case<128>>;

}  // namespace at_once
