// SPDX-License-Identifier: MIT
#include <array>
#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/compose.hpp>
#include <vscg/core/loss_terms.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/cuda/overrides.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/nets/composites/compare_tags.hpp>
#include <vscg/nets/composites/project_pair.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/linear.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/ops/sigmoid.hpp>

#include "cuda/host_fused.hpp"
#include "cuda/late_branches.hpp"
#include "model/small_training.hpp"

// Training steps whose launches beside the path come as early as they may, or as late: see late_branches.hpp.

namespace {

using vscg::dyn;
using vscg::shape;

/// Two projections at once, one of whose weights the products before and after them have too. `seen` follows it.
struct pair_network {
  vscg::parameter<vscg::init::xavier_uniform, 3, 3> first_weight{}, second_weight{};
  vscg::persistent<vscg::init::zeros, 3, 3> seen{};
  vscg::nn::linear<3, 2> last;
  VSCG_MEMBERS(first_weight, second_weight, seen, last)
  using inputs = vscg::input_shapes<shape<dyn, 3>>;

  template <vscg::Var X>
  auto operator()(const X& x) const {
    const auto first = operand(x, first_weight);
    if constexpr (X::tag::training) assign(seen, first);
    const auto [a, b] = vscg::compose(vscg::composites::project_pair<shape<dyn, 3>, 3>{}, vscg::linear(x, first), x,
                                      first, operand(x, second_weight));
    return last(vscg::linear(a, first) + b);
  }
};

/// A number of the loss is made from what the terms were summed up to.
struct twice_compared {
  using targets = vscg::input_shapes<shape<dyn, 2>>;
  static constexpr std::array<const char*, 1> term_names{"twice"};
  auto operator()(auto y, auto target) const {
    const auto [total, sharp, smooth] =
        vscg::compose(vscg::composites::compare_tags<2>{}, sigmoid(y), sigmoid(2 * y), target);
    const auto twice = 2 * total;
    return vscg::loss_terms{twice, std::array{twice}};
  }
};

using model = vscg::model<pair_network, double, host_cuda::fused_backend>;

/// Weights, and the losses on the way to them.
template <class Loss>
std::vector<double> trained(std::size_t threads, std::size_t micro_batch) {
  model net{vscg::seed{1}};
  const small_training::data given(4);
  vscg::trainer t(net, vscg::adam{0.1}, Loss{}, vscg::threads{threads}, small_training::of(4, micro_batch));
  std::vector<double> losses;
  for (int step = 0; step < 3; ++step) losses.push_back(t.step(given.x, given.y).total);
  std::vector<double> all = small_training::flat(net);
  all.insert(all.end(), losses.begin(), losses.end());
  return all;
}

template <class Loss>
void check_branches() {
  for (const std::size_t micro_batch : {0U, 2U}) {
    host_cuda::check_schedules([&](std::size_t threads) { return trained<Loss>(threads, micro_batch); });
  }
}

}  // namespace

TEST_CASE("cuda: steps give the same bits however early or late launches beside the path come") {
  check_branches<small_training::squared_distance>();
  check_branches<twice_compared>();
}

TEST_CASE("cuda: an array that follows a weight has what the step made of it") {
  model net{vscg::seed{1}};
  const small_training::data given(4);
  vscg::trainer t(net, vscg::adam{0.1}, small_training::squared_distance{}, vscg::threads{2}, small_training::of(4));
  t.step(given.x, given.y);
  CHECK(net.weights().get("seen") == net.weights().get("first_weight"));
}
