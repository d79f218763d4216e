// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/model/model.hpp>
#include <vscg/nn/activation.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/sequential.hpp>

namespace {

using chain = vscg::nn::sequential<vscg::nn::linear<2, 3>, vscg::nn::relu, vscg::nn::linear_without_bias<3, 1>>;

}  // namespace

TEST_CASE("layers run one after the other, under PyTorch's names") {
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

TEST_CASE("the thirteenth layer is named 12") {
  using long_chain =
      vscg::nn::sequential<vscg::nn::relu, vscg::nn::relu, vscg::nn::relu, vscg::nn::relu, vscg::nn::relu,
                           vscg::nn::relu, vscg::nn::relu, vscg::nn::relu, vscg::nn::relu, vscg::nn::relu,
                           vscg::nn::relu, vscg::nn::relu, vscg::nn::linear_without_bias<2, 2>>;
  long_chain net{};
  CHECK(vscg::bind_parameters(net).entries[0].name == "12.weight");
}
