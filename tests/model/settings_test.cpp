// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/session.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/layer_norm.hpp>
#include <vscg/ops/scale.hpp>

#include "support/error_of.hpp"

// Settings are members of layers; their defaults can be replaced when a model is made.

namespace {

struct network {
  double factor = 2;
  vscg::nn::layer_norm<2> norm{1e-3};
  vscg::nn::dropout drop{0.25};
  VSCG_MEMBERS(factor, norm, drop)
  using inputs = vscg::input_shapes<vscg::shape<vscg::dyn, 2>>;
  auto operator()(auto x) const { return drop(norm(x) * factor); }
};

using model = vscg::model<network, double, vscg::cpu>;

network with_factor(double factor) {
  network net;
  net.factor = factor;
  return net;
}

const std::vector<double> x{1, 3};

}  // namespace

TEST_CASE("settings are found by the path of their layer") {
  const model net;
  const auto& settings = net.weights().table().settings;
  const std::vector<vscg::setting_entry> expected{
      {"factor", 2, ""}, {"norm.epsilon", 1e-3, ""}, {"drop.rate", 0.25, ""}};
  CHECK(std::equal(settings.begin(), settings.end(), expected.begin(), expected.end()));
  CHECK(net.weights().table().entries.size() == 2);
}

TEST_CASE("a model computes with the settings that it is given") {
  const model plain;
  const model other(vscg::seed{1}, with_factor(-6));
  const double y = plain.infer(x).numbers[0];
  CHECK(y == doctest::Approx(-2 / std::sqrt(1 + 1e-3)));
  CHECK(other.infer(x).numbers[0] == doctest::Approx(-3 * y));
}

TEST_CASE("a session refuses weights of a network with other settings, and takes those with the same") {
  model net;
  vscg::session<network, double, vscg::cpu> s(net.weights());
  const double y = s.infer(x).values()[0];
  net.weights() = model(vscg::seed{2}, with_factor(5)).weights();
  CHECK(error_of([&] { s.infer(x); }) ==
        "weights: setting 'factor': expected 2, as when the network was traced, found 5");
  CHECK(net.infer(x).numbers[0] == doctest::Approx(2.5 * y));
  net.weights() = model(vscg::seed{2}).weights();
  CHECK(s.infer(x).values()[0] == y);
}
