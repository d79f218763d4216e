// SPDX-License-Identifier: MIT
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/session.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/nn/batch_norm.hpp>
#include <vscg/nn/embedding.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/cross_entropy.hpp>
#include <vscg/ops/mean_over_pairs.hpp>
#include <vscg/ops/pairwise_products.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/optim/adam.hpp>

#include "support/error_of.hpp"

// Arrays that are neither items' data nor learned: class indices, arrays without a batch axis, arrays of pairs, and
// arrays that a network keeps for itself.

using vscg::dyn;
using vscg::shape;

namespace {

/// A classifier that keeps a moving average of its bias.
struct network {
  vscg::nn::linear<3, 4> layer;
  vscg::persistent<vscg::init::ones, 4> average;
  VSCG_MEMBERS(layer, average)
  using inputs = vscg::input_shapes<shape<dyn, 3>>;
  template <vscg::Var X>
  auto operator()(const X& x) const {
    if constexpr (X::tag::training) {
      const auto before = vscg::operand(x, average) * 0.75;
      vscg::assign(average, before + 0.25 * detach(vscg::operand(x, layer.bias)));
    }
    return layer(x);
  }
};

struct classes_loss {
  using targets = vscg::input_shapes<vscg::indices<dyn>>;
  static constexpr std::array<const char*, 1> term_names{"class"};
  auto operator()(auto y, auto target) const {
    const auto total = batch_mean(cross_entropy(y, target));
    return vscg::loss_terms{total, std::array{total}};
  }
};

template <class T>
using model = vscg::model<network, T, vscg::cpu>;
template <class T>
using trainer = vscg::trainer<model<T>, vscg::adam, classes_loss>;

vscg::trainer_options of(std::size_t batch, std::size_t micro_batch = 0) {
  vscg::trainer_options o;
  o.batch = batch;
  o.micro_batch = micro_batch;
  return o;
}

template <class T>
const std::vector<T> x{1, 2, -1, 0, 1, 1, 2, -2, 0};
const std::vector<std::int32_t> classes{2, 0, 3};

}  // namespace

TEST_CASE_TEMPLATE("class indices are targets, in any micro-batch", T, float, double) {
  model<T> whole{vscg::seed{1}};
  model<T> parts{vscg::seed{1}};
  trainer<T> a(whole, vscg::adam{1e-2}, {}, vscg::threads{1}, of(3));
  trainer<T> b(parts, vscg::adam{1e-2}, {}, vscg::threads{1}, of(3, 1));
  const auto y = whole.infer(x<T>);
  double expected = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    double sum = 0;
    for (std::size_t c = 0; c < 4; ++c) sum += std::exp(y.numbers[i * 4 + c]);
    expected += (std::log(sum) - y.numbers[i * 4 + static_cast<std::size_t>(classes[i])]) / 3;
  }
  CHECK(a.step(x<T>, classes).total == doctest::Approx(expected).epsilon(1e-5));
  CHECK(b.step(x<T>, classes).total == doctest::Approx(expected).epsilon(1e-5));
  const auto got = parts.weights().get("layer.weight");
  const auto want = whole.weights().get("layer.weight");
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == doctest::Approx(want[i]).epsilon(1e-4));
}

TEST_CASE("a class that does not exist is refused as a step that is not finite, and nothing moves") {
  model<double> net{vscg::seed{1}};
  trainer<double> t(net, vscg::adam{1e-2}, {}, vscg::threads{1}, of(3));
  const auto bias = net.weights().get("layer.bias");
  const std::string said = error_of([&] { t.step(x<double>, std::vector<std::int32_t>{0, 4, 1}); });
  CHECK(said.find("step 1: expected a finite loss and gradients, found loss nan") == 0);
  CHECK(said.find("index_cross_entropy") != std::string::npos);
  CHECK(net.weights().get("layer.bias") == bias);
  CHECK(net.weights().get("average") == std::vector<double>(4, 1.0));
  CHECK(error_of([&] {
          t.step(x<double>, std::vector<std::int32_t>{0, 1});
        }) == "target 0: expected [3], as many items as input 0, found 2 items (2 numbers)");
}

TEST_CASE("the network keeps a persistent array: it follows the steps, and the optimizer never moves it") {
  model<double> net{vscg::seed{1}};
  CHECK(net.weights().count() == 4 * 3 + 4);
  CHECK(net.weights().table().entries.size() == 3);
  trainer<double> t(net, vscg::adam{1e-1}, {}, vscg::threads{1}, of(3, 2));
  std::vector<double> average(4, 1.0);
  for (int step = 0; step < 3; ++step) {
    const auto bias = net.weights().get("layer.bias");
    for (std::size_t c = 0; c < 4; ++c) average[c] = 0.75 * average[c] + 0.25 * bias[c];
    t.step(x<double>, classes);
    const auto got = net.weights().get("average");
    for (std::size_t c = 0; c < 4; ++c) CHECK(got[c] == doctest::Approx(average[c]));
  }
  const auto* entry = net.weights().table().find("average");
  CHECK(!entry->learns);
  CHECK(!t.reached(entry->id));
}

TEST_CASE("new numbers that are not finite make the trainer refuse the whole step") {
  model<float> net{vscg::seed{1}};
  trainer<float> t(net, vscg::adam{1e-2}, {}, vscg::threads{1}, of(3));
  const auto* entry = net.weights().table().find("average");
  net.weights().data()[entry->offset + 2] = std::numeric_limits<float>::infinity();
  const auto bias = net.weights().get("layer.bias");
  CHECK(!error_of([&] { t.step(x<float>, classes); }).empty());
  CHECK(net.weights().get("layer.bias") == bias);
}

namespace {

/// Words as vectors, normalized over the batch.
struct words {
  vscg::nn::embedding<5, 3> word;
  vscg::nn::batch_norm<3> norm;
  vscg::nn::linear<3, 4> layer;
  VSCG_MEMBERS(word, norm, layer)
  using inputs = vscg::input_shapes<vscg::indices<dyn>>;
  auto operator()(auto x) const { return layer(norm(word(x))); }
};
using words_model = vscg::model<words, double, vscg::cpu>;
using words_trainer = vscg::trainer<words_model, vscg::adam, classes_loss>;
using word_list = std::vector<std::int32_t>;

}  // namespace

TEST_CASE("a word that the table does not have is refused where it stands, and nothing moves") {
  words_model net{vscg::seed{1}};
  words_trainer t(net, vscg::adam{1e-2}, {}, vscg::threads{1}, of(3));
  vscg::session reader(net.weights());
  const auto table = net.weights().get("word.weight");
  for (const std::int32_t wrong : {5, -1, 2147483647}) {
    const word_list list{0, wrong, 1};
    const std::string said = "input 0, item 1: expected an index from 0 to 4, found " + std::to_string(wrong);
    CHECK(error_of([&] { t.step(list, classes); }) == said);
    CHECK(error_of([&] { net.infer(list); }) == said);
    CHECK(error_of([&] { reader.infer(list); }) == said);
    words_trainer::resident kept(3);  // nobody looks at these again
    kept.put(0, list, classes);
    const std::string late = error_of([&] { t.step(kept, std::vector<std::size_t>{0, 1, 2}); });
    CHECK(late.find("comes from embedding(word.weight)") != std::string::npos);
  }
  CHECK(net.weights().get("word.weight") == table);
  CHECK(net.weights().get("norm.running_mean") == std::vector<double>(3, 0.0));
  t.step(word_list{0, 4, 1}, classes);
  CHECK(net.weights().get("word.weight") != table);
}

TEST_CASE("batch_norm learns from whole batches of more than one row, and infers item by item") {
  words_model net{vscg::seed{1}};
  CHECK(
      error_of([&] { words_trainer(net, vscg::adam{}, {}, vscg::threads{1}, of(3, 2)); }) ==
      "trainer_options.micro_batch: expected the whole batch of 3, because batch_norm(norm.weight) needs all items of "
      "the batch at once, found 2");
  words_trainer t(net, vscg::adam{1e-2}, {}, vscg::threads{1}, of(3));
  const std::string said = error_of([&] { t.step(word_list{1}, word_list{0}); });
  CHECK(said.find("comes from batch_norm(norm.weight)") != std::string::npos);
  t.step(word_list{1, 2, 1}, classes);
  const auto all = net.infer(word_list{3, 2, 1});
  const auto alone = net.infer(word_list{2});
  for (std::size_t c = 0; c < 4; ++c) CHECK(alone.numbers[c] == all.numbers[4 + c]);
}

namespace {

/// How similar items are to each other, and to a prototype that has no batch axis.
struct similarities {
  VSCG_MEMBERS()
  using inputs = vscg::input_shapes<shape<dyn, 3>, shape<2, 3>>;
  auto operator()(auto x, auto prototypes) const {
    static_cast<void>(prototypes);
    return mean_over_pairs(pairwise_products(x, x));
  }
};

}  // namespace

TEST_CASE("items that meet are computed together, however many there are") {
  const vscg::model<similarities, double, vscg::cpu> net;
  std::vector<double> many(3 * 40);
  std::array<double, 3> sum{};
  for (std::size_t i = 0; i < many.size(); ++i) sum[i % 3] += many[i] = std::sin(static_cast<double>(i));
  const auto y = net.infer(many, std::vector<double>(6));
  REQUIRE(y.items == 40);
  for (std::size_t i = 0; i < 40; ++i) {
    const double expected = (many[3 * i] * sum[0] + many[3 * i + 1] * sum[1] + many[3 * i + 2] * sum[2]) / 40;
    CHECK(y.numbers[i] == doctest::Approx(expected));
  }
  CHECK(error_of([&] { net.infer(many, std::vector<double>(7)); }) == "input 1: expected [2, 3], found 7 numbers");
}
