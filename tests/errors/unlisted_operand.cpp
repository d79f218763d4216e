// SPDX-License-Identifier: MIT
// An operation whose pullback reads an operand that it does not list: its memory may hold something else by then.
// expect: not_listed_in_pullback_reads<.*square<.*, 0>
// errors: 1
#include <vscg/vscg.hpp>

using namespace vscg;

template <class T>
struct square_back {
  const T* x;
  const T* dy;
  gradient<T> dx;
  template <class Index>
  void operator()(Index i) const {
    dx.store(i, i.load(dy) * i.load(x) + i.load(dy) * i.load(x));
  }
};

template <class Shape>
struct square : operation<Shape> {
  static constexpr const char* name = "square";
  template <class C>
  void forward(const C&) const {}
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    c.backend().each(Shape::count(c.items()), 1, square_back<T>{c.x(), c.dy(), c.dx()});
  }
};

using tag = trace_tag<double, cpu, mode::training>;
auto use(var<tag, shape<dyn, 3>, true> x) { return record(square<shape<dyn, 3>>{}, x); }
