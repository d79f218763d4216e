// SPDX-License-Identifier: MIT
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/session.hpp>
#include <vscg/nn/recurrent.hpp>
#include <vscg/ops/cat.hpp>

using vscg::dyn;
using vscg::shape;

namespace {

/// A layer over three steps of two channels, starting from given states, and its last states. An item is as many
/// sequences as `Each` says.
template <class Layer, int States, int... Each>
struct from_states {
  Layer layer;
  VSCG_NAMED_MEMBERS((layer, ""))
  using inputs =
      vscg::input_shapes<shape<dyn, Each..., 3, 2>, shape<dyn, Each..., States, 2>, shape<dyn, Each..., States, 2>>;
  auto operator()(vscg::Var auto x, vscg::Var auto h, vscg::Var auto c) const {
    return vscg::last_states<Layer::directions>(layer(x, h, c));
  }
};

/// sin(k), sin(k + 1), …: PyTorch was given the same numbers.
std::vector<double> wave(std::size_t count, std::size_t k) {
  std::vector<double> numbers(count);
  for (std::size_t i = 0; i < count; ++i) numbers[i] = std::sin(static_cast<double>(k + i));
  return numbers;
}

/// Two layers over two sequences of two channels in an item, the second of which both share, or which are joined here.
template <bool Joined>
struct sharing {
  vscg::nn::lstm<2, 2, 2, true> layer;
  VSCG_NAMED_MEMBERS((layer, ""))
  using inputs = vscg::input_shapes<shape<dyn, 2, 3, 1>, shape<dyn, 3, 1>>;
  auto operator()(vscg::Var auto x, vscg::Var auto shared) const {
    if constexpr (Joined) {
      const auto one = vscg::view<shape<dyn, 1, 3, 1>>(shared);
      return layer(vscg::cat<-1>(x, vscg::cat<1>(one, one)));
    } else {
      return layer.with_shared(x, shared);
    }
  }
};

template <bool Joined>
std::vector<double> states_of_sharing() {
  using network = sharing<Joined>;
  vscg::model<network, double, vscg::cpu> net{vscg::seed{1}};
  const auto y = net.infer(wave(3 * 6, 1), wave(3 * 3, 2));
  return y.numbers;
}

template <class Layer>
std::vector<std::string> names_of() {
  Layer layer{};
  std::vector<std::string> names;
  for (const auto& entry : vscg::bind_parameters(layer).entries) names.push_back(entry.name);
  return names;
}

/// The last states of two layers in both directions over `sequences` sequences, in items as `Each` says.
template <int... Each>
std::vector<double> last_states_of(std::size_t sequences) {
  using network = from_states<vscg::nn::lstm<2, 2, 2, true>, 4, Each...>;
  vscg::model<network, double, vscg::cpu> net{vscg::seed{1}};
  std::size_t k = 0;
  for (const auto& entry : net.weights().table().entries) net.weights().set(entry.name, wave(entry.elements, k++));
  vscg::session<network, double, vscg::cpu> s(net.weights());
  const auto y = s.infer(wave(6 * sequences, 20), wave(8 * sequences, 30), wave(8 * sequences, 40)).values();
  return {y.begin(), y.end()};
}

}  // namespace

TEST_CASE("weights have PyTorch's names in its order, layer by layer and direction by direction") {
  CHECK(names_of<vscg::nn::lstm<4, 3>>() ==
        std::vector<std::string>{"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"});
  CHECK(names_of<vscg::nn::gru<4, 3, 2, true>>() ==
        std::vector<std::string>{"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_ih_l0_reverse",
                                 "weight_hh_l0_reverse", "bias_ih_l0_reverse", "bias_hh_l0_reverse", "weight_ih_l1",
                                 "weight_hh_l1", "bias_ih_l1", "bias_hh_l1", "weight_ih_l1_reverse",
                                 "weight_hh_l1_reverse", "bias_ih_l1_reverse", "bias_hh_l1_reverse"});
  vscg::nn::lstm<4, 3, 2, true> layer{};
  const auto table = vscg::bind_parameters(layer);
  CHECK(table.find("weight_ih_l0_reverse")->shape == std::vector<std::size_t>{12, 4});
  CHECK(table.find("weight_ih_l1")->shape == std::vector<std::size_t>{12, 6});
}

TEST_CASE("two layers in both directions from given states end in PyTorch's states") {
  const auto y = last_states_of<>(1);
  const std::vector<double> expected{0.08466236571878487, 0.056691833100903706, 0.05007953037786657,
                                     0.3824388924642748};
  REQUIRE(y.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(y[i] == doctest::Approx(expected[i]).epsilon(1e-12));
}

TEST_CASE("what an item's sequences share counts as joined to each of them") {
  const auto shared = states_of_sharing<false>();
  const auto joined = states_of_sharing<true>();
  REQUIRE(shared.size() == 3 * 2 * 3 * 4);
  for (std::size_t i = 0; i < shared.size(); ++i) CHECK(shared[i] == doctest::Approx(joined[i]).epsilon(1e-12));
}

TEST_CASE("an item of several sequences gives the bits of as many items") {
  const auto items = last_states_of<>(6);
  CHECK(items.size() == 24);
  CHECK(last_states_of<3>(6) == items);
  CHECK(last_states_of<3, 2>(6) == items);
}
