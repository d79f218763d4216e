// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/members.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/stretches.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/ops/divide.hpp>
#include <vscg/ops/mean_over_pairs.hpp>
#include <vscg/ops/multiply.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/pairwise_products.hpp>

#include "model/small_training.hpp"
#include "support/error_of.hpp"

// Some losses would be wrong, or mean something else, if computed on a few items at a time. An error refuses them.

using namespace small_training;

namespace {

template <class F>
struct loss_of {
  using targets = input_shapes<shape<dyn, 2>>;
  static constexpr std::array<const char*, 1> term_names{"total"};
  auto operator()(auto y, auto target) const {
    const auto total = F{}(y, target);
    return vscg::loss_terms{total, std::array{total}};
  }
};

struct squared_mean {
  auto operator()(auto y, auto target) const {
    const auto mean = batch_mean(mse_loss(y, target));
    return mean * mean;
  }
};
struct sum_of_means {
  auto operator()(auto y, auto target) const {
    const auto mean = batch_mean(mse_loss(y, target));
    return mean + 0.5 * mean;
  }
};
struct pairs {
  auto operator()(auto y, auto target) const {
    return batch_mean(mean_over_pairs(pairwise_products(y, y))) + batch_mean(mse_loss(y, target));
  }
};

/// Its parameters are stretched over the batch. Its arrays are so wide that a step takes only a few items at a time.
struct wide_network {
  vscg::parameter<vscg::init::ones, 256> row;
  vscg::parameter<vscg::init::ones, 256, 256> table;
  vscg::parameter<vscg::init::ones, 1> number;
  VSCG_MEMBERS(row, table, number)
  using inputs = input_shapes<shape<dyn, 256, 1>>;
  auto operator()(auto x) const {
    const auto product = x * vscg::operand(x, row);
    const auto sum = product + vscg::operand(x, table);
    return vscg::mean<2>(sum / vscg::operand(x, number));
  }
};
struct distance_of_rows {
  using targets = input_shapes<shape<dyn, 256>>;
  static constexpr std::array<const char*, 1> term_names{"distance"};
  auto operator()(auto y, auto target) const {
    const auto distance = batch_mean(mse_loss(y, target));
    return vscg::loss_terms{distance, std::array{distance}};
  }
};

/// The gradients of all parameters, one after another, for a batch of 7 items.
std::vector<double> gradients_of_wide_network(std::size_t micro_batch) {
  using wide_model = vscg::model<wide_network, double, vscg::cpu>;
  wide_model net{vscg::seed{1}};
  vscg::trainer<wide_model, vscg::adam, distance_of_rows> t(net, vscg::adam{1e-3}, {}, vscg::threads{1},
                                                            of(7, micro_batch));
  CHECK(vscg::find_stretches(t.steps_traced(), vscg::cpu::stretches).size() > 2);
  std::vector<double> x(7 * 256);
  std::vector<double> target(7 * 256);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = std::sin(static_cast<double>(i));
    target[i] = std::cos(static_cast<double>(i));
  }
  t.gradients(x, target);
  std::vector<double> all;
  for (const auto& entry : net.weights().table().entries) {
    const auto part = t.gradient(entry);
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

template <class F>
std::string said(std::size_t micro_batch) {
  model net{vscg::seed{1}};
  return error_of([&] {
    vscg::trainer<model, vscg::adam, loss_of<F>>(net, vscg::adam{1e-3}, {}, vscg::threads{1}, of(4, micro_batch));
  });
}

}  // namespace

TEST_CASE("a loss that is not a sum over items is refused if a step splits the batch") {
  CHECK(said<sum_of_means>(2).empty());
  CHECK(said<squared_mean>(2) ==
        "trainer_options.micro_batch: expected the whole batch of 4, because multiply(loss) is not linear, and its "
        "operand is a mean or sum over the batch, found 2");
  CHECK(said<pairs>(2) ==
        "trainer_options.micro_batch: expected the whole batch of 4, because pairwise_products(loss) needs all items "
        "of the "
        "batch at once, found 2");
  for (const std::size_t whole : {0U, 4U, 8U}) {
    CHECK(said<squared_mean>(whole).empty());
    CHECK(said<pairs>(whole).empty());
  }
}

TEST_CASE("parameters stretched over the batch get the same gradient, however many items are computed at a time") {
  const auto one_by_one = gradients_of_wide_network(1);
  REQUIRE(one_by_one.size() == 256 + 256 * 256 + 1);
  for (const std::size_t micro_batch : {0U, 2U}) {
    const auto got = gradients_of_wide_network(micro_batch);
    double worst = 0;
    for (std::size_t i = 0; i < got.size(); ++i) worst = std::max(worst, std::abs(got[i] - one_by_one[i]));
    CHECK(worst < 1e-12);
    CHECK(std::abs(got.back()) > 0.1);
  }
}
