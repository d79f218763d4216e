// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <vector>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/core/compose.hpp>
#include <vscg/nets/composites/recurrent_pair.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/testing/trace_trial.hpp>
#include <vscg/testing/trial.hpp>

#include "cuda/host_cuda.hpp"
#include "cuda/host_overrides.hpp"
#include "ops/cases/product.hpp"
#include "ops/cases/recurrent.hpp"

namespace {

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
/// The numbers of a reference of that, from each layer's operands.
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

template <bool First = true, bool Second = true>
struct lstm_pair_case
    : contract::operation_case<shape<dyn, 4, 3>, shape<dyn, 4, 3>, shape<2, 20, 3>, shape<2, 20, 5>, shape<2, 20>,
                               shape<2, 20>, shape<2, 20, 3>, shape<2, 20, 5>, shape<2, 20>, shape<2, 20>> {
  static constexpr const char* name = "pair of lstms";
  static constexpr std::uint32_t reached = (First ? 0b0000111101U : 0U) | (Second ? 0b1111000010U : 0U);
  auto operator()(auto... x) const {
    return some_of<First, Second>(vscg::compose(vscg::composites::lstm_pair<4, 3, 5>{}, x...));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return some_of_reference<First, Second>(items, x, contract::lstm_reference,
                                            {std::vector<std::size_t>{0, 2, 3, 4, 5}, {1, 6, 7, 8, 9}});
  }
};

template <bool First = true, bool Second = true>
struct gru_pair_case : contract::operation_case<shape<dyn, 4, 3>, shape<dyn, 4, 3>, shape<dyn, 2, 5>, shape<dyn, 2, 5>,
                                                shape<2, 15, 3>, shape<2, 15, 5>, shape<2, 15>, shape<2, 15>,
                                                shape<2, 15, 3>, shape<2, 15, 5>, shape<2, 15>, shape<2, 15>> {
  static constexpr const char* name = "pair of grus";
  static constexpr std::uint32_t reached = (First ? 0b000011110101U : 0U) | (Second ? 0b111100001010U : 0U);
  auto operator()(auto... x) const {
    return some_of<First, Second>(vscg::compose(vscg::composites::gru_pair<4, 3, 5>{}, x...));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return some_of_reference<First, Second>(items, x, contract::gru_reference,
                                            {std::vector<std::size_t>{0, 4, 5, 6, 7, 2}, {1, 8, 9, 10, 11, 3}});
  }
};

using pair_cases = std::tuple<lstm_pair_case<>, gru_pair_case<>>;
using half_cases = std::tuple<lstm_pair_case<true, false>, gru_pair_case<false, true>>;

/// Whether the result depends on an operand: a plain layer that it does not depend on gets no gradient at all.
template <class Case>
bool reaches(std::size_t operand) {
  if constexpr (requires { Case::reached; })
    return ((Case::reached >> operand) & 1U) != 0;
  else
    return true;
}

template <class Case, class Backend>
contract::outcome<double> outcome_of(std::size_t threads) {
  constexpr std::size_t items = 5;
  const contract::untyped_case c{
      Case::name, &Case::value, nullptr, true,
      vscg::testing::trace_trial<typename Case::operands, double, Backend, Case::active>(Case{})};
  vscg::testing::trial<double, Backend> t(c.traced, vscg::threads{threads}, items);
  contract::give(t, contract::make_operands<double>(c, items), 0);
  t.forward();
  t.pullback();
  contract::outcome<double> all{t.result(), {}};
  for (std::size_t k = 0; k < t.operands(); ++k)
    all.gradients.push_back(reaches<Case>(k) ? t.gradient(k) : std::vector<double>{});
  return all;
}

void agree(const std::vector<double>& got, const std::vector<double>& expected) {
  REQUIRE(got.size() == expected.size());
  double worst = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double error = std::abs(got[i] - expected[i]) / std::max(1.0, std::abs(expected[i]));
    worst = error <= worst ? worst : error;  // also if it is not a number
  }
  CHECK(worst < 1e-12);
}

/// A backend's operation gives what the plain one gives, in result and gradients.
template <class Backend, class Case>
void agrees() {
  INFO("operation: " << Case::name);
  const auto expected = outcome_of<Case, vscg::cpu>(1);
  const auto got = outcome_of<Case, Backend>(1);
  agree(got.result, expected.result);
  for (std::size_t k = 0; k < expected.gradients.size(); ++k) {
    INFO("gradient of operand " << k);
    agree(got.gradients[k], expected.gradients[k]);
  }
}

template <class Backend, class... Cases>
void all_agree(std::type_identity<std::tuple<Cases...>>) {
  (agrees<Backend, Cases>(), ...);
}

/// A device that no layer fits, so that the overrides take their steps in launches of their own.
struct small_device {
  template <class Cell, class T, int H>
  using recurrent_share = vscg::cuda_detail::device_recurrent_share<Cell, T, H>;
};
struct on_small_device : vscg::eigen_backend {};

}  // namespace

template <class Operation>
struct vscg::implementation<Operation, on_small_device> : vscg::cuda_detail::override_of<Operation, small_device> {};

TEST_CASE("cuda: operations with products keep the contract with the lanes of a device") {
  contract::check<contract::recurrent_cases, float, host_cuda::backend>();
  contract::check<contract::linear_cases, float, host_cuda::backend>();
}

TEST_CASE("cuda: recurrent layers whose steps are one launch keep the contract in any order of lanes") {
  contract::check<contract::recurrent_cases, float, host_cuda::overrides>();
  contract::check<pair_cases, float, host_cuda::overrides>();
}

TEST_CASE("cuda: recurrent layers whose steps are one launch agree with those of many launches") {
  using host_cuda::overrides;
  all_agree<overrides>(std::type_identity<contract::recurrent_cases>{});
  all_agree<overrides>(std::type_identity<pair_cases>{});
  all_agree<overrides>(std::type_identity<half_cases>{});
  using other_sizes = std::tuple<lstm_of<3, 4, 6, 2>, lstm_of<1, 1, 1, 1>, lstm_of<2, 2, 128, 1>, gru_of<3, 4, 6, 2>,
                                 gru_of<2, 2, 128, 1>>;
  all_agree<overrides>(std::type_identity<other_sizes>{});
}

TEST_CASE("cuda: a recurrent layer that does not fit a device takes its steps one after another") {
  all_agree<on_small_device>(std::type_identity<contract::recurrent_cases>{});
  all_agree<on_small_device>(std::type_identity<pair_cases>{});
  all_agree<on_small_device>(std::type_identity<half_cases>{});
}
