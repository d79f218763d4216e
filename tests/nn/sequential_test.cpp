// SPDX-License-Identifier: MIT
#include <cstddef>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/model/model.hpp>
#include <vscg/nn/activation.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/sequential.hpp>
#include <vscg/ops/gelu.hpp>

namespace {

using chain = vscg::nn::sequential<vscg::nn::linear<2, 3>, vscg::nn::relu, vscg::nn::linear_without_bias<3, 1>>;

template <bool Fused>
struct with_gelu {
  vscg::nn::linear<7, 19> layer;
  VSCG_MEMBERS(layer)
  using inputs = vscg::input_shapes<vscg::shape<vscg::dyn, 7>>;
  auto operator()(vscg::Var auto x) const {
    if constexpr (Fused)
      return layer.with(vscg::gelu_function{}, x);
    else
      return vscg::gelu(layer(x));
  }
};

template <class Network>
std::vector<float> numbers_of(const std::vector<float>& x) {
  const vscg::model<Network, float, vscg::cpu> net{vscg::seed{4}};
  return net.infer(x).numbers;
}

}  // namespace

TEST_CASE("layers run one after another, under PyTorch's names") {
  vscg::model<chain, double, vscg::cpu> net{vscg::seed{1}};
  std::vector<std::string> names;
  for (const auto& entry : net.weights().table().entries) names.push_back(entry.name);
  CHECK(names == std::vector<std::string>{"0.weight", "0.bias", "2.weight"});

  net.weights().set("0.weight", std::vector<double>{1, 0, 0, 1, 1, 1});
  net.weights().set("0.bias", std::vector<double>{0, -10, 1});
  net.weights().set("2.weight", std::vector<double>{2, 3, 4});
  const auto y = net.infer(std::vector<double>{5, 7, -1, 2});
  REQUIRE(y.items == 2);
  CHECK(y.numbers[0] == doctest::Approx(2 * 5 + 3 * 0 + 4 * 13));
  CHECK(y.numbers[1] == doctest::Approx(2 * 0 + 3 * 0 + 4 * 2));
}

TEST_CASE("a function at the end of a linear layer has the bits of the function after it") {
  std::vector<float> x(21);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i) / 5 - 2;
  CHECK(numbers_of<with_gelu<true>>(x) == numbers_of<with_gelu<false>>(x));
}

TEST_CASE("the thirteenth layer is named 12") {
  using long_chain =
      vscg::nn::sequential<vscg::nn::relu, vscg::nn::relu, vscg::nn::relu, vscg::nn::relu, vscg::nn::relu,
                           vscg::nn::relu, vscg::nn::relu, vscg::nn::relu, vscg::nn::relu, vscg::nn::relu,
                           vscg::nn::relu, vscg::nn::relu, vscg::nn::linear_without_bias<2, 2>>;
  long_chain net{};
  CHECK(vscg::bind_parameters(net).entries[0].name == "12.weight");
}

TEST_CASE("a chain has as many names as layers") {
  const auto name = [](std::size_t n) { return std::string(vscg::detail::layer_number(n).view()); };
  CHECK(name(0) == "0");
  CHECK(name(9) == "9");
  CHECK(name(10) == "10");
  CHECK(name(99) == "99");
  CHECK(name(100) == "100");
  CHECK(name(12345) == "12345");
}
