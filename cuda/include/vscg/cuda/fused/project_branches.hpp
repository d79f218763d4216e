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

// Two projections with relu and dropout of each of two streams. A stream's two are one product if their weights lie
// side by side, and so are both streams'; all else is one launch.

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

/// A row of a branch: what dropout leaves of its projection. A stream's rows hold both of its branches.
template <class T>
struct dropout_of_branches {
  std::size_t rows;   // of one branch
  std::size_t steps;  // rows of an item
  std::size_t channels;
  bool drops;
  dropout_choice<T> choice;  // the branches' uses of the layer differ only in their numbers
  of_branches<std::uint32_t> uses;
  const T* projected;  // [2, rows, 2, channels]
  of_branches<T*> results;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t at) const {
    const std::size_t branch = at / rows;
    const std::size_t row = at % rows;
    const T* const from = projected + ((branch / 2 * rows + row) * 2 + branch % 2) * channels;
    T* const to = results.at(branch) + row * channels;
    if (!drops) return group.each(channels, [&](auto i) { i.store(to, i.load(from)); });
    dropout_choice<T> mine = choice;
    mine.use = uses.at(branch);
    mine.each(group, row / steps, row % steps * channels, channels,
              [&](auto i, auto kept) { i.store(to, mine.value(i.load(from), kept)); });
  }
};

/// The gradients before relu, laid out like the projections. What dropout left is 0 where it dropped and where relu
/// did.
template <class T>
struct branches_pullback {
  std::size_t rows;
  std::size_t channels;
  T kept;  // what dropout multiplies by
  of_branches<const T*> results;
  of_branches<const T*> slopes;  // null if the loss does not reach that branch
  T* projected;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t at) const {
    const std::size_t branch = at / rows;
    const std::size_t row = at % rows;
    const T* const slope = slopes.at(branch);
    const T* const result = results.at(branch) + row * channels;
    T* const to = projected + ((branch / 2 * rows + row) * 2 + branch % 2) * channels;
    group.each(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      const V after = slope == nullptr ? V(0) : i.load(slope + row * channels);
      i.store(to, after * relu_function::derivative(i.load(result)) * V(kept));
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
  static constexpr std::array<slot_size, 1> forward_scratch() { return {slot_size{4 * Steps * C}}; }
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
    T* const projected = c.scratch(0);
    const auto product = [&](const T* x, const T* weight, std::size_t out, T* y) {
      auto p = detail::forward_product(rows, C, out, x, weight, static_cast<const T*>(nullptr), y);
      p.ldc = 2 * C;
      return p;
    };
    T* const of_second = projected + rows * 2 * C;
    if (side_by_side(c)) {
      c.backend().gemm_pair(product(c.x(first), c.x(first_w1), 2 * C, projected),
                            product(c.x(second), c.x(second_w1), 2 * C, of_second), relu_function{});
    } else {
      c.backend().gemm_pair(product(c.x(first), c.x(first_w1), C, projected),
                            product(c.x(second), c.x(second_w1), C, of_second), relu_function{});
      c.backend().gemm_pair(product(c.x(first), c.x(first_w2), C, projected + C),
                            product(c.x(second), c.x(second_w2), C, of_second + C), relu_function{});
    }
    kernels::dropout_of_branches<T> rest{};
    rest.rows = rows;
    rest.steps = Steps;
    rest.channels = C;
    rest.drops = Context::training && use.rate > 0;
    rest.choice = choice_of<T>(use, c.state());
    rest.uses = {{numbers[0], numbers[1], numbers[2], numbers[3]}};
    rest.projected = projected;
    rest.results = {{c.y(first_1), c.y(first_2), c.y(second_1), c.y(second_2)}};
    c.backend().rows(4 * rows, 4 * C, rest);
  }

  template <class Context>
  void pullback(const Context& c) const {
    using T = typename Context::scalar;
    const std::size_t rows = Steps * c.items();
    T* const slopes = c.scratch(0);
    kernels::branches_pullback<T> before{};
    before.rows = rows;
    before.channels = C;
    before.kept = use.template kept_scale<T>();
    before.results = {{c.y(first_1), c.y(first_2), c.y(second_1), c.y(second_2)}};
    before.slopes = {{c.dy(first_1), c.dy(first_2), c.dy(second_1), c.dy(second_2)}};
    before.projected = slopes;
    c.backend().rows(4 * rows, 4 * C, before);

    const gradient<T> to_first = wanted(c, first);
    const gradient<T> to_second = wanted(c, second);
    const gradient<T> dw[] = {wanted(c, first_w1), wanted(c, first_w2), wanted(c, second_w1), wanted(c, second_w2)};
    const T* const of_second = slopes + rows * 2 * C;
    if (side_by_side(c) && side_by_side(dw[0], dw[1]) && side_by_side(dw[2], dw[3])) {
      project_back(c.backend(), rows, C, 2 * C,
                   projection_back<T>{slopes, 2 * C, c.x(first), c.x(first_w1), to_first, dw[0]},
                   projection_back<T>{of_second, 2 * C, c.x(second), c.x(second_w1), to_second, dw[2]});
      return;
    }
    project_back(c.backend(), rows, C, C, projection_back<T>{slopes, 2 * C, c.x(first), c.x(first_w1), to_first, dw[0]},
                 projection_back<T>{of_second, 2 * C, c.x(second), c.x(second_w1), to_second, dw[2]});
    project_back(c.backend(), rows, C, C,
                 projection_back<T>{slopes + C, 2 * C, c.x(first), c.x(first_w2), {to_first.data, true}, dw[1]},
                 projection_back<T>{of_second + C, 2 * C, c.x(second), c.x(second_w2), {to_second.data, true}, dw[3]});
  }

 private:
  // Whether each stream's weights are one matrix [2 C, C], as those of neighboring layers are.
  template <class Context>
  static bool side_by_side(const Context& c) {
    return c.x(first_w2) == c.x(first_w1) + C * C && c.x(second_w2) == c.x(second_w1) + C * C;
  }
  template <class T>
  static bool side_by_side(const gradient<T>& a, const gradient<T>& b) {
    if (a.data == nullptr || b.data == nullptr) return a.data == b.data;
    return b.data == a.data + C * C && a.adds == b.adds;
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
