// SPDX-License-Identifier: MIT
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include <doctest/doctest.h>
#include <xtensor/xarray.hpp>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/mse_loss.hpp>
#include <vscg/optim/adam.hpp>
#include <vscg/xtensor.hpp>

#include "support/error_of.hpp"

using namespace vscg;

namespace {

/// y = x·Wᵀ + b + z, small enough to compute by hand.
struct small_net {
  nn::linear<3, 4> first;
  VSCG_MEMBERS(first)
  using inputs = input_shapes<shape<dyn, 2, 3>, shape<dyn, 2, 4>>;

  template <Var X, Var Z>
  auto operator()(const X& x, const Z& z) const {
    return first(x) + z;
  }
};

struct distance {
  using targets = input_shapes<shape<dyn, 2, 4>>;
  static constexpr std::array<const char*, 1> term_names{"distance"};
  auto operator()(Var auto y, Var auto target) const {
    const auto mean = batch_mean(mse_loss(y, target));
    return loss_terms{mean, std::array{mean}};
  }
};

template <class T>
xt::xtensor<T, 3> counted(std::size_t n, std::size_t c) {
  auto array = xt::xtensor<T, 3>::from_shape({n, 2, c});
  for (std::size_t i = 0; i < array.size(); ++i) array.data()[i] = static_cast<T>(0.25 * static_cast<double>(i % 17));
  return array;
}

template <class T>
xt::xtensor<T, 3> expected(const model<small_net, T, cpu>& net, const xt::xtensor<T, 3>& x,
                           const xt::xtensor<T, 3>& z) {
  const auto w = net.weights().get("first.weight");
  const auto b = net.weights().get("first.bias");
  xt::xtensor<T, 3> y = z;
  for (std::size_t n = 0; n < x.shape(0); ++n) {
    for (std::size_t t = 0; t < 2; ++t) {
      for (std::size_t o = 0; o < 4; ++o) {
        y(n, t, o) += b[o];
        for (std::size_t i = 0; i < 3; ++i) y(n, t, o) += x(n, t, i) * w[o * 3 + i];
      }
    }
  }
  return y;
}

}  // namespace

TEST_CASE_TEMPLATE("xtensor arrays go in and come out", T, float, double) {
  const model<small_net, T, cpu> net;
  const auto x = counted<T>(20, 3);  // more than one part of infer
  const auto z = counted<T>(20, 4);
  const auto wanted = expected(net, x, z);

  const xt::xtensor<T, 3> fixed_rank = to_xtensor(net.infer(x, z));
  CHECK(fixed_rank.shape() == wanted.shape());
  CHECK(xt::amax(xt::abs(fixed_rank - wanted))() < 1e-5);
  const xt::xarray<T> any_rank = x;
  CHECK(to_xtensor(net.infer(any_rank, xt::xarray<T>(z))) == fixed_rank);
  // Views of whole items are contiguous and begin inside their array.
  const xt::xtensor<T, 3> part = to_xtensor(net.infer(xt::view(x, xt::range(17, 20)), xt::view(z, xt::range(17, 20))));
  CHECK(part == xt::view(fixed_rank, xt::range(17, 20)));

  session<small_net, T, cpu> s(net.weights(), threads{1}, batch_capacity{20});
  const auto output = s.infer(x, z);
  const auto seen = view_xtensor(output);
  CHECK(seen.data() == output.data);
  CHECK(xt::xtensor<T, 3>(seen) == fixed_rank);
  CHECK(to_xtensor(output) == fixed_rank);
  const auto owned = net.infer(x, z);
  CHECK(view_xtensor(owned).data() == owned.data());
}

// A view of a returned value that nobody kept would dangle immediately.
template <class Output>
concept Viewed = requires(Output output) {
  vscg::view_xtensor(static_cast<Output>(output));
};
using owned_output = vscg::array_of<float, shape<dyn, 2>>;
static_assert(Viewed<owned_output&> && Viewed<const owned_output&> && !Viewed<owned_output&&>);
static_assert(!Viewed<const owned_output&&> && Viewed<vscg::array_view<float, shape<dyn, 2>>&&>);

TEST_CASE("an array that does not hold what it says is not read") {
  const owned_output wrong{{1, 2, 3, 4}, 3};
  CHECK_THROWS_WITH_AS(vscg::view_xtensor(wrong), "array: expected 3 items, found 4 numbers", vscg::expectation_error);
  CHECK_THROWS_WITH_AS(vscg::to_xtensor(wrong), "array: expected 3 items, found 4 numbers", vscg::expectation_error);
}

TEST_CASE("wrong shapes are refused with a message, even with the right number of elements") {
  const model<small_net, float, cpu> net;
  const auto z = counted<float>(3, 4);
  const auto refused = [&](const auto& x) { return error_of([&] { net.infer(x, z); }); };
  CHECK(refused(counted<float>(3, 3)).empty());
  CHECK(refused(xt::xtensor<float, 3>(xt::zeros<float>({3, 3, 2}))) == "input 0: expected [N, 2, 3], found [3, 3, 2]");
  CHECK(refused(xt::xtensor<float, 2>(xt::zeros<float>({6, 3}))) == "input 0: expected [N, 2, 3], found [6, 3]");
  CHECK(refused(xt::xarray<float>(xt::zeros<float>({3, 1, 2, 3}))) ==
        "input 0: expected [N, 2, 3], found [3, 1, 2, 3]");
  CHECK(refused(xt::xtensor<float, 1>(xt::zeros<float>({17}))) == "input 0: expected [N, 2, 3], found 17 numbers");
  CHECK(refused(counted<float>(2, 3)) ==
        "input 1: expected [2, 2, 4], as many items as input 0, found 3 items (24 numbers)");

  session<small_net, float, cpu> s(net.weights(), threads{1}, batch_capacity{2});
  CHECK(error_of([&] { s.infer(counted<float>(3, 3), z); }) ==
        "inputs: expected at most 2 items, the session's batch_capacity, found 3");
}

TEST_CASE("a trainer takes xtensor arrays too, and refuses other shapes with the same number of elements") {
  model<small_net, float, cpu> net;
  trainer_options options;
  options.batch = 3;
  trainer t(net, adam{0}, distance{}, threads{1}, options);
  const auto x = counted<float>(3, 3);
  const auto z = counted<float>(3, 4);
  const xt::xtensor<float, 3> target = expected(net, x, z);
  CHECK(t.step(x, z, target).total < 1e-10);
  CHECK(t.step(x, z, xt::xtensor<float, 3>(target + 1)).total == doctest::Approx(1));
  CHECK(error_of([&] {
          t.step(x, z, xt::xtensor<float, 2>(xt::zeros<float>({6, 4})));
        }) == "target 0: expected [N, 2, 4], found [6, 4]");
  CHECK(error_of([&] {
          t.step(x, xt::xtensor<float, 3>(xt::zeros<float>({3, 4, 2})), target);
        }) == "input 1: expected [N, 2, 4], found [3, 4, 2]");
  CHECK(t.steps() == 2);
}

TEST_CASE("arrays in a different order are refused, not read as if they were row-major") {
  const model<small_net, float, cpu> net;
  const auto x = counted<float>(3, 3);
  const auto z = counted<float>(3, 4);
  const xt::xtensor<float, 3, xt::layout_type::column_major> columns = x;
  CHECK(error_of([&] { net.infer(columns, z); }) ==
        "input 0: expected a contiguous row-major array, found strides [1, 3, 6]");
  const auto wide = counted<float>(3, 5);
  CHECK(error_of([&] { net.infer(xt::view(wide, xt::all(), xt::all(), xt::range(0, 3)), z); }) ==
        "input 0: expected a contiguous row-major array, found strides [10, 5, 1]");
  // One item has no order among items.
  CHECK(error_of([&] { net.infer(counted<float>(1, 3), counted<float>(1, 4)); }).empty());
}
