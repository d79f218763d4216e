// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>

#include <vscg/core/beside.hpp>
#include <vscg/core/config.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/setting.hpp>
#include <vscg/core/slot.hpp>
#include <vscg/cuda/fused/gradients.hpp>
#include <vscg/cuda/recurrence.hpp>
#include <vscg/cuda/sums_at_once.hpp>
#include <vscg/ops/linear.hpp>
#include <vscg/ops/recurrent_products.hpp>

namespace vscg::cuda_detail {

/// Which operand of a pair is operand `i` of one of its layers: first the inputs of both, then the states that they
/// start from, then all weights of each.
template <class Layer>
constexpr int operand_of_pair(int i, int which) {
  constexpr int weights = 4;
  if (i == 0) return which;
  if (i > weights) return 2 * (i - weights) + which;
  return 2 * (Layer::operands - weights) + weights * which + i - 1;
}

/// A set of a layer's operands, as operands of the pair, and the other way round.
template <class Layer>
constexpr std::uint32_t set_of_pair(std::uint32_t set, int which) {
  std::uint32_t all = 0;
  for (int i = 0; i < Layer::operands; ++i) all |= ((set >> i) & 1U) << operand_of_pair<Layer>(i, which);
  return all;
}
template <class Layer>
constexpr std::uint32_t set_of_layer(std::uint32_t set, int which) {
  std::uint32_t own = 0;
  for (int i = 0; i < Layer::operands; ++i) own |= ((set >> operand_of_pair<Layer>(i, which)) & 1U) << i;
  return own;
}

/// What one layer of a pair sees: its own operands, result and arrays, as if it were alone.
template <class Layer, int Which, std::size_t Scratch, class C>
class layer_of_pair {
  template <int I>
  using given = operand_index<operand_of_pair<Layer>(I, Which)>;

 public:
  using scalar = typename C::scalar;
  using executor = typename C::executor;
  explicit layer_of_pair(const C& pair) : pair_(pair) {}

  std::size_t items() const { return pair_.items(); }
  executor& backend() const { return pair_.backend(); }
  template <int I>
  const scalar* x(operand_index<I>) const {
    return pair_.x(given<I>{});
  }
  template <int I>
  static constexpr bool wants(operand_index<I>) {
    return C::wants(given<I>{});
  }
  template <int I>
  gradient<scalar> dx(operand_index<I>) const {
    return pair_.dx(given<I>{});
  }
  scalar* y() const { return pair_.y(result_index<Which>{}); }
  const scalar* dy() const { return pair_.dy(result_index<Which>{}); }
  scalar* prepared(std::size_t i) const {
    return pair_.prepared(Which * Layer::template prepared<executor>(0).size() + i);
  }
  scalar* saved(std::size_t i) const { return pair_.saved(Which * Layer::saved().size() + i); }
  scalar* scratch(std::size_t i) const { return pair_.scratch(Which * Scratch + i); }

 private:
  const C& pair_;
};

/// Two recurrent layers of the same sizes. If their weights fit a block of `Device`, both take all their steps in one
/// launch each way.
template <class Layer, class Device>
struct recurrent_pair_at_once : operation<typename Layer::result, typename Layer::result> {
  static constexpr const char* name = Layer::name;
  void settings(setting_list& to) const {
    Layer{}.settings(to);
    to.add("layers", 2);
  }
  template <class Composite>
  explicit recurrent_pair_at_once(const Composite&) {}

  static constexpr std::uint32_t pullback_reads_operands =
      set_of_pair<Layer>(Layer::pullback_reads_operands, 0) | set_of_pair<Layer>(Layer::pullback_reads_operands, 1);
  static constexpr std::uint32_t pullback_reads_result = 0b11;
  static constexpr bool gradients_apart = true;
  /// What the second layer's steps start from.
  static constexpr operand_index<operand_of_pair<Layer>(Layer::initial_states.value, 1)> second_start{};
  static constexpr std::uint32_t adds_apart = Layer::starts_from_arrays ? operand_set(second_start) : 0;
  static constexpr std::uint32_t prepared_operands =
      set_of_pair<Layer>(Layer::prepared_operands, 0) | set_of_pair<Layer>(Layer::prepared_operands, 1);
  static constexpr double flops_per_item = 2 * Layer::flops_per_item;

  template <class Executor>
  static constexpr auto prepared(std::uint32_t active) {
    return joined(Layer::template prepared<Executor>(set_of_layer<Layer>(active, 0)),
                  Layer::template prepared<Executor>(set_of_layer<Layer>(active, 1)));
  }
  static constexpr auto saved() { return joined(Layer::saved(), Layer::saved()); }
  static constexpr auto forward_scratch() { return joined(Layer::forward_scratch(), Layer::forward_scratch()); }
  static constexpr auto pullback_scratch() {
    auto own = Layer::pullback_scratch();
    own.back() = {};  // sums of columns need none
    return joined(own, own);
  }

  template <class C>
  void prepare(const C& c) const {
    Layer{}.prepare(layer_of_pair<Layer, 0, 0, C>(c));
    Layer{}.prepare(layer_of_pair<Layer, 1, 0, C>(c));
  }

  template <class C>
  void forward(const C& c) const {
    constexpr std::size_t scratch = Layer::forward_scratch().size();
    const layer_of_pair<Layer, 0, scratch, C> first(c);
    const layer_of_pair<Layer, 1, scratch, C> second(c);
    c.backend().gemm_pair(input_product(first), input_product(second));
    if constexpr (share_of<Layer, Device, C>::fits) {
      run_steps_at_once<Layer, share_of<Layer, Device, C>>(first, second);
    } else {
      Layer::run_steps(first);
      Layer::run_steps(second);
    }
  }

  template <class C>
  void pullback(const C& c) const {
    constexpr std::size_t scratch = Layer::pullback_scratch().size();
    const layer_of_pair<Layer, 0, scratch, C> first(c);
    const layer_of_pair<Layer, 1, scratch, C> second(c);
    // If both layers start from one array, only the launch of all steps writes to its gradients. So they are added
    // beside the product that the path goes on with.
    bool starts_from_one = false;
    if constexpr (share_of<Layer, Device, C>::fits) {
      run_steps_back_at_once<Layer, share_of<Layer, Device, C>>(first, arrays_back<Layer>(first),
                                                                arrays_back<Layer>(second));
      if constexpr (passes_second_start<C>)
        starts_from_one = c.apart_from(second_start) != nullptr &&
                          c.apart_from(second_start) == wanted_of_initial<Layer>(first, Layer::initial_states).data;
      if (starts_from_one) beside<branch::second>(c.backend(), [&] { c.add_apart(second_start); });
    } else {
      Layer::run_steps_back(first);
      Layer::gather_previous(first);
      Layer::pass_initial_gradients(first);
      Layer::run_steps_back(second);
      Layer::gather_previous(second);
      Layer::pass_initial_gradients(second);
    }
    const recurrent::sizes sizes = Layer::sizes_of(c.items());
    kernels::sums_at_once<typename C::scalar> bias_sums{};
    bias_sums.rows = sizes.rows();
    bias_sums.columns = sizes.gate_columns();
    add_bias_sums(first, bias_sums);
    add_bias_sums(second, bias_sums);
    beside(c.backend(), [&] { c.backend().blocks(bias_sums.blocks(), bias_sums); });
    const projections_back<typename C::scalar> inputs{sizes.rows(), sizes.inputs, sizes.gate_columns(),
                                                      projections(first), projections(second)};
    const auto learn = [&] {
      inputs.learn(c.backend());
      const auto learn_hidden = [&] {
        pass_hidden_weight_gradient(first, sizes);
        pass_hidden_weight_gradient(second, sizes);
      };
      beside<branch::second>(c.backend(), learn_hidden);
    };
    if (!starts_from_one) learn();
    inputs.pass_on(c.backend());
    if (starts_from_one) {
      join(c.backend());
      learn();  // what the path back does not wait for
    } else if constexpr (passes_second_start<C>) {
      c.add_apart(second_start);
    }
  }

 private:
  static_assert(Layer::cell::carries_state || !Layer::starts_from_arrays,
                "vscg: a pair whose cells start from arrays of their own");
  template <class C>
  static constexpr bool passes_second_start = Layer::starts_from_arrays&& C::wants(second_start);

  /// The gates' inputs of all steps.
  template <class One>
  static auto input_product(const One& c) {
    const recurrent::sizes sizes = Layer::sizes_of(c.items());
    auto product = detail::forward_product(sizes.rows(), sizes.inputs, sizes.gate_columns(), c.x(Layer::input),
                                           c.x(Layer::weight_ih), c.x(Layer::bias_ih), c.saved(0));
    product.packed_b = recurrent::packed_of(c).input;
    return product;
  }
  /// The same, back.
  template <class One>
  static auto projections(const One& c) {
    const std::size_t step = Layer::sizes_of(0).gate_columns();
    return projection_back<typename One::scalar>{Layer::flows_of(c).dgates, step,
                                                 c.x(Layer::input),         c.x(Layer::weight_ih),
                                                 wanted(c, Layer::input),   wanted(c, Layer::weight_ih)};
  }
  template <class One>
  static void pass_hidden_weight_gradient(const One& c, const recurrent::sizes& sizes) {
    if constexpr (One::wants(Layer::weight_hh)) {
      recurrent::hidden_weight_gradient(c.backend(), sizes, Layer::flows_of(c).back(), c.scratch(0),
                                        c.dx(Layer::weight_hh));
    }
  }
  /// Adds to `sums` what a layer's biases take.
  template <class One, class T>
  static void add_bias_sums(const One& c, kernels::sums_at_once<T>& sums) {
    const recurrent::flows<T> from = Layer::flows_of(c);
    const gradient<T> none{nullptr, false};
    if constexpr (One::wants(Layer::bias_ih)) {
      const bool apart = from.dhidden != nullptr;
      sums.add({from.dgates, c.dx(Layer::bias_ih), apart ? none : c.dx(Layer::bias_hh)});
      if (apart) sums.add({from.dhidden, c.dx(Layer::bias_hh), none});
    }
  }

  template <class Array>
  static constexpr auto joined(const Array& first, const Array& second) {
    std::array<slot_size, 2 * std::tuple_size_v<Array>> all{};
    for (std::size_t i = 0; i < first.size(); ++i) {
      all[i] = first[i];
      all[first.size() + i] = second[i];
    }
    return all;
  }
};

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
