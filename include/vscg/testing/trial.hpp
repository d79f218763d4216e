// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <vscg/backend/memory.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/program.hpp>
#include <vscg/core/random.hpp>
#include <vscg/core/team.hpp>
#include <vscg/model/runner.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/testing/weighted_sum.hpp>

namespace vscg::testing {

/// Who else reads the operands of what is tried. With nobody its pullback writes every gradient first; readers
/// recorded `after` it write theirs first, so that its pullback must add.
enum class other_readers : unsigned char { none, before, after };

/// Whether the result stays readable after the run, or dies as soon as nothing needs it.
enum class result_is : unsigned char { kept, dropped };

template <class Function, class Inputs, class Scalar, class Backend, std::uint32_t Active>
class trial;

/// One operation or layer by itself, as a program of its own: operands are inputs that take gradients (bit i of
/// `Active`: operand i does), the result is reduced to one number by fixed weights. Everything but the operands lies in
/// planned memory, NaN at the start of each run and again as soon as it is dead.
///
/// `Function` takes one var for each of `Shapes` and returns one var; where it lists members, its parameters are
/// arrays `names()` of the trial. Host memory only for `poison`.
template <class Function, class Scalar, class Backend, std::uint32_t Active, class... Shapes>
class trial<Function, input_shapes<Shapes...>, Scalar, Backend, Active> {
  using tag = trace_tag<Scalar, Backend, mode::training>;
  using memory = typename Backend::memory;
  using numbers = buffer<Scalar, memory>;

  struct bound {
    Function function;
    parameter_table table;
    explicit bound(const Function& f) : function(f) {
      if constexpr (HasMembers<Function>)
        table = bind_parameters(function);
      else
        table.random_keys = 8;  // for operations that draw random numbers under keys 0 … 7
    }
  };

 public:
  static constexpr std::size_t operands = sizeof...(Shapes);
  static constexpr std::array<bool, operands> per_item{Shapes::per_item...};

  trial(const Function& f, threads n, std::size_t items, result_is kept = result_is::kept,
        other_readers readers = other_readers::none)
      : items_(items), bound_(f), program_(trace(readers, kept)), runner_(program_, bound_.table, n, items) {
    for (std::size_t k = 0; k < program_->inputs().size(); ++k) {
      const slot_size size = program_->slots()[program_->inputs()[k]].size;
      arrays_.emplace_back(size.per_item * items + size.fixed);
      fill(arrays_[k], "weights of input " + std::to_string(k));
      runner_.bind_input(k, arrays_[k].data());
    }
    weights_ = numbers(bound_.table.buffer_elements);
    gradients_ = numbers(bound_.table.buffer_elements);
    fill(weights_, "parameters");
    fill_with_nan(gradients_);
    runner_.bind_weights(weights_.data());
    runner_.bind_gradients(gradients_.data());
    state_.items = items;
    state_.batch_items = items;
  }

  /// Arrays that can be set and perturbed: the operands, then the parameters in the order of their table.
  std::size_t arrays() const { return operands + bound_.table.entries.size(); }
  std::string name(std::size_t array) const {
    return array < operands ? "operand " + std::to_string(array) : bound_.table.entries[array - operands].name;
  }
  /// Number of elements; for operands of all items.
  std::size_t size(std::size_t array) const {
    return array < operands ? arrays_[array].size() : bound_.table.entries[array - operands].elements;
  }
  bool takes_gradient(std::size_t array) const { return array >= operands || ((Active >> array) & 1U) != 0; }

  void set(std::size_t array, std::span<const Scalar> values) {
    memory::copy_in(place(array), values.data(), values.size_bytes());
  }
  void set(std::size_t array, std::size_t element, Scalar value) {
    memory::copy_in(place(array) + element, &value, sizeof(Scalar));
  }
  std::vector<Scalar> get(std::size_t array) const { return copy(const_cast<trial*>(this)->place(array), size(array)); }
  /// The weights that the result is summed with.
  void set_result_weights(std::span<const Scalar> values) {
    memory::copy_in(arrays_[weights_at_].data(), values.data(), values.size_bytes());
  }
  std::size_t result_size() const { return arrays_[weights_at_].size(); }

  /// Which items of a larger batch these are: `first` is the place of the first of them, of `batch`.
  void set_place(std::size_t first, std::size_t batch) {
    state_.first_item = first;
    state_.batch_items = batch;
  }
  void poison(bool on) { poison_ = on; }

  /// Runs forward and returns the number that the result is reduced to.
  double forward() {
    if (poison_) runner_.poison_dead_memory(true);
    runner_.forward(state_);
    return static_cast<double>(copy(runner_.value(program_->loss()), 1)[0]);
  }
  /// After forward: gradients of that number.
  void pullback() { runner_.pullback(state_); }

  std::vector<Scalar> result() const { return copy(runner_.value(program_->outputs()[0]), result_size()); }
  std::vector<Scalar> gradient(std::size_t array) const {
    if (array < operands) return copy(runner_.gradient_of(program_->inputs()[array]), size(array));
    const auto& entry = bound_.table.entries[array - operands];
    return copy(gradients_.data() + entry.offset, entry.elements);
  }
  const program& traced() const { return *program_; }

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

  Scalar* place(std::size_t array) {
    if (array < operands) return arrays_[array].data();
    return weights_.data() + bound_.table.entries[array - operands].offset;
  }

  template <class Shape, bool Takes>
  static auto input(recorder& trace) {
    const slot_id id = trace.add({slot::origin::input, size_of<Shape>()});
    trace.inputs.push_back(id);
    return var<tag, Shape, Takes>{&trace, id};
  }

  // Operands that take gradients are read once more, each by a sum with weights of its own.
  template <class Vars, std::size_t... I>
  static auto read_all(recorder& trace, const Vars& vars, std::index_sequence<I...>) {
    const auto one = [&]<std::size_t K>(std::integral_constant<std::size_t, K>) {
      if constexpr (((Active >> K) & 1U) != 0) {
        const auto x = std::get<K>(vars);
        const auto weight = input<shape_of<decltype(x)>, false>(trace);
        return std::tuple{weighted_sum(x, weight)};
      } else {
        return std::tuple{};
      }
    };
    return std::tuple_cat(one(std::integral_constant<std::size_t, I>{})...);
  }

  std::shared_ptr<const program> trace(other_readers readers, result_is kept) {
    recorder trace = make_recorder(bound_.table, true);
    return trace_into(trace, readers, kept, std::index_sequence_for<Shapes...>{});
  }

  template <std::size_t... I>
  std::shared_ptr<const program> trace_into(recorder& trace, other_readers readers, result_is kept,
                                            std::index_sequence<I...> all) {
    const auto given = std::tuple{input<Shapes, ((Active >> I) & 1U) != 0>(trace)...};
    // Copies lie in planned memory, where what a pullback must not read is dead.
    const auto vars = std::tuple{scale(std::get<I>(given), 1)...};
    auto read = [&] { return read_all(trace, vars, all); };
    using sums_type = decltype(read());
    sums_type sums{};
    if (readers == other_readers::before) sums = read();
    const auto y = std::apply(bound_.function, vars);
    weights_at_ = trace.inputs.size();
    const auto total = weighted_sum(y, input<shape_of<decltype(y)>, false>(trace));
    if (readers == other_readers::after) sums = read();
    slot_id loss = total.id;
    if (readers != other_readers::none) {
      std::apply([&](const auto&... sum) { loss = add_up(total, sum...).id; }, sums);
    }
    std::vector<slot_id> outputs;
    if (kept == result_is::kept) outputs.push_back(y.id);
    return std::make_shared<const program>(std::move(trace), std::move(outputs), loss);
  }

  template <class Sum, class... Sums>
  static auto add_up(const Sum& first, const Sums&... rest) {
    if constexpr (sizeof...(Sums) == 0)
      return first;
    else
      return first + add_up(rest...);
  }

  std::size_t items_;
  bound bound_;
  std::size_t weights_at_ = 0;
  std::shared_ptr<const program> program_;
  runner<Scalar, Backend> runner_;
  std::vector<numbers> arrays_;
  numbers weights_;
  numbers gradients_;
  run_state state_;
  bool poison_ = memory::borrows_host_arrays;
};

}  // namespace vscg::testing
