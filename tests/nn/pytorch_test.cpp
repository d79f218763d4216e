// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/io/safetensors.hpp>
#include <vscg/io/weights.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/nn/activation.hpp>
#include <vscg/nn/avg_pool1d.hpp>
#include <vscg/nn/batch_norm.hpp>
#include <vscg/nn/conv1d.hpp>
#include <vscg/nn/conv2d.hpp>
#include <vscg/nn/embedding.hpp>
#include <vscg/nn/flatten.hpp>
#include <vscg/nn/layer_norm.hpp>
#include <vscg/nn/max_pool1d.hpp>
#include <vscg/nn/multihead_attention.hpp>
#include <vscg/nn/over_axis.hpp>
#include <vscg/nn/pool2d.hpp>
#include <vscg/nn/recurrent.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/optim/adam.hpp>
#include <vscg/testing/trace_trial.hpp>
#include <vscg/testing/trial.hpp>

// Layers with PyTorch's names give PyTorch's numbers, and take its state_dict as it is. pytorch/record.py made the
// files.

namespace nn = vscg::nn;
using vscg::cpu;
using vscg::dyn;
using vscg::indices;
using vscg::shape;
using vscg::io::safetensors_file;

namespace {

/// Attention that returns its weights.
struct attention_weights {
  nn::multihead_attention<6, 2> layer;
  VSCG_NAMED_MEMBERS((layer, ""))
  auto operator()(auto query, auto key, auto value) const { return layer.with_weights(query, key, value).second; }
};

/// A layer alone, and a loss that does not matter.
template <class Layer, class Shape>
struct network {
  Layer layer;
  VSCG_NAMED_MEMBERS((layer, ""))
  using inputs = vscg::input_shapes<Shape>;
  auto operator()(auto x) const { return layer(x); }
};
struct any_loss {
  using targets = vscg::input_shapes<>;
  static constexpr std::array<const char*, 1> term_names{"mean"};
  auto operator()(auto y) const {
    const auto total = batch_mean(vscg::mean<1>(nn::flatten{}(y)));
    return vscg::loss_terms{total, std::array{total}};
  }
};

/// A file of pytorch/record.py; an empty path if the tests' folder is unknown.
std::filesystem::path recorded(const std::string& name) {
  const char* const tests = std::getenv("VSCG_TESTS_DIR");
  if (tests != nullptr) return std::filesystem::path(tests) / "nn/pytorch" / (name + ".safetensors");
  MESSAGE("skipped: VSCG_TESTS_DIR does not name the folder of the tests");
  return {};
}

std::vector<double> read(const safetensors_file& file, const std::string& name) {
  const auto& tensor = file.at(name);
  if (tensor.type != vscg::io::dtype::i64) return file.read<double>(tensor);
  const auto whole = file.read<std::int64_t>(tensor);
  return {whole.begin(), whole.end()};
}

void close(const std::string& what, const std::vector<double>& got, const std::vector<double>& expected) {
  INFO(what);
  REQUIRE(got.size() == expected.size());
  double worst = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double error = std::abs(got[i] - expected[i]) / std::max(1.0, std::abs(expected[i]));
    worst = error <= worst ? worst : error;  // also if it is NaN
  }
  CHECK(worst <= 1e-11);
}

/// Loads the file's weights by their names, and compares the result and all gradients with the file's.
void compare(const safetensors_file& file, vscg::testing::trial<double, cpu>& t, const auto& weights) {
  const auto name = [&](std::size_t k) {
    return k < t.operands() ? "input." + std::to_string(k) : "layer." + t.name(k);
  };
  for (std::size_t k = 0; k < t.arrays(); ++k) {
    const auto numbers = k < t.operands() ? read(file, name(k)) : weights.get(t.name(k));
    REQUIRE(numbers.size() == t.size(k));
    t.set(k, std::span<const double>(numbers));
  }
  const auto slopes = read(file, "slopes");
  REQUIRE(slopes.size() == t.result_size());
  t.set_result_weights(std::span<const double>(slopes));
  t.forward();
  t.pullback();
  close("output", t.result(), read(file, "output"));
  for (std::size_t k = 0; k < t.arrays(); ++k) {
    if (file.find("gradient." + name(k)) == nullptr) continue;
    close("gradient." + name(k), t.gradient(k), read(file, "gradient." + name(k)));
  }
}

template <class Layer, class... Shapes>
void agrees(const std::string& file_name, const Layer& layer = {}) {
  INFO(file_name);
  const auto path = recorded(file_name);
  if (path.empty()) return;
  const auto file = safetensors_file::open(path);
  vscg::weights<Layer, double, cpu> weights(vscg::zeroed, layer);
  vscg::io::load_weights(weights, path, {.file = "layer", .table = {}});
  constexpr std::uint32_t numbers = vscg::detail::bits_of<!Shapes::of_indices...>;
  vscg::testing::trial<double, cpu> t(
      vscg::testing::trace_trial<vscg::input_shapes<Shapes...>, double, cpu, numbers>(layer), vscg::threads{1},
      file.at("input.0").shape[0]);
  compare(file, t, weights);
}

/// Compares what a layer keeps after a training step, and what it then infers.
template <class Layer, class Shape>
void follows(const std::string& file_name, const Layer& layer = {}) {
  INFO(file_name);
  const auto path = recorded(file_name);
  if (path.empty()) return;
  const auto file = safetensors_file::open(path);
  using model = vscg::model<network<Layer, Shape>, double, cpu>;
  model net(vscg::seed{1}, {layer});
  vscg::io::load_weights(net, path, {.file = "layer", .table = {}});
  vscg::trainer_options options;
  options.batch = file.at("input.0").shape[0];
  vscg::trainer trainer(net, vscg::adam{0}, any_loss{}, vscg::threads{1}, options);
  const auto x = read(file, "input.0");
  trainer.step(x);
  for (const char* name : {"running_mean", "running_var"})
    close(name, net.weights().get(name), read(file, "after." + std::string(name)));
  close("inference", net.infer(x).numbers, read(file, "inference"));
}

}  // namespace

TEST_CASE("functions and reductions as layers agree with PyTorch's") {
  agrees<nn::gelu, shape<dyn, 9>>("gelu");
  agrees<nn::silu, shape<dyn, 9>>("silu");
  agrees<nn::flatten, shape<dyn, 3, 4>>("flatten");
  agrees<nn::max<1>, shape<dyn, 4, 3>>("max_over_steps");
  agrees<nn::mean<1>, shape<dyn, 4, 3>>("mean_over_steps");
  agrees<nn::sum<-1>, shape<dyn, 4, 3>>("sum_over_channels");
  agrees<nn::avg_pool1d<3>, shape<dyn, 7, 2>>("avg_pool1d");
  agrees<nn::max_pool1d<3>, shape<dyn, 7, 2>>("max_pool1d");
  agrees<nn::max_pool2d<2>, shape<dyn, 4, 6, 2>>("max_pool2d");  // rounded numbers, so that some maxima are there twice
  agrees<nn::avg_pool2d<2>, shape<dyn, 4, 2, 3>>("avg_pool2d");
}

TEST_CASE("layers take PyTorch's state_dict by its names and agree with PyTorch's") {
  agrees<nn::conv1d<2, 3, 3>, shape<dyn, 4, 2>>("conv1d");
  agrees<nn::conv2d<2, 3, 3>, shape<dyn, 3, 4, 2>>("conv2d");
  agrees<nn::conv2d<1, 2, 2, 2, 0>, shape<dyn, 5, 4, 1>>("conv2d_with_stride");
  agrees<nn::layer_norm<5>, shape<dyn, 3, 5>>("layer_norm");
  agrees<nn::batch_norm<3>, shape<dyn, 3>>("batch_norm1d");
  agrees<nn::batch_norm<2>, shape<dyn, 2, 3, 2>>("batch_norm2d", {.epsilon = 1e-3, .momentum = 0.3});
  agrees<nn::embedding<5, 3>, indices<dyn, 3>>("embedding");
  agrees<nn::lstm<3, 2, 3>, shape<dyn, 4, 3>>("lstm");
  agrees<nn::gru<3, 2, 2>, shape<dyn, 4, 3>>("gru");
  agrees<nn::bidirectional_gru<2, 2, 2>, shape<dyn, 3, 2>>("bidirectional_gru");
}

TEST_CASE("batch_norm keeps PyTorch's running statistics and infers with them") {
  follows<nn::batch_norm<3>, shape<dyn, 3>>("batch_norm1d");
  follows<nn::batch_norm<2>, shape<dyn, 2, 3, 2>>("batch_norm2d", {.epsilon = 1e-3, .momentum = 0.3});
}

TEST_CASE("attention takes PyTorch's packed weights and agrees with it") {
  agrees<nn::multihead_attention<6, 3>, shape<dyn, 4, 6>>("self_attention");
  agrees<nn::multihead_attention<6, 2>, shape<dyn, 3, 6>, shape<dyn, 5, 6>, shape<dyn, 5, 6>>("attention");
  agrees<attention_weights, shape<dyn, 3, 6>, shape<dyn, 5, 6>, shape<dyn, 5, 6>>("attention_weights");
}

TEST_CASE("an embedding starts as N(0, 1)") {
  const vscg::weights<nn::embedding<50, 40>, double, cpu> weights(vscg::seed{1});
  double squares = 0;
  double largest = 0;
  for (const double x : weights.get("weight")) {
    squares += x * x / 2000;
    largest = std::max(largest, std::abs(x));
  }
  CHECK(std::abs(squares - 1) < 0.16);  // 5 sigma
  CHECK(largest > 2.5);
}

TEST_CASE("attention starts as in PyTorch: its biases are 0, and the packed weight counts all its rows") {
  nn::multihead_attention<6, 2> layer{};
  const auto table = vscg::bind_parameters(layer);
  CHECK(table.find("in_proj_weight")->start.bound == doctest::Approx(std::sqrt(6.0 / (6 + 18))));
  CHECK(table.find("in_proj_bias")->start.bound == 0);
  CHECK(table.find("out_proj.weight")->start.bound == doctest::Approx(1 / std::sqrt(6.0)));
  CHECK(table.find("out_proj.bias")->start.bound == 0);
  CHECK(table.settings.find("dropout.rate")->number == 0);
}

TEST_CASE("attention drops weights in training, and only then") {
  using layer = nn::multihead_attention<4, 2>;
  using inputs = vscg::input_shapes<shape<dyn, 3, 4>>;
  const auto numbers = [](const layer& l) {
    vscg::testing::trial<double, cpu> t(vscg::testing::trace_trial<inputs, double, cpu>(l), vscg::threads{1}, 2);
    t.forward();
    return t.result();
  };
  CHECK(numbers({}) != numbers({.dropout = {0.5}}));
  CHECK(numbers({.dropout = {0.5}}) == numbers({.dropout = {0.5}}));
  const auto operations = [](const layer& l) {
    vscg::parameter_table table;
    auto bound = l;
    table = vscg::bind_parameters(bound);
    auto trace = vscg::make_recorder(table, true);
    using tag = vscg::trace_tag<double, cpu, vscg::mode::inference>;
    bound(vscg::input_var<tag, shape<dyn, 3, 4>, false>(trace));
    return trace.nodes.size();
  };
  CHECK(operations({}) == operations({.dropout = {0.5}}));
}
