// SPDX-License-Identifier: MIT
#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/compose.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/cuda/overrides.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/nets/composites/project_pair.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/add.hpp>

#include "cuda/host_fused.hpp"
#include "model/small_training.hpp"

// Training steps whose launches beside the path come as early as they may, or as late: see late_branches.hpp.

namespace {

using vscg::dyn;
using vscg::shape;

/// Two projections at once, one of whose weights a plain product has too. `seen` follows that weight.
struct pair_network {
  vscg::parameter<vscg::init::xavier_uniform, 4, 3> first_weight{}, second_weight{};
  vscg::persistent<vscg::init::zeros, 4, 3> seen{};
  vscg::nn::linear<4, 2> last;
  VSCG_MEMBERS(first_weight, second_weight, seen, last)
  using inputs = vscg::input_shapes<shape<dyn, 3>>;

  template <vscg::Var X>
  auto operator()(const X& x) const {
    const auto first = operand(x, first_weight);
    if constexpr (X::tag::training) assign(seen, first);
    const auto [a, b] =
        vscg::compose(vscg::composites::project_pair<shape<dyn, 3>, 4>{}, x, x, first, operand(x, second_weight));
    const auto both = a + b;
    return last(both + vscg::linear(x, first));
  }
};

using model = vscg::model<pair_network, double, host_cuda::fused_backend>;

std::vector<double> trained(std::size_t threads, std::size_t micro_batch) {
  model net{vscg::seed{1}};
  const small_training::data given(4);
  vscg::trainer t(net, vscg::adam{0.1}, small_training::squared_distance{}, vscg::threads{threads},
                  small_training::of(4, micro_batch));
  for (int step = 0; step < 3; ++step) t.step(given.x, given.y);
  return small_training::flat(net);
}

}  // namespace

TEST_CASE("cuda: steps give the same bits however early or late launches beside the path come") {
  for (const std::size_t micro_batch : {0U, 2U}) {
    const std::vector<double> early = trained(1, micro_batch);
    for (const std::size_t threads : {2U, 3U, 4U, 5U}) {
      INFO("threads " << threads);
      CHECK(trained(threads, micro_batch) == early);
    }
  }
}

TEST_CASE("cuda: an array that follows a weight has what the step made of it") {
  model net{vscg::seed{1}};
  const small_training::data given(4);
  vscg::trainer t(net, vscg::adam{0.1}, small_training::squared_distance{}, vscg::threads{2}, small_training::of(4));
  t.step(given.x, given.y);
  CHECK(net.weights().get("seen") == net.weights().get("first_weight"));
}
