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
#include <vscg/cuda/fused/drops.hpp>
#include <vscg/cuda/fused/gradients.hpp>
#include <vscg/cuda/fused/propagate.hpp>
#include <vscg/cuda/override_of.hpp>
#include <vscg/ops/divide_by_sum.hpp>
#include <vscg/ops/dropout.hpp>
#include <vscg/ops/linear.hpp>
#include <vscg/ops/relu.hpp>

// Two projections with relu and dropout of each of two streams, and propagation between these. A stream's two are one
// product if their weights lie side by side, and so are both streams'; all else is one launch each way.

namespace vscg {

namespace composites {
template <int T, int C, bool Renormalize>
struct propagate;
template <int T, int C, bool Renormalize>
struct propagate_branches;
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
  T* projected;
  VSCG_HD void store(std::size_t branch, std::size_t row, std::size_t channel, T slope) const {
    const T result = results.at(branch)[row * channels + channel];
    projected[((branch / 2 * rows + row) * 2 + branch % 2) * channels + channel] =
        slope * relu_function::derivative(result) * kept;
  }
};

/// An item: what dropout leaves of all branches, then what the streams take from each other.
template <class T>
struct propagate_branches_forward {
  dropout_of_branches<T> dropout;
  propagate_forward<T> propagation;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    const std::size_t steps = dropout.steps;
    group.parts(4 * steps, [&](const auto& part, std::size_t k) {
      dropout(part, k / steps * dropout.rows + item * steps + k % steps);
    });
    group.parts(2 * steps, [&](const auto& part, std::size_t k) { propagation(part, 2 * item * steps + k); });
  }
};

}  // namespace kernels

namespace cuda_detail {

/// `composites::propagate_branches`: audio is the first stream, visual the second; branches are v1, v2, a1, a2.
template <int Steps, int C, bool Renormalize>
struct propagate_branches_at_once : operation<shape<dyn, Steps, C>, shape<dyn, Steps, C>> {
  static constexpr const char* name = "propagate_branches";
  void settings(setting_list& to) const { to.add("rate", use.rate).add("limit", limit); }
  static constexpr operand_index<0> audio{};
  static constexpr operand_index<1> visual{};
  static constexpr operand_index<2> visual_w1{};
  static constexpr operand_index<3> visual_w2{};
  static constexpr operand_index<4> audio_w1{};
  static constexpr operand_index<5> audio_w2{};
  static constexpr result_index<0> audio_sum{};
  static constexpr result_index<1> visual_sum{};
  static constexpr std::uint32_t pullback_reads_operands =
      operand_set(audio, visual, visual_w1, visual_w2, audio_w1, audio_w2);
  static constexpr bool gradients_apart = true;
  static constexpr double flops_per_item = 8.0 * Steps * C * C;
  static constexpr slot_size all_branches{4 * Steps * C};
  static constexpr slot_size squares{2 * Steps * Steps};
  static constexpr std::array<slot_size, 5> saved() {
    return {squares, squares, squares, Renormalize ? squares : slot_size{}, all_branches};
  }
  static constexpr std::array<slot_size, 1> forward_scratch() { return {all_branches}; }
  static constexpr std::array<slot_size, 2> pullback_scratch() { return {all_branches, squares}; }
  dropout_use use;
  std::array<std::uint32_t, 4> numbers;
  double limit;

  explicit propagate_branches_at_once(const composites::propagate_branches<Steps, C, Renormalize>& whole)
      : use(whole.uses[0]), limit(whole.threshold_value) {
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
      c.backend().gemm_pair(product(c.x(visual), c.x(visual_w1), 2 * C, projected),
                            product(c.x(audio), c.x(audio_w1), 2 * C, of_second), relu_function{});
    } else {
      c.backend().gemm_pair(product(c.x(visual), c.x(visual_w1), C, projected),
                            product(c.x(audio), c.x(audio_w1), C, of_second), relu_function{});
      c.backend().gemm_pair(product(c.x(visual), c.x(visual_w2), C, projected + C),
                            product(c.x(audio), c.x(audio_w2), C, of_second + C), relu_function{});
    }
    kernels::dropout_of_branches<T> dropout{};
    dropout.rows = rows;
    dropout.steps = Steps;
    dropout.channels = C;
    dropout.drops = drops<Context>(use);
    dropout.choice = choice_of<T>(use, c.state());
    dropout.uses = {{numbers[0], numbers[1], numbers[2], numbers[3]}};
    dropout.projected = projected;
    dropout.results = {{branch(c, 0), branch(c, 1), branch(c, 2), branch(c, 3)}};
    c.backend().rows(
        c.items(), 4 * Steps * C,
        kernels::propagate_branches_forward<T>{
            dropout, {shares(c), of_audio(c), of_visual(c), c.x(audio), c.x(visual), c.y(audio_sum), c.y(visual_sum)}});
  }

  template <class Context>
  void pullback(const Context& c) const {
    using T = typename Context::scalar;
    const std::size_t rows = Steps * c.items();
    T* const slopes = c.scratch(0);
    kernels::branches_pullback<T> branches{};
    branches.rows = rows;
    branches.channels = C;
    branches.kept = use.template kept_scale<T>();
    branches.results = {{branch(c, 0), branch(c, 1), branch(c, 2), branch(c, 3)}};
    branches.projected = slopes;
    c.backend().rows(c.items(), 8 * Steps * C,
                     kernels::propagate_pullback<T, kernels::branches_pullback<T>>{
                         shares(c), of_audio(c), of_visual(c), c.dy(audio_sum), c.dy(visual_sum), c.scratch(1),
                         wanted(c, audio), wanted(c, visual), branches});

    // Both streams have gradients already: those of the sums.
    const gradient<T> to_visual{wanted(c, visual).data, true};
    const gradient<T> to_audio{wanted(c, audio).data, true};
    const gradient<T> dw[] = {wanted(c, visual_w1), wanted(c, visual_w2), wanted(c, audio_w1), wanted(c, audio_w2)};
    const T* const of_second = slopes + rows * 2 * C;
    if (side_by_side(c) && side_by_side(dw[0], dw[1]) && side_by_side(dw[2], dw[3])) {
      project_back(c.backend(), rows, C, 2 * C,
                   projection_back<T>{slopes, 2 * C, c.x(visual), c.x(visual_w1), to_visual, dw[0]},
                   projection_back<T>{of_second, 2 * C, c.x(audio), c.x(audio_w1), to_audio, dw[2]});
      return;
    }
    project_back(c.backend(), rows, C, C,
                 projection_back<T>{slopes, 2 * C, c.x(visual), c.x(visual_w1), to_visual, dw[0]},
                 projection_back<T>{of_second, 2 * C, c.x(audio), c.x(audio_w1), to_audio, dw[2]});
    project_back(c.backend(), rows, C, C,
                 projection_back<T>{slopes + C, 2 * C, c.x(visual), c.x(visual_w2), to_visual, dw[1]},
                 projection_back<T>{of_second + C, 2 * C, c.x(audio), c.x(audio_w2), to_audio, dw[3]});
  }

 private:
  template <class Context>
  static typename Context::scalar* branch(const Context& c, std::size_t k) {
    return c.saved(4) + k * Steps * C * c.items();
  }
  template <class Context, class T = typename Context::scalar>
  kernels::propagation_shares<T> shares(const Context& c) const {
    kernels::propagation_shares<T> of{};
    of.steps = Steps;
    of.channels = C;
    of.scale.factor = composites::propagate<Steps, C, Renormalize>::similarity_scale();
    of.threshold.limit = limit;
    of.epsilon = ops::divide_by_sum<shape<dyn, Steps, Steps>>{}.epsilon;
    of.renormalizes = Renormalize;
    of.similarity = c.saved(0);
    of.normalized = c.saved(1);
    of.kept = c.saved(2);
    of.renormalized = c.saved(3);
    return of;
  }
  // Queries, keys, values.
  template <class Context>
  static kernels::propagation_stream<typename Context::scalar> of_audio(const Context& c) {
    return {branch(c, 2), branch(c, 1), branch(c, 0)};
  }
  template <class Context>
  static kernels::propagation_stream<typename Context::scalar> of_visual(const Context& c) {
    return {branch(c, 1), branch(c, 2), branch(c, 3)};
  }
  // Whether each stream's weights are one matrix [2 C, C], as those of neighboring layers are.
  template <class Context>
  static bool side_by_side(const Context& c) {
    return c.x(visual_w2) == c.x(visual_w1) + C * C && c.x(audio_w2) == c.x(audio_w1) + C * C;
  }
  template <class T>
  static bool side_by_side(const gradient<T>& a, const gradient<T>& b) {
    if (a.data == nullptr || b.data == nullptr) return a.data == b.data;
    return b.data == a.data + C * C && a.adds == b.adds;
  }
};

}  // namespace cuda_detail

// Rows begin at multiples of 4 numbers, where dropout's random words do.
#if !defined(VSCG_CUDA_NO_FUSED_PROPAGATE_BRANCHES)
template <int Steps, int C, bool Renormalize, cuda_detail::Fusing Device>
requires(C % 4 == 0) struct cuda_detail::override_of<composites::propagate_branches<Steps, C, Renormalize>, Device> {
  using type = cuda_detail::propagate_branches_at_once<Steps, C, Renormalize>;
};
#endif

}  // namespace vscg

#include <vscg/core/end.hpp>
