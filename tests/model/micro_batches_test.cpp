// SPDX-License-Identifier: MIT
#include <array>
#include <cstddef>
#include <string>

#include <doctest/doctest.h>

#include <vscg/model/trainer.hpp>
#include <vscg/ops/mean_over_pairs.hpp>
#include <vscg/ops/multiply.hpp>
#include <vscg/ops/pairwise_products.hpp>

#include "model/small_training.hpp"
#include "support/error_of.hpp"

// An error refuses losses that are wrong, or mean something else, on a few items of a batch at a time.

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

template <class F>
std::string said(std::size_t micro_batch) {
  model net{vscg::seed{1}};
  return error_of([&] {
    vscg::trainer<model, vscg::adam, loss_of<F>>(net, vscg::adam{1e-3}, {}, vscg::threads{1}, of(4, micro_batch));
  });
}

}  // namespace

TEST_CASE("a loss that is not a sum over items is refused if a step takes them in parts") {
  CHECK(said<sum_of_means>(2).empty());
  CHECK(
      said<squared_mean>(2) ==
      "trainer_options.micro_batch: expected the whole batch of 4, because multiply is not linear, and its operand is "
      "a mean or sum over the batch, found 2");
  CHECK(said<pairs>(2) ==
        "trainer_options.micro_batch: expected the whole batch of 4, because pairwise_products needs all items of the "
        "batch at once, found 2");
  for (const std::size_t whole : {0U, 4U, 8U}) {
    CHECK(said<squared_mean>(whole).empty());
    CHECK(said<pairs>(whole).empty());
  }
}
