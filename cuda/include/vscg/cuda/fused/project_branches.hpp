// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <vscg/core/execution.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/setting.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/slot.hpp>
#include <vscg/cuda/fused/gradients.hpp>
#include <vscg/cuda/override_of.hpp>
#include <vscg/ops/dropout.hpp>
#include <vscg/ops/linear.hpp>
#include <vscg/ops/relu.hpp>

// Two projections with relu and dropout of each of two streams: products two at a time, all else in one launch.

namespace vscg {

namespace composites {
template <int T, int C>
struct project_branches;
}  // namespace composites

namespace kernels {

/// One array for each branch.
template <class P>
struct of_branches {
  P each[4];
  VSCG_HD P at(std::size_t k) const { return k == 0 ? each[0] : k == 1 ? each[1] : k == 2 ? each[2] : each[3]; }
};

/// dropout in place, a row at a time. The branches' uses of the layer differ only in their numbers.
template <class T>
struct dropout_of_branches {
  std::size_t rows;   // of one branch
  std::size_t steps;  // rows of an item
  std::size_t channels;
  dropout_choice<T> choice;
  of_branches<std::uint32_t> uses;
  of_branches<T*> arrays;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t at) const {
    const std::size_t row = at % rows;
    dropout_choice<T> mine = choice;
    mine.use = uses.at(at / rows);
    T* const here = arrays.at(at / rows) + row * channels;
    mine.each(group, row / steps, row % steps * channels, channels,
              [&](auto i, auto kept) { i.store(here, mine.value(i.load(here), kept)); });
  }
};

/// The gradients before relu, one branch after the other. What dropout left is 0 where it dropped and where relu did.
template <class T>
struct branches_pullback {
  std::size_t rows;
  std::size_t channels;
  T kept;  // what dropout multiplies by
  of_branches<const T*> results;
  of_branches<const T*> slopes;  // null if the loss does not reach that branch
  T* to;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t at) const {
    const std::size_t row = at % rows * channels;
    const T* const slope = slopes.at(at / rows);
    const T* const result = results.at(at / rows) + row;
    group.each(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      const V after = slope == nullptr ? V(0) : i.load(slope + row);
      i.store(to + at * channels, after * relu_function::derivative(i.load(result)) * V(kept));
    });
  }
};

}  // namespace kernels

namespace cuda_detail {

/// `composites::project_branches`.
template <int Steps, int C>
struct project_branches_at_once
    : operation<shape<dyn, Steps, C>, shape<dyn, Steps, C>, shape<dyn, Steps, C>, shape<dyn, Steps, C>> {
  static constexpr const char* name = "project_branches";
  void settings(setting_list& to) const { to.add("rate", use.rate); }
  static constexpr operand_index<0> first{};
  static constexpr operand_index<1> second{};
  static constexpr operand_index<2> first_w1{};
  static constexpr operand_index<3> first_w2{};
  static constexpr operand_index<4> second_w1{};
  static constexpr operand_index<5> second_w2{};
  static constexpr result_index<0> first_1{};
  static constexpr result_index<1> first_2{};
  static constexpr result_index<2> second_1{};
  static constexpr result_index<3> second_2{};
  static constexpr std::uint32_t pullback_reads_operands =
      operand_set(first, second, first_w1, first_w2, second_w1, second_w2);
  static constexpr std::uint32_t pullback_reads_result = 0b1111;
  static constexpr double flops_per_item = 8.0 * Steps * C * C;
  static constexpr std::array<slot_size, 1> pullback_scratch() { return {slot_size{4 * Steps * C}}; }
  dropout_use use;
  std::array<std::uint32_t, 4> numbers;

  explicit project_branches_at_once(const composites::project_branches<Steps, C>& whole) : use(whole.uses[0]) {
    for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k] = whole.uses[k].number;
  }

  template <class Context>
  void forward(const Context& c) const {
    using T = typename Context::scalar;
    const std::size_t rows = Steps * c.items();
    const auto product = [&](const T* x, const T* weight, T* y) {
      return detail::forward_product(rows, C, C, x, weight, static_cast<const T*>(nullptr), y);
    };
    c.backend().gemm_pair(product(c.x(first), c.x(first_w1), c.y(first_1)),
                          product(c.x(second), c.x(second_w1), c.y(second_1)), relu_function{});
    c.backend().gemm_pair(product(c.x(first), c.x(first_w2), c.y(first_2)),
                          product(c.x(second), c.x(second_w2), c.y(second_2)), relu_function{});
    if (!Context::training || use.rate == 0) return;
    c.backend().rows(4 * rows, 8 * C,
                     kernels::dropout_of_branches<T>{rows,
                                                     Steps,
                                                     C,
                                                     choice_of<T>(use, c.state()),
                                                     {{numbers[0], numbers[1], numbers[2], numbers[3]}},
                                                     {{c.y(first_1), c.y(first_2), c.y(second_1), c.y(second_2)}}});
  }

  template <class Context>
  void pullback(const Context& c) const {
    using T = typename Context::scalar;
    const std::size_t rows = Steps * c.items();
    T* const slopes = c.scratch(0);
    c.backend().rows(4 * rows, 4 * C,
                     kernels::branches_pullback<T>{rows,
                                                   C,
                                                   static_cast<T>(1 / (1 - use.rate)),
                                                   {{c.y(first_1), c.y(first_2), c.y(second_1), c.y(second_2)}},
                                                   {{c.dy(first_1), c.dy(first_2), c.dy(second_1), c.dy(second_2)}},
                                                   slopes});
    const auto slope = [&](std::size_t k) -> const T* { return slopes + k * rows * C; };
    const auto again = [](gradient<T> to) { return gradient<T>{to.data, true}; };
    project_back(c.backend(), rows, C, C,
                 projection_back<T>{slope(0), c.x(first), c.x(first_w1), wanted(c, first), wanted(c, first_w1)},
                 projection_back<T>{slope(2), c.x(second), c.x(second_w1), wanted(c, second), wanted(c, second_w1)});
    project_back(
        c.backend(), rows, C, C,
        projection_back<T>{slope(1), c.x(first), c.x(first_w2), again(wanted(c, first)), wanted(c, first_w2)},
        projection_back<T>{slope(3), c.x(second), c.x(second_w2), again(wanted(c, second)), wanted(c, second_w2)});
  }
};

}  // namespace cuda_detail

// Rows begin at multiples of 4 numbers, where dropout's random words do.
#if !defined(VSCG_CUDA_NO_FUSED_PROJECT_BRANCHES)
template <int Steps, int C, cuda_detail::Fusing Device>
requires(C % 4 == 0) struct cuda_detail::override_of<composites::project_branches<Steps, C>, Device> {
  using type = cuda_detail::project_branches_at_once<Steps, C>;
};
#endif

}  // namespace vscg

#include <vscg/core/end.hpp>
