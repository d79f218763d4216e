// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/guard.hpp>
#include <vscg/core/math.hpp>
#include <vscg/core/record.hpp>

namespace vscg {

namespace kernels {

template <class T>
struct cosine_terms {
  T dot;
  T length_a;  // at least eps
  T length_b;
  bool tiny_a;  // the length is eps and does not depend on a
  bool tiny_b;
};

template <class T, class Group>
VSCG_HD cosine_terms<T> cosine_of(Group group, std::size_t channels, T epsilon, const T* a, const T* b) {
  using math::max;
  using math::sqrt;
  const T aa = sqrt(group.sum(channels, [&](auto i) { return i.load(a) * i.load(a); }));
  const T bb = sqrt(group.sum(channels, [&](auto i) { return i.load(b) * i.load(b); }));
  const T ab = group.sum(channels, [&](auto i) { return i.load(a) * i.load(b); });
  return {ab, max(aa, epsilon), max(bb, epsilon), aa < epsilon, bb < epsilon};
}

template <class T>
struct cosine_similarity_forward {
  std::size_t channels;
  double epsilon;
  const T* a;
  const T* b;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const auto terms = cosine_of(group, channels, static_cast<T>(epsilon), a + row * channels, b + row * channels);
    group.integers(1, [&](std::size_t) { y[row] = terms.dot / (terms.length_a * terms.length_b); });
  }
};

/// da = dy (b / (|a| |b|) - y a / |a|²), without the second term if |a| is below eps.
template <class T>
struct cosine_similarity_pullback {
  std::size_t channels;
  double epsilon;
  bool first;  // the gradient of a, otherwise of b
  const T* a;
  const T* b;
  const T* dy;
  gradient<T> to;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const T* from = (first ? a : b) + row * channels;
    const T* other = (first ? b : a) + row * channels;
    const auto terms = cosine_of(group, channels, static_cast<T>(epsilon), from, other);
    const T both = T(1) / (terms.length_a * terms.length_b);
    const T back = terms.tiny_a ? T(0) : terms.dot * both / (terms.length_a * terms.length_a);
    const T slope = dy[row];
    const gradient<T> target{to.data + row * channels, to.adds};
    group.each(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      target.store(i, V(slope) * (i.load(other) * V(both) - i.load(from) * V(back)));
    });
  }
};

}  // namespace kernels

namespace ops {

/// y = Σ_c a b / (max(|a|, eps) max(|b|, eps)) over the last axis: the product of both rows after F.normalize.
template <class Shape>
struct cosine_similarity : operation<without_channels<Shape>> {
  static constexpr const char* name = "cosine_similarity";
  void settings(setting_list& to) const { to.add("epsilon", epsilon); }
  static constexpr operand_index<0> a{};
  static constexpr operand_index<1> b{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(a, b);
  static constexpr std::size_t channels = static_cast<std::size_t>(extent<Shape, -1>);
  double epsilon = 1e-12;

  template <class C>
  void forward(const C& c) const {
    c.backend().rows(rows_of<Shape> * c.items(), 6 * channels,
                     kernels::cosine_similarity_forward<typename C::scalar>{channels, epsilon, c.x(a), c.x(b), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    pass(c, a);
    pass(c, b);
  }

 private:
  template <class C, class Operand>
  void pass(const C& c, Operand to) const {
    if constexpr (C::wants(Operand{})) {
      c.backend().rows(rows_of<Shape> * c.items(), 8 * channels,
                       kernels::cosine_similarity_pullback<typename C::scalar>{channels, epsilon, Operand::value == 0,
                                                                               c.x(a), c.x(b), c.dy(), c.dx(to)});
    }
  }
};

}  // namespace ops

/// [..., C] and [..., C] to [...]: F.normalize(a, eps=1e-12) · F.normalize(b), summed over C.
template <Var A, Var B>
auto cosine_similarity(const A& given_a, const B& given_b) {
  using given = ops::cosine_similarity<shape_of<A>>;
  const auto a = expect_batch<given, 2>(given_a);
  const auto b = expect_batch<given, 2>(expect_same_shape<given>(given_a, given_b));
  return record(ops::cosine_similarity<shape_of<decltype(a)>>{}, a, b);
}
VSCG_OPERANDS_OF(cosine_similarity, 2, 2)

}  // namespace vscg

#include <vscg/core/end.hpp>
