// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <vector>

#include <vscg/backend/eigen/backend.hpp>
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

template <class Case, class Backend>
contract::outcome<double> outcome_of(std::size_t threads) {
  constexpr std::size_t items = 5;
  const contract::untyped_case c{
      Case::name, &Case::value, nullptr, true,
      vscg::testing::trace_trial<typename Case::operands, double, Backend, Case::active>(Case{})};
  vscg::testing::trial<double, Backend> t(c.traced, vscg::threads{threads}, items);
  contract::give(t, contract::make_operands<double>(c, items), 0);
  return contract::run(t);
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

/// The steps in one launch give what steps in launches of their own give, in result and gradients.
template <class Case>
void agrees() {
  INFO("operation: " << Case::name);
  const auto expected = outcome_of<Case, vscg::cpu>(1);
  const auto got = outcome_of<Case, host_cuda::overrides>(1);
  agree(got.result, expected.result);
  for (std::size_t k = 0; k < expected.gradients.size(); ++k) {
    INFO("gradient of operand " << k);
    agree(got.gradients[k], expected.gradients[k]);
  }
}

template <class... Cases>
void all_agree(std::type_identity<std::tuple<Cases...>>) {
  (agrees<Cases>(), ...);
}

}  // namespace

TEST_CASE("cuda: operations with products keep the contract with the lanes of a device") {
  contract::check<contract::recurrent_cases, float, host_cuda::backend>();
  contract::check<contract::linear_cases, float, host_cuda::backend>();
}

TEST_CASE("cuda: recurrent layers whose steps are one launch keep the contract in any order of lanes") {
  contract::check<contract::recurrent_cases, float, host_cuda::overrides>();
}

TEST_CASE("cuda: recurrent layers whose steps are one launch agree with those of many launches") {
  all_agree(std::type_identity<contract::recurrent_cases>{});
  using other_sizes = std::tuple<lstm_of<3, 4, 6, 2>, lstm_of<1, 1, 1, 1>, lstm_of<2, 2, 128, 1>, gru_of<3, 4, 6, 2>,
                                 gru_of<2, 2, 128, 1>>;
  all_agree(std::type_identity<other_sizes>{});
}
