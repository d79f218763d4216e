// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/ops/binary_cross_entropy.hpp>
#include <vscg/ops/cosine_similarity.hpp>
#include <vscg/ops/cross_entropy.hpp>
#include <vscg/ops/divide_by_sum.hpp>
#include <vscg/ops/gelu.hpp>
#include <vscg/ops/layer_norm.hpp>
#include <vscg/ops/logsumexp.hpp>
#include <vscg/ops/normalize.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/relu.hpp>
#include <vscg/ops/sigmoid.hpp>
#include <vscg/ops/signed_sqrt.hpp>
#include <vscg/ops/silu.hpp>
#include <vscg/ops/softmax.hpp>
#include <vscg/ops/tanh.hpp>
#include <vscg/testing/trace_trial.hpp>
#include <vscg/testing/trial.hpp>

// Where formulas taken literally give infinities or NaN, and where a gradient is a convention.

using vscg::dyn;
using vscg::shape;

namespace {

template <class T>
struct outcome {
  std::vector<T> y;
  std::vector<T> dx;
};

/// The result for one item, and the gradient of its sum with respect to operand 0.
template <class T, class... Shapes, class F>
outcome<T> run(F f, const std::vector<std::vector<T>>& operands) {
  vscg::testing::trial<T, vscg::cpu> t(vscg::testing::trace_trial<vscg::input_shapes<Shapes...>, T, vscg::cpu, 1>(f),
                                       vscg::threads{1}, 1);
  for (std::size_t k = 0; k < operands.size(); ++k) t.set(k, std::span<const T>(operands[k]));
  const std::vector<T> ones(t.result_size(), T(1));
  t.set_result_weights(std::span<const T>(ones));
  t.forward();
  t.pullback();
  return {t.result(), t.gradient(0)};
}

template <class T>
bool finite(const outcome<T>& o) {
  const auto is_finite = [](T x) { return std::isfinite(x); };
  return std::all_of(o.y.begin(), o.y.end(), is_finite) && std::all_of(o.dx.begin(), o.dx.end(), is_finite);
}

template <class T>
void near(const std::vector<T>& got, const std::vector<double>& expected) {
  REQUIRE(got.size() == expected.size());
  const double tolerance = sizeof(T) == 8 ? 1e-9 : 1e-4;
  for (std::size_t i = 0; i < got.size(); ++i) {
    INFO("element " << i << ": " << got[i]);
    CHECK(std::abs(static_cast<double>(got[i]) - expected[i]) <= tolerance * std::max(1.0, std::abs(expected[i])));
  }
}

}  // namespace

TEST_CASE_TEMPLATE("sigmoid and tanh saturate without overflow", T, float, double) {
  const std::vector<T> far{-10000, -100, 0, 100, 10000};
  const auto s = run<T, shape<dyn, 5>>([](auto x) { return vscg::sigmoid(x); }, {far});
  near(s.y, {0, 0, 0.5, 1, 1});
  near(s.dx, {0, 0, 0.25, 0, 0});
  const auto t = run<T, shape<dyn, 5>>([](auto x) { return vscg::tanh(x); }, {far});
  near(t.y, {-1, -1, 0, 1, 1});
  near(t.dx, {0, 0, 1, 0, 0});
}

TEST_CASE_TEMPLATE("gelu and silu keep their digits far below 0, and end in 0 and x", T, float, double) {
  const std::vector<T> x{-10000, -9, -4, T(-1e-3), 0, 1, 9, 10000};
  const auto digits = [&](const std::vector<T>& y, auto formula) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double expected = formula(static_cast<double>(x[i]));
      INFO("at " << x[i] << ": " << y[i]);
      CHECK(std::abs(static_cast<double>(y[i]) - expected) <=
            64 * static_cast<double>(std::numeric_limits<T>::epsilon()) * std::abs(expected));
    }
  };
  const auto g = run<T, shape<dyn, 8>>([](auto v) { return vscg::gelu(v); }, {x});
  digits(g.y, [](double v) { return v * std::erfc(-v / std::sqrt(2.0)) / 2; });
  CHECK(finite(g));
  near(g.dx, {0, -9.13893737390664e-18, -5.036496612264215e-4, 0.5 - 2e-3 / std::sqrt(2 * 3.14159265358979323846), 0.5,
              1.0833154705876864, 1, 1});
  const auto s = run<T, shape<dyn, 8>>([](auto v) { return vscg::silu(v); }, {x});
  digits(s.y, [](double v) { return v / (1 + std::exp(-v)); });
  CHECK(finite(s));
}

TEST_CASE_TEMPLATE("relu has no slope at 0, like PyTorch's", T, float, double) {
  const auto r = run<T, shape<dyn, 4>>([](auto x) { return vscg::relu(x); }, {{T(-0.0), T(0), T(1e-30), T(-1e-30)}});
  CHECK(r.y == std::vector<T>{0, 0, T(1e-30), 0});
  CHECK(r.dx == std::vector<T>{0, 0, 1, 0});
}

TEST_CASE_TEMPLATE("softmax of large numbers depends only on their differences", T, float, double) {
  const std::vector<T> large{10000, 10001, 9000, -10000, 10000};
  const auto s = run<T, shape<dyn, 5>>([](auto x) { return vscg::softmax(x); }, {large});
  const double total = 2 + std::exp(1.0);
  near(s.y, {1 / total, std::exp(1.0) / total, 0, 0, 1 / total});
  CHECK(finite(s));
}

TEST_CASE_TEMPLATE("logsumexp subtracts the highest number that has a weight", T, float, double) {
  const auto plain = run<T, shape<dyn, 3>>([](auto x) { return vscg::logsumexp(x); }, {{1000, 1000, -1000}});
  near(plain.y, {1000 + std::log(2.0)});
  near(plain.dx, {0.5, 0.5, 0});
  const auto masked = [](auto x, auto weight) { return vscg::logsumexp(x, weight); };
  const auto some = run<T, shape<dyn, 3>, shape<dyn, 3>>(masked, {{1000, 0, -200}, {0, 0, 2}});
  near(some.y, {-200 + std::log(2.0)});
  near(some.dx, {0, 0, 1});
  constexpr T infinity = std::numeric_limits<T>::infinity();
  const auto none = run<T, shape<dyn, 3>, shape<dyn, 3>>(masked, {{1000, infinity, -200}, {0, 0, 0}});
  CHECK(none.y == std::vector<T>{-infinity});
  CHECK(none.dx == std::vector<T>{0, 0, 0});
  CHECK(run<T, shape<dyn, 2>>([](auto x) { return vscg::logsumexp(x); }, {{-infinity, -infinity}}).y[0] == -infinity);
  CHECK(run<T, shape<dyn, 2>>([](auto x) { return vscg::logsumexp(x); }, {{infinity, 0}}).y[0] == infinity);
}

TEST_CASE_TEMPLATE("cross entropies of large logits are finite and exact", T, float, double) {
  const std::vector<T> logits{10000, 0, -10000};
  const std::vector<T> wrong{0, 1, 0};
  const auto ce =
      run<T, shape<dyn, 3>, shape<dyn, 3>>([](auto x, auto t) { return vscg::cross_entropy(x, t); }, {logits, wrong});
  near(ce.y, {10000});
  near(ce.dx, {1, -1, 0});
  const auto none = run<T, shape<dyn, 3>, shape<dyn, 3>>([](auto x, auto t) { return vscg::cross_entropy(x, t); },
                                                         {logits, {0, 0, 0}});
  near(none.y, {0});  // a row without target costs nothing and moves nothing
  near(none.dx, {0, 0, 0});
  const auto bce = run<T, shape<dyn, 3>, shape<dyn, 3>>(
      [](auto x, auto t) { return vscg::binary_cross_entropy_with_logits(x, t); }, {logits, wrong});
  near(bce.y, {(10000 + std::log(2.0) + 0) / 3});
  near(bce.dx, {1.0 / 3, -0.5 / 3, 0});
}

TEST_CASE_TEMPLATE("BCE of probabilities 0 and 1 is clamped like PyTorch's", T, float, double) {
  const std::vector<T> p{0, 1, 0, 1};
  const std::vector<T> target{0, 1, 1, 0};
  const auto bce = run<T, shape<dyn, 4>, shape<dyn, 4>>([](auto x, auto t) { return vscg::binary_cross_entropy(x, t); },
                                                        {p, target});
  near(bce.y, {200.0 / 4});  // two logarithms at -100
  near(bce.dx, {0, 0, -1e12 / 4, 1e12 / 4});
}

TEST_CASE_TEMPLATE("rows of zeros have no direction and no share, and give no NaN", T, float, double) {
  const std::vector<T> zeros(4, T(0));
  const auto shares = run<T, shape<dyn, 1, 4>>([](auto x) { return vscg::divide_by_sum(x); }, {zeros});
  near(shares.y, {0, 0, 0, 0});
  near(shares.dx, {1e8, 1e8, 1e8, 1e8});  // 1 / eps, as in PyTorch
  const auto direction = run<T, shape<dyn, 1, 4>>([](auto x) { return vscg::normalize(x); }, {zeros});
  near(direction.y, {0, 0, 0, 0});
  near(direction.dx, {1e12, 1e12, 1e12, 1e12});
  const auto cosine = run<T, shape<dyn, 1, 4>, shape<dyn, 1, 4>>(
      [](auto a, auto b) { return vscg::cosine_similarity(a, b); }, {zeros, {3, 0, 4, 0}});
  near(cosine.y, {0});
  near(cosine.dx, {0.6e12, 0, 0.8e12, 0});
  const auto both = run<T, shape<dyn, 1, 4>, shape<dyn, 1, 4>>(
      [](auto a, auto b) { return vscg::cosine_similarity(a, b); }, {zeros, zeros});
  CHECK(finite(both));
}

TEST_CASE_TEMPLATE("the signed square root passes no gradient at 0, and a large one beside it", T, float, double) {
  const auto root = run<T, shape<dyn, 5>>([](auto x) { return vscg::signed_sqrt(x); }, {{0, T(-0.0), 4, -4, T(1e-8)}});
  near(root.y, {0, 0, 2, -2, 1e-4});
  near(root.dx, {0, 0, 0.25, 0.25, 5e3});
  const T nan = std::numeric_limits<T>::quiet_NaN();
  CHECK_FALSE(finite(run<T, shape<dyn, 1>>([](auto x) { return vscg::signed_sqrt(x); }, {{nan}})));
}

TEST_CASE_TEMPLATE("a constant row is normalized to the shift", T, float, double) {
  const auto norm = run<T, shape<dyn, 1, 3>, shape<3>, shape<3>>(
      [](auto x, auto scale, auto shift) { return vscg::layer_norm(x, scale, shift, 1e-6); },
      {{7, 7, 7}, {1, 2, 3}, {T(0.5), T(-0.5), 0}});
  near(norm.y, {0.5, -0.5, 0});
  near(norm.dx, {-1000, 0, 1000});  // (g - mean(g)) / sqrt(eps)
}

TEST_CASE_TEMPLATE("the first of several equal maxima takes the gradient", T, float, double) {
  const auto m = run<T, shape<dyn, 3, 2>>(
      [](auto x) {
        using namespace std;  // next to its max
        using namespace vscg;
        return max<1>(x);
      },
      {{1, 5, 2, 5, 2, 4}});
  CHECK(m.y == std::vector<T>{2, 5});
  CHECK(m.dx == std::vector<T>{0, 1, 1, 0, 0, 0});
  const auto last = run<T, shape<dyn, 2, 3>>([](auto x) { return vscg::max<2>(x); }, {{1, 2, 2, 5, 5, 4}});
  CHECK(last.y == std::vector<T>{2, 5});
  CHECK(last.dx == std::vector<T>{0, 1, 0, 1, 0, 0});
}

TEST_CASE_TEMPLATE("a maximum keeps a NaN, wherever it is", T, float, double) {
  const T nan = std::numeric_limits<T>::quiet_NaN();
  for (const std::size_t at : {0U, 1U, 2U}) {
    std::vector<T> x{1, 2, 3};
    x[at] = nan;
    CHECK(std::isnan(run<T, shape<dyn, 3, 1>>([](auto v) { return vscg::max<1>(v); }, {x}).y[0]));
    CHECK(std::isnan(run<T, shape<dyn, 3>>([](auto v) { return vscg::relu(v); }, {x}).y[at]));
  }
  // Over the last axis several numbers are compared at a time; infinities are numbers.
  const T infinity = std::numeric_limits<T>::infinity();
  const auto largest = [&](const std::vector<T>& x) {
    return run<T, shape<dyn, 1, 37>>([](auto v) { return vscg::max<2>(v); }, {x}).y[0];
  };
  CHECK(largest(std::vector<T>(37, -infinity)) == -infinity);
  for (const std::size_t at : {0U, 15U, 16U, 36U}) {
    std::vector<T> x(37, -1);
    x[at] = infinity;
    CHECK(largest(x) == infinity);
    x[at] = nan;
    CHECK(std::isnan(largest(x)));
  }
}
