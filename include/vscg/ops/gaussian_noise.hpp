// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/error.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/number_text.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/random.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/setting.hpp>
#include <vscg/ops/random_use.hpp>

namespace vscg {

namespace kernels {

/// y = x + deviation n, with n normal. Each element takes four random words: two of 53 bits, in any scalar.
template <class T>
struct gaussian_noise_forward {
  std::size_t item_elements;
  double deviation;
  random_words words;
  const T* x;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    const item_words of_item = words.of(item);
    const auto noise = [&](std::size_t element) {
      const auto w = of_item(std::uint64_t{element});
      const double normal = normal_of(uniform_of(w[1] << 32U | w[0]), uniform_of(w[3] << 32U | w[2]));
      return static_cast<T>(deviation * normal);
    };
    const T* const from = x + item * item_elements;
    T* const to = y + item * item_elements;
    group.each(item_elements, [&](auto i) { i.store(to, i.load(from) + i.generate(noise)); });
  }
};

}  // namespace kernels

namespace ops {

/// y = x + deviation n, with n normal; dx = dy.
template <class Shape>
struct gaussian_noise : operation<Shape> {
  static constexpr const char* name = "gaussian_noise";
  void settings(setting_list& to) const { to.add("deviation", deviation).add("use", use.number); }
  random_use use;
  double deviation = 0;

  template <class C>
  void forward(const C& c) const {
    c.backend().rows(c.items(), 32 * Shape::elements,
                     kernels::gaussian_noise_forward<typename C::scalar>{Shape::elements, deviation,
                                                                         words_of(use, c.state()), c.x(), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    c.backend().each(Shape::count(c.items()), 1, kernels::copy_gradient<typename C::scalar>{c.dy(), c.dx()});
  }
};

}  // namespace ops

/// x + deviation * torch.randn_like(x). Nothing is added in inference, or in a trace made without dropout.
template <class Tag, class Shape, bool Active>
auto gaussian_noise(const var<Tag, Shape, Active>& given, const random_key& key, double deviation) {
  if (!(is_finite(deviation) && deviation >= 0))
    throw expectation_error("nn::gaussian_noise: deviation", "a number of at least 0", detail::number_text(deviation));
  const auto x = expect_batch<ops::gaussian_noise<Shape>, 1>(given);
  if constexpr (Tag::training) {
    if (draws(x)) {
      ops::gaussian_noise<shape_of<decltype(x)>> operation;
      operation.use = next_use(x, key);
      operation.deviation = deviation;
      return record(operation, x);
    }
  }
  return x;
}

}  // namespace vscg

#include <vscg/core/end.hpp>
