// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <vscg/backend/memory.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/program.hpp>
#include <vscg/core/random.hpp>
#include <vscg/core/slot.hpp>
#include <vscg/core/step_data.hpp>
#include <vscg/core/team.hpp>
#include <vscg/model/runner.hpp>
#include <vscg/testing/trace_trial.hpp>

namespace vscg::testing {

/// Runs one operation or layer by itself (`trace_trial`). Everything but its operands lies in planned memory, which is
/// NaN at the start of each run and again as soon as it is dead. Parameter gradients are NaN before the first run.
///
/// Arrays are numbered: first the operands, then the parameters in the order of their table.
template <class Scalar, class Backend>
class trial {
  using memory = typename Backend::memory;
  using numbers = buffer<Scalar, memory>;

 public:
  trial(trial_program traced, threads n, std::size_t items)
      : traced_(std::move(traced)), runner_(traced_.steps, traced_.table, n, items) {
    for (std::size_t k = 0; k < traced_.steps->inputs().size(); ++k) {
      const slot_size size = traced_.steps->slot_table()[traced_.steps->inputs()[k]].size;
      inputs_.emplace_back(size.elements(items));
      fill(inputs_[k], "input " + std::to_string(k));
      runner_.bind_input(k, inputs_[k].data());
    }
    weights_ = numbers(traced_.table.buffer_elements);
    gradients_ = numbers(traced_.table.buffer_elements);
    fill(weights_, "parameters");
    fill_with_nan(gradients_);
    runner_.bind_weights(weights_.data());
    runner_.bind_gradients(gradients_.data());
    const step_data first;
    memory::copy_in(data_.data(), &first, sizeof(first));
    state_.items = items;
    state_.batch_items = items;
    state_.data = data_.data();
  }

  std::size_t operands() const { return traced_.operands; }
  std::size_t arrays() const { return operands() + traced_.table.entries.size(); }
  std::string name(std::size_t array) const {
    return array < operands() ? "operand " + std::to_string(array) : traced_.table.entries[array - operands()].name;
  }
  /// Number of elements; for operands with a batch axis, of all items.
  std::size_t size(std::size_t array) const {
    return array < operands() ? inputs_[array].size() : traced_.table.entries[array - operands()].elements;
  }
  bool takes_gradient(std::size_t array) const {
    return array < operands() ? ((traced_.active >> array) & 1U) != 0
                              : traced_.table.entries[array - operands()].learns;
  }
  /// Whether an operand has the batch as its first axis.
  bool per_item(std::size_t operand) const { return traced_.per_item(operand); }

  /// Whether an operand holds indices, and where they must lie: from 0 to below this; 0 if no operation says so.
  bool holds_indices(std::size_t array) const {
    return array < operands() && slot_of(array).type == element_type::int32;
  }
  std::int32_t index_limit(std::size_t operand) const { return slot_of(operand).index_limit; }

  /// Numbers of an operand that holds indices are rounded down.
  void set(std::size_t array, std::span<const Scalar> values) {
    if (!holds_indices(array)) return memory::copy_in(place(array), values.data(), values.size_bytes());
    std::vector<std::int32_t> whole;
    for (const Scalar value : values) whole.push_back(static_cast<std::int32_t>(std::floor(value)));
    memory::copy_in(place(array), whole.data(), whole.size() * sizeof(std::int32_t));
  }
  void set(std::size_t array, std::size_t element, Scalar value) {
    memory::copy_in(place(array) + element, &value, sizeof(Scalar));
  }
  std::vector<Scalar> get(std::size_t array) { return copy(place(array), size(array)); }
  /// The weights of the sum that reduces the result.
  void set_result_weights(std::span<const Scalar> values) {
    memory::copy_in(inputs_[traced_.result_weights].data(), values.data(), values.size_bytes());
  }
  std::size_t result_size() const { return inputs_[traced_.result_weights].size(); }

  /// The place of these items in a larger batch: `first` is the index of the first one.
  void set_place(std::size_t first, std::size_t batch) {
    state_.first_item = first;
    state_.batch_items = batch;
  }
  /// Whether dead memory becomes NaN. On by default if it is host memory.
  void poison(bool on) { poison_ = on; }

  /// Runs forward and returns the number that the result is reduced to.
  double forward() {
    poison_ ? runner_.poison_dead_memory(true) : runner_.prepare();
    runner_.forward(state_);
    runner_.backend().wait();
    return static_cast<double>(copy(runner_.value(traced_.steps->loss()), 1)[0]);
  }
  /// After forward: the gradients of that number.
  void pullback() {
    runner_.pullback(state_);
    runner_.backend().wait();
  }

  std::vector<Scalar> result() const { return copy(runner_.value(traced_.steps->outputs()[0]), result_size()); }
  std::vector<Scalar> gradient(std::size_t array) const {
    if (array < operands()) return copy(runner_.gradient_of(traced_.steps->inputs()[array]), size(array));
    const auto& entry = traced_.table.entries[array - operands()];
    return copy(gradients_.data() + entry.offset, entry.elements);
  }

 private:
  static std::vector<Scalar> copy(const Scalar* from, std::size_t count) {
    std::vector<Scalar> host(count);
    memory::copy_out(host.data(), from, count * sizeof(Scalar));
    return host;
  }
  static void fill(numbers& to, const std::string& name) {
    const random_stream stream(seed{1}, name);
    std::vector<Scalar> host(to.size());
    for (std::size_t i = 0; i < host.size(); ++i) host[i] = static_cast<Scalar>(2 * stream.uniform(i) - 1);
    memory::copy_in(to.data(), host.data(), host.size() * sizeof(Scalar));
  }
  static void fill_with_nan(numbers& to) {
    const std::vector<Scalar> host(to.size(), std::numeric_limits<Scalar>::quiet_NaN());
    memory::copy_in(to.data(), host.data(), host.size() * sizeof(Scalar));
  }
  const slot& slot_of(std::size_t operand) const {
    return traced_.steps->slot_table()[traced_.steps->inputs()[operand]];
  }
  Scalar* place(std::size_t array) {
    if (array < operands()) return inputs_[array].data();
    return weights_.data() + traced_.table.entries[array - operands()].offset;
  }

  trial_program traced_;
  runner<Scalar, Backend> runner_;
  std::vector<numbers> inputs_;
  numbers weights_;
  numbers gradients_;
  buffer<step_data, memory> data_{1};
  run_state state_;
  bool poison_ = memory::borrows_host_arrays;
};

}  // namespace vscg::testing

#include <vscg/core/end.hpp>
