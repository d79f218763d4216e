// SPDX-License-Identifier: MIT
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/step_data.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/runner.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/gaussian_noise.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/add.hpp>

#include "support/error_of.hpp"

using vscg::dyn;
using vscg::shape;

namespace {

constexpr std::size_t items = 16;
constexpr std::size_t elements = 500;
using ones = vscg::input_shapes<shape<dyn, elements>>;

/// Two layers of dropout. One is used three times, as in positive sample propagation.
struct network {
  vscg::nn::dropout often{0.3};
  vscg::nn::dropout once{0.3};
  VSCG_MEMBERS(often, once)
  auto operator()(auto x) const { return std::vector{often(x).id, often(x).id, often(x).id, once(x).id}; }
};

/// The same with layers before, between and after.
struct longer {
  vscg::nn::linear<5, 5> before;
  vscg::nn::dropout often{0.3};
  vscg::nn::dropout between{0.5};
  vscg::nn::dropout once{0.3};
  VSCG_MEMBERS(before, often, between, once)
  auto operator()(auto x) const {
    const auto first = often(x).id;
    const auto other = between(x + x);
    const auto second = often(x).id;
    return std::vector{first, second, often(x).id, once(x).id, other.id};
  }
};

/// Two layers of noise, one used twice.
struct noisy {
  vscg::nn::gaussian_noise often{0.1};
  vscg::nn::gaussian_noise once{0.1};
  VSCG_MEMBERS(often, once)
  auto operator()(auto x) const { return std::vector{often(x).id, often(x).id, once(x).id}; }
};

struct place {
  vscg::step_data data;
  std::size_t first_item = 0;
};

/// What a network's layers make of an array of ones: dropout 0 or 1 / (1 - rate), noise 1 + n.
template <class Network, vscg::mode Mode = vscg::mode::training>
std::vector<std::vector<float>> masks(const place& at, bool dropout = true) {
  using tag = vscg::trace_tag<float, vscg::cpu, Mode>;
  Network net{};
  const auto table = vscg::bind_parameters(net);
  auto trace = vscg::make_recorder(table, dropout);
  const auto x = vscg::trace_inputs<tag>(trace, ones{});
  const auto uses = net(std::get<0>(x));
  const auto p = std::make_shared<const vscg::program>(std::move(trace), uses);
  vscg::runner<float, vscg::cpu> run(p, table, vscg::threads{2}, items);
  const std::vector<float> data(items * elements, 1.F);
  run.bind_input(0, data.data());
  vscg::run_state state;
  state.data = &at.data;
  state.first_item = at.first_item;
  state.items = items;
  state.batch_items = items;
  run.forward(state);
  std::vector<std::vector<float>> all;
  for (const auto id : uses) {
    // With nothing to drop, the result is the input itself.
    const float* from = p->slot_table()[id].from == vscg::slot::origin::input ? data.data() : run.value(id);
    all.emplace_back(from, from + items * elements);
  }
  return all;
}

place at(std::uint64_t seed, std::uint64_t step, std::size_t first_item = 0) { return {{seed, step}, first_item}; }

/// The correlation between the elements that two masks keep, both with rate 0.3.
double correlation(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += ((a[i] > 0) - 0.7) * ((b[i] > 0) - 0.7);
  return sum / static_cast<double>(a.size()) / (0.7 * 0.3);
}

}  // namespace

namespace {

template <class Layer>
struct one_layer {
  Layer layer;
  VSCG_MEMBERS(layer)
  using inputs = vscg::input_shapes<vscg::shape<vscg::dyn, 3>>;
  auto operator()(vscg::Var auto x) const { return layer(x); }
};

/// The error of a model whose only layer is this one.
template <class Layer>
std::string error_with(Layer layer) {
  const vscg::model<one_layer<Layer>, float, vscg::cpu> net{vscg::seed{1}, {layer}};
  return error_of([&] { net.infer(std::vector<float>(3)); });
}

}  // namespace

TEST_CASE("rates and deviations that no layer can have are refused where a network is traced") {
  for (const double rate : {1.0, 1.5, -0.5}) {
    CHECK(error_with(vscg::nn::dropout{rate}).find("nn::dropout: rate: expected a number of at least 0 and below 1") ==
          0);
  }
  CHECK(error_with(vscg::nn::dropout{0.99}).empty());
  CHECK(error_with(vscg::nn::gaussian_noise{-3}) ==
        "nn::gaussian_noise: deviation: expected a number of at least 0, found -3");
}

TEST_CASE("elements are dropped at the rate, and the rest is scaled") {
  for (const auto& mask : masks<network>(at(1, 0))) {
    std::size_t dropped = 0;
    for (const float x : mask) {
      CHECK((x == 0.F || x == doctest::Approx(1 / 0.7)));
      dropped += x == 0.F ? 1 : 0;
    }
    // Five standard deviations of 8,000 draws.
    CHECK(std::abs(static_cast<double>(dropped) / 8000 - 0.3) < 5 * std::sqrt(0.3 * 0.7 / 8000));
  }
}

TEST_CASE("masks of all uses, layers, steps, seeds and items are uncorrelated, pair by pair") {
  auto all = masks<network>(at(1, 0));
  for (const auto& state : {at(1, 1), at(2, 0), at(1, 0, items)}) {
    for (auto& mask : masks<network>(state)) all.push_back(std::move(mask));
  }
  REQUIRE(all.size() == 16);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      INFO("masks " << i << " and " << j);
      CHECK(std::abs(correlation(all[i], all[j])) < 5 / std::sqrt(8000.0));
    }
  }
  CHECK(correlation(all[0], all[0]) == doctest::Approx(1).epsilon(0.05));
}

TEST_CASE("a mask depends on its path, use, step and item, and on nothing else in the network") {
  const auto one = masks<network>(at(1, 3));
  const auto other = masks<longer>(at(1, 3));
  for (std::size_t k = 0; k < one.size(); ++k) CHECK(one[k] == other[k]);

  // Items 4 … of a batch, as a separate micro-batch.
  const auto later = masks<network>(at(1, 3, 4));
  for (std::size_t k = 0; k < one.size(); ++k) {
    CHECK(std::equal(one[k].begin() + 4 * elements, one[k].end(), later[k].begin()));
  }
}

TEST_CASE("nothing is dropped in inference, or if a trainer's dropout is off") {
  for (const auto& mask : masks<network, vscg::mode::inference>(at(1, 0))) {
    CHECK(mask == std::vector<float>(items * elements, 1.F));
  }
  for (const auto& mask : masks<network>(at(1, 0), false)) {
    CHECK(mask == std::vector<float>(items * elements, 1.F));
  }
}

TEST_CASE("noise is normal, and that of all uses, layers, steps, seeds and items is uncorrelated") {
  std::vector<std::vector<float>> all;
  for (const auto& state : {at(1, 0), at(1, 1), at(2, 0), at(1, 0, items)}) {
    for (auto& one : masks<noisy>(state)) all.push_back(std::move(one));
  }
  REQUIRE(all.size() == 12);
  for (std::size_t i = 0; i < all.size(); ++i) {
    INFO("noise " << i);
    std::array<double, 5> moments{};  // of the noise divided by its deviation
    for (const float x : all[i]) {
      for (std::size_t k = 0; k < 5; ++k) moments[k] += std::pow((static_cast<double>(x) - 1) / 0.1, k) / 8000;
    }
    // Five standard deviations of means over 8,000 draws of n, n², n³ and n⁴.
    const std::array<double, 5> expected{1, 0, 1, 0, 3};
    const std::array<double, 5> variance{0, 1, 2, 15, 96};
    for (std::size_t k = 1; k < 5; ++k) {
      CHECK(std::abs(moments[k] - expected[k]) < 5 * std::sqrt(variance[k] / 8000));
    }
    for (std::size_t j = 0; j < i; ++j) {
      double product = 0;
      for (std::size_t n = 0; n < all[i].size(); ++n) product += (all[i][n] - 1.0) * (all[j][n] - 1.0) / 0.01 / 8000;
      CHECK(std::abs(product) < 5 / std::sqrt(8000.0));
    }
  }
}

TEST_CASE("noise depends on the place of an item in the batch, and there is none in inference or without dropout") {
  const auto one = masks<noisy>(at(1, 3));
  const auto later = masks<noisy>(at(1, 3, 4));
  for (std::size_t k = 0; k < one.size(); ++k) {
    CHECK(std::equal(one[k].begin() + 4 * elements, one[k].end(), later[k].begin()));
  }
  for (const auto& all : {masks<noisy, vscg::mode::inference>(at(1, 0)), masks<noisy>(at(1, 0), false)}) {
    for (const auto& x : all) CHECK(x == std::vector<float>(items * elements, 1.F));
  }
}
