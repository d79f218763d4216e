// SPDX-License-Identifier: MIT
// An operation whose pullback reads its result without saying so.
// expect: not_listed_in_pullback_reads<.*exponential<.*, -1>
// errors: 1
#include <vscg/vscg.hpp>

using namespace vscg;

template <class Shape>
struct exponential : operation<Shape> {
  static constexpr const char* name = "exponential";
  template <class C>
  void forward(const C&) const {}
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    const T* y = c.y();
    c.backend().each(Shape::count(c.items()), 1, kernels::product_gradient<T>{y, c.dy(), c.dx()});
  }
};

using tag = trace_tag<double, cpu, mode::training>;
auto use(var<tag, shape<dyn, 3>, true> x) { return record(exponential<shape<dyn, 3>>{}, x); }
