// SPDX-License-Identifier: MIT
#include <cstddef>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/nn/batch_norm.hpp>
#include <vscg/nn/conv1d.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/embedding.hpp>
#include <vscg/nn/layer_norm.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/loss.hpp>
#include <vscg/nn/recurrent.hpp>
#include <vscg/ops/elementwise.hpp>
#include <vscg/ops/multiply.hpp>
#include <vscg/ops/sigmoid.hpp>
#include <vscg/testing/gradient_check.hpp>

#include "support/error_of.hpp"

using vscg::dyn;
using vscg::input_shapes;
using vscg::shape;
using vscg::testing::check_gradients;

namespace {

enum class fault : unsigned char { none, factor, assigns_always, adds_always, first_element, not_a_number };

template <class T>
struct faulty_pullback {
  fault kind;
  std::size_t count;
  const T* dy;
  vscg::gradient<T> dx;
  template <class Group>
  void operator()(Group group, std::size_t) const {
    group.integers(count, [&](std::size_t i) {
      T value = 3 * dy[i];
      if (kind == fault::factor) value = T(3.001) * dy[i];
      if (kind == fault::first_element && i == 0) value = 0;
      if (kind == fault::not_a_number && i == 2) value = std::numeric_limits<T>::quiet_NaN();
      const bool adds = kind == fault::adds_always || (dx.adds && kind != fault::assigns_always);
      dx.data[i] = adds ? dx.data[i] + value : value;
    });
  }
};

template <class T>
struct triple {
  const T* x;
  T* y;
  template <class Index>
  void operator()(Index i) const {
    using V = typename Index::value;
    i.store(y, i.load(x) * V(3));
  }
};

/// y = 3 x, with a pullback that is wrong in one way.
template <class Shape>
struct faulty : vscg::operation<Shape> {
  static constexpr const char* name = "faulty";
  fault kind = fault::none;

  template <class C>
  void forward(const C& c) const {
    c.backend().each(Shape::count(c.items()), 1, triple<typename C::scalar>{c.x(), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    const std::size_t count = Shape::count(c.items());
    c.backend().rows(1, count, faulty_pullback<typename C::scalar>{kind, count, c.dy(), c.dx()});
  }
};

struct faulty_function {
  fault kind;
  template <class Tag, class Shape, bool Active>
  auto operator()(const vscg::var<Tag, Shape, Active>& x) const {
    faulty<Shape> operation;
    operation.kind = kind;
    return vscg::record(operation, x);
  }
};

vscg::testing::gradient_report check(fault kind) {
  return check_gradients<input_shapes<shape<dyn, 4>>, vscg::cpu>(faulty_function{kind});
}

template <int In, int Out>
struct gated_linear {
  vscg::nn::linear<In, Out> value, gate;
  VSCG_MEMBERS(value, gate)
  auto operator()(auto x) const { return value(x) * sigmoid(gate(x)); }
};

}  // namespace

TEST_CASE("a correct gradient passes, in every element") {
  const auto report = check(fault::none);
  CHECK_MESSAGE(report, report.text());
  CHECK(report.checked == 3 * 3 * 4);  // readers, items, elements
  CHECK(report.worst < 1e-9);
}

TEST_CASE("a wrong gradient is refused, with array, index, expected and got") {
  const auto report = check(fault::first_element);
  REQUIRE(report.failures.size() == 3);  // the first element only, with any other readers
  CHECK(report.failures[0].find("gradient of operand 0[0]: expected ") == 0);
  CHECK(report.failures[0].find(", got 0") != std::string::npos);
  CHECK(!check(fault::factor));
  CHECK(!check(fault::not_a_number));
}

TEST_CASE("a gradient that assigns where it must add, or adds where it must assign, is refused") {
  CHECK(!check(fault::assigns_always));
  CHECK(!check(fault::adds_always));
}

namespace {
/// A function of a number as a user writes it, with a minus sign.
struct double_exponential {
  static constexpr const char* name = "double_exponential";
  static constexpr bool derivative_of_result = false;
  template <class V>
  VSCG_HD static V value(V x) {
    using vscg::math::abs;
    using vscg::math::exp;
    return exp(-abs(x));
  }
  template <class V>
  VSCG_HD static V derivative(V x) {
    using vscg::math::where_greater;
    return where_greater(x, V(0), -value(x), value(x));
  }
};
}  // namespace

TEST_CASE("a function of one's own is checked") {
  const auto report = check_gradients<input_shapes<shape<dyn, 3, 5>>, vscg::cpu>(
      [](auto x) { return vscg::elementwise(double_exponential{}, x); });
  CHECK_MESSAGE(report, report.text());
}

TEST_CASE("all parameters of a layer are checked") {
  const auto report = check_gradients<input_shapes<shape<dyn, 3, 5>>, vscg::cpu>(gated_linear<5, 6>{});
  CHECK_MESSAGE(report, report.text());
  CHECK(report.checked == 3 * (45 + 2 * (30 + 6)));
  const auto conv = check_gradients<input_shapes<shape<dyn, 7, 3>>, vscg::cpu>(vscg::nn::conv1d<3, 4, 3>{});
  CHECK_MESSAGE(conv, conv.text());
  const auto norm = check_gradients<input_shapes<shape<dyn, 2, 9>>, vscg::cpu>(vscg::nn::layer_norm<9>{});
  CHECK_MESSAGE(norm, norm.text());
}

TEST_CASE("arrays that a network keeps for itself take no gradient, and are not checked") {
  const auto report = check_gradients<input_shapes<shape<dyn, 2, 4>>, vscg::cpu>(vscg::nn::batch_norm<4>{});
  CHECK_MESSAGE(report, report.text());
  CHECK(report.checked == 3 * (3 * 2 * 4 + 2 * 4));  // with each kind of other readers: x, weight and bias
}

TEST_CASE("all parameters of a recurrent layer are checked, with both directions side by side") {
  const auto lstm = check_gradients<input_shapes<shape<dyn, 3, 4>>, vscg::cpu>(vscg::nn::bidirectional_lstm<4, 3>{});
  CHECK_MESSAGE(lstm, lstm.text());
  using gru_inputs = input_shapes<shape<dyn, 3, 4>, shape<dyn, 2, 3>>;
  const auto gru = check_gradients<gru_inputs, vscg::cpu>(vscg::nn::bidirectional_gru<4, 3>{});
  CHECK_MESSAGE(gru, gru.text());
}

TEST_CASE("a loss is checked with classes that it takes, or that were asked for") {
  using inputs = input_shapes<shape<dyn, 4>, vscg::class_indices<4, dyn>>;
  const auto report = check_gradients<inputs, vscg::cpu>(vscg::nn::cross_entropy_loss{});
  CHECK_MESSAGE(report, report.text());
  CHECK(report.text() == "12 gradients agree; 0 of them are 0\n");

  vscg::testing::gradient_options options;
  options.value = [](std::size_t operand, double random) { return operand == 1 ? -1 : random; };  // no class
  const auto none = check_gradients<inputs, vscg::cpu>(vscg::nn::cross_entropy_loss{}, options);
  CHECK(!none);
  CHECK(none.text() == "all 12 gradients are 0, as they should be, so nothing is known of others\n");
  options.value = [](std::size_t operand, double random) { return operand == 1 ? 4 : random; };
  CHECK(error_of([&] { check_gradients<inputs, vscg::cpu>(vscg::nn::cross_entropy_loss{}, options); }) ==
        "gradient_options.value of operand 1: expected an index from 0 to 3, found 4.000000");
}

TEST_CASE("indices of a table are drawn from it") {
  const auto report = check_gradients<input_shapes<vscg::indices<dyn, 2>>, vscg::cpu>(vscg::nn::embedding<4, 3>{});
  CHECK_MESSAGE(report, report.text());
}

TEST_CASE("a layer that no network lists is named") {
  const vscg::nn::linear<4, 2> layer;
  const vscg::nn::dropout drop{0.5};
  const std::string expected =
      "a layer that is used: expected a member of the network that VSCG_MEMBERS lists, found one that belongs to no "
      "network; losses and functions have no layers of their own";
  using inputs = input_shapes<shape<dyn, 4>>;
  CHECK(error_of([&] { check_gradients<inputs, vscg::cpu>([&](auto x) { return layer(x); }); }) == expected);
  CHECK(error_of([&] { check_gradients<inputs, vscg::cpu>([&](auto x) { return drop(x); }); }) == expected);
}
