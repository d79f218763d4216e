// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/plan.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/team.hpp>
#include <vscg/testing/trace_trial.hpp>
#include <vscg/testing/trial.hpp>

#include "core/plan_check.hpp"

// Operands that are one array, of an operation that writes their gradients in another order.

namespace {

using vscg::dyn;
using vscg::shape;

template <class T>
struct scaled_copy {
  const T* from;
  vscg::gradient<T> to;
  double factor;
  template <class Index>
  void operator()(Index i) const {
    to.store(i, i.load(from) * T(factor));
  }
};

/// 2a + 3b. The gradient of b comes first.
template <class Shape>
struct two_and_three : vscg::operation<Shape> {
  static constexpr const char* name = "two_and_three";
  static constexpr bool gradients_apart = true;
  static constexpr vscg::operand_index<0> a{};
  static constexpr vscg::operand_index<1> b{};
  static constexpr std::uint32_t pullback_reads_operands = vscg::operand_set(a, b);
  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    c.backend().each(Shape::count(c.items()), 1, scaled_copy<T>{c.x(a), {c.y(), false}, 2});
    c.backend().each(Shape::count(c.items()), 1, scaled_copy<T>{c.x(b), {c.y(), true}, 3});
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    if constexpr (C::wants(b)) c.backend().each(Shape::count(c.items()), 1, scaled_copy<T>{c.dy(), c.dx(b), 3});
    if constexpr (C::wants(a)) c.backend().each(Shape::count(c.items()), 1, scaled_copy<T>{c.dy(), c.dx(a), 2});
  }
};

template <class Shape>
struct of_one_array {
  using operands = vscg::input_shapes<Shape>;
  auto operator()(auto x) const {
    const auto once = vscg::record(two_and_three<Shape>{}, x, x);
    return vscg::record(two_and_three<Shape>{}, once, x);  // x has a gradient already when the first one adds to it
  }
};

}  // namespace

TEST_CASE("operands that are one array get gradients of their own, which are added, also some items at a time") {
  using wide = shape<dyn, 70000>;
  constexpr std::size_t items = 5;
  const auto traced =
      vscg::testing::trace_trial<of_one_array<wide>::operands, double, vscg::cpu, 1>(of_one_array<wide>{});
  const auto& p = *traced.steps;
  CHECK(std::count_if(p.nodes().begin(), p.nodes().end(), [](const auto& n) { return !n.apart_gradients.empty(); }) ==
        1);
  const vscg::memory_plan plan(p, vscg::cpu::stretches, items, 1, sizeof(double));
  plan_check::is_sound(p, plan);
  CHECK(std::any_of(plan.stretches().begin(), plan.stretches().end(), [](const auto& s) { return s.items == 3; }));
  CHECK(plan.describe(p).find("two_and_three gradient apart") != std::string::npos);

  vscg::testing::trial<double, vscg::cpu> t(traced, vscg::threads{2}, items);
  t.set_result_weights(std::vector<double>(t.result_size(), 1.0));
  t.forward();
  t.pullback();
  CHECK(t.gradient(0) == std::vector<double>(t.size(0), 13.0));  // 2 · (2 + 3) + 3
}
