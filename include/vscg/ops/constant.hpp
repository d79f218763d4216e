// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/setting.hpp>

namespace vscg {

namespace kernels {

/// to[i] = numbers[i], which come with the launch.
template <class T>
struct put_numbers {
  static constexpr std::size_t most = 32;
  std::size_t count;
  T numbers[most];
  T* to;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t) const {
    group.integers(count, [&](std::size_t i) { to[i] = numbers[i]; });
  }
};

}  // namespace kernels

namespace ops {

/// y = numbers that are known while tracing.
template <class Shape>
struct constant : operation<Shape> {
  static constexpr const char* name = "constant";
  const double* numbers = nullptr;  // the program keeps them

  /// "0", "1", …: the numbers in their order.
  void settings(setting_list& to) const {
    for (std::size_t i = 0; i < Shape::elements; ++i) to.add(std::to_string(i), numbers[i]);
  }
  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    using kernel = kernels::put_numbers<T>;
    for (std::size_t first = 0; first < Shape::elements; first += kernel::most) {
      kernel next{std::min(kernel::most, Shape::elements - first), {}, c.y() + first};
      for (std::size_t i = 0; i < next.count; ++i) next.numbers[i] = static_cast<T>(numbers[first + i]);
      c.backend().rows(1, next.count, next);
    }
  }
};

}  // namespace ops

/// Numbers of a loss or layer as an array of the trace that `like` belongs to, without a batch axis. No gradient flows
/// into it. Throws vscg::expectation_error naming `what` if there are not as many numbers as the shape has.
template <class Shape, class Tag, class Like, bool Active>
auto constant(const var<Tag, Like, Active>& like, std::vector<double> numbers, const char* what) {
  static_assert(Shape::batch_axes == 0, "vscg::constant: an array without a batch axis");
  if (numbers.size() != Shape::elements) {
    throw expectation_error(what, std::to_string(Shape::elements) + " numbers", std::to_string(numbers.size()));
  }
  auto& kept = like.trace->constants;
  kept.push_back(std::make_shared<const std::vector<double>>(std::move(numbers)));
  ops::constant<Shape> operation;
  operation.numbers = kept.back()->data();
  return record_without_operands<Tag>(*like.trace, operation);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
