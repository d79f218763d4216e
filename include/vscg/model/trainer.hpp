// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <vscg/backend/memory.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/program.hpp>
#include <vscg/core/team.hpp>
#include <vscg/model/loss.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/runner.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/optim/adam.hpp>

namespace vscg {

/// A loss, gradient, moment or weight that is not a number: weights and moments are as they were before the step.
class not_finite : public expectation_error {
 public:
  using expectation_error::expectation_error;
};

struct trainer_options {
  std::size_t batch = 128;      ///< items of a step at most
  std::size_t micro_batch = 0;  ///< items computed at once; 0: the whole batch. Peak memory is proportional to it
  std::uint64_t seed = 1;       ///< of dropout
  bool dropout = true;          ///< off: all rates are 0
};

/// Trains a model: traces network and loss once, plans the memory of a step, then allocates nothing. It owns gradients
/// and the optimizer's state; the model owns the weights. It goes on with what is assigned to the model, and throws
/// vscg::expectation_error when the model is gone or was moved away.
template <class Model, class Optimizer, class Loss>
class trainer {
  static_assert(!std::is_const_v<Model>, "vscg::trainer: the model's weights are to change, so it is not const");
  using network = typename Model::network;
  using scalar = typename Model::scalar;
  using backend = typename Model::backend;
  using memory = typename backend::memory;
  using tag = trace_tag<scalar, backend, mode::training>;
  using inputs = typename Model::inputs;
  using targets = typename Loss::targets;
  static constexpr std::size_t term_count = Loss::term_names.size();

  struct traced {
    std::shared_ptr<const program> steps;
    std::array<slot_id, term_count> terms{};
  };

 public:
  /// Throws vscg::expectation_error for settings that cannot be computed with, and where the system does not give the
  /// threads or the memory.
  trainer(Model& m, Optimizer settings, Loss loss, threads n = threads{1}, trainer_options options = {})
      : optimizer(checked(settings)),
        weights_(m.weights().share()),
        options_(checked(options)),
        traced_(trace(table(), loss, options_.dropout)),
        runner_(traced_.steps, table(), n, options_.micro_batch,
                options.micro_batch == 0 ? "trainer_options.batch" : "trainer_options.micro_batch"),
        gradients_(table().buffer_elements),
        state_(table().buffer_elements, ranges()) {
    bind_weights();
    runner_.bind_gradients(gradients_.data());
    const std::vector<scalar> zeros(gradients_.size(), scalar(0));
    memory::copy_in(gradients_.data(), zeros.data(), zeros.size() * sizeof(scalar));
    if constexpr (!memory::borrows_host_arrays) {
      stage(inputs{}, 0);
      stage(targets{}, inputs::count);
    }
  }

  /// Settings of the optimizer: the learning rate may be changed between steps.
  Optimizer optimizer;

  /// One step on a batch: `arrays` are the network's inputs, then the loss's targets, each [B, ...] in host memory.
  /// Throws not_finite when the loss, a gradient, or a moment or weight after the step is not a number, and
  /// vscg::stopped when stop_when()'s question ends it; weights and moments are then as they were.
  loss_report<term_count> step(std::span<const std::span<const scalar>> arrays) {
    checked(optimizer);
    const auto report = gradients(arrays);
    ++weights_->revision;
    state_.update(optimizer, runner_.backend(), runner_.value(traced_.steps->loss()), gradients_.data(),
                  weights_->numbers.data());
    if (!state_.taken()) explain(arrays, report.total);
    ++steps_;
    return report;
  }

  /// `stop` is asked again and again while gradients are computed.
  void stop_when(std::function<bool()> stop) { runner_.stop_when(std::move(stop)); }

  /// Loss and gradients of a batch without a step.
  loss_report<term_count> gradients(std::span<const std::span<const scalar>> arrays) {
    for_each_micro_batch(arrays, [&](const run_state& state) {
      runner_.forward(state);
      runner_.pullback(state);
      return true;
    });
    loss_report<term_count> report;
    report.names = Loss::term_names;
    report.total = read(runner_.value(traced_.steps->loss()));
    for (std::size_t i = 0; i < term_count; ++i) report.terms[i] = read(runner_.value(traced_.terms[i]));
    return report;
  }

  /// The gradient of one named array after a step, or nothing where the loss does not reach it.
  std::vector<scalar> gradient(const parameter_entry& entry) const {
    if (!reached(entry.id)) return {};
    std::vector<scalar> copy(entry.elements);
    memory::copy_out(copy.data(), gradients_.data() + entry.offset, entry.elements * sizeof(scalar));
    return copy;
  }
  /// Whether the loss reaches a parameter: others are never moved.
  bool reached(std::uint32_t id) const {
    const slot_id slot = traced_.steps->parameters()[id];
    return slot != no_slot && traced_.steps->has_gradient(slot);
  }

  /// Steps taken; with `state()` and the weights, all that a run needs to go on with the same bits.
  std::uint64_t steps() const { return steps_; }
  /// Throws vscg::expectation_error for more steps than a run could count (2⁵³).
  void set_steps(std::uint64_t n) {
    constexpr std::uint64_t most = std::uint64_t{1} << 53U;
    if (n > most) throw expectation_error("trainer::set_steps", "at most " + std::to_string(most), std::to_string(n));
    steps_ = n;
  }
  auto& state() { return state_; }
  const auto& state() const { return state_; }
  const trainer_options& options() const { return options_; }
  const program& steps_traced() const { return *traced_.steps; }
  runner<scalar, backend>& running() { return runner_; }

 private:
  static trainer_options checked(trainer_options o) {
    if (o.batch == 0) throw expectation_error("trainer_options.batch", "at least 1", "0");
    if (o.micro_batch == 0 || o.micro_batch > o.batch) o.micro_batch = o.batch;
    return o;
  }

  static const Optimizer& checked(const Optimizer& settings) {
    settings.template check<scalar>();
    return settings;
  }

  const parameter_table& table() const { return *weights_->table; }

  static traced trace(const parameter_table& table, const Loss& loss, bool dropout) {
    network net{};
    bind_parameters(net);
    recorder trace = make_recorder(table, dropout);
    const auto data = trace_inputs<tag>(trace, inputs{});
    const auto known = trace_inputs<tag>(trace, targets{});
    const auto outputs = std::apply([&](const auto&... x) { return net(x...); }, data);
    const auto result = std::apply([&](const auto&... t) { return loss(outputs, t...); }, known);
    traced t;
    for (std::size_t i = 0; i < term_count; ++i) t.terms[i] = result.terms[i].id;
    t.steps = std::make_shared<const program>(std::move(trace), std::vector<slot_id>(t.terms.begin(), t.terms.end()),
                                              result.total.id);
    return t;
  }

  // Of what the loss reaches; neighboring arrays become one range.
  std::vector<parameter_range> ranges() const {
    std::vector<parameter_range> found;
    const auto& storage = table().storage;
    for (std::uint32_t id = 0; id < storage.size(); ++id) {
      if (!reached(id)) continue;
      const parameter_range range{storage[id].offset, storage[id].elements, 1};
      const std::size_t aligned = (found.empty() ? 0 : found.back().offset + (found.back().elements + 15) / 16 * 16);
      if (!found.empty() && aligned == range.offset)
        found.back().elements = range.offset + range.elements - found.back().offset;
      else
        found.push_back(range);
    }
    return found;
  }

  void bind_weights() {
    weights_->expect_numbers();
    if (bound_ != weights_->numbers.data()) runner_.bind_weights(bound_ = weights_->numbers.data());
  }

  /// Calls f(state) with the arrays of each micro-batch in place, until it returns false.
  template <class F>
  void for_each_micro_batch(std::span<const std::span<const scalar>> arrays, F f) {
    const std::size_t items = count_items(arrays);
    bind_weights();
    runner_.prepare();
    run_state state;
    state.batch_items = items;
    state.seed = options_.seed;
    state.step = steps_;
    for (std::size_t first = 0; first < items; first += options_.micro_batch) {
      place(arrays, first, items, state);
      if (!f(std::as_const(state))) return;
    }
  }

  std::size_t count_items(std::span<const std::span<const scalar>> arrays) const {
    constexpr std::size_t count = inputs::count + targets::count;
    if (arrays.size() != count) {
      throw expectation_error("trainer::step", std::to_string(count) + " arrays: inputs, then targets",
                              std::to_string(arrays.size()));
    }
    const auto sizes = item_elements();
    const std::size_t items = arrays[0].size() / sizes[0];
    for (std::size_t k = 0; k < count; ++k) {
      if (arrays[k].size() != items * sizes[k]) {
        throw expectation_error("trainer::step, array " + std::to_string(k),
                                std::to_string(items * sizes[k]) + " numbers", std::to_string(arrays[k].size()));
      }
    }
    if (items == 0 || items > options_.batch) {
      throw expectation_error("trainer::step", "1 to " + std::to_string(options_.batch) + " items",
                              std::to_string(items));
    }
    return items;
  }

  static constexpr auto item_elements() {
    return []<class... I, class... O>(input_shapes<I...>, input_shapes<O...>) {
      return std::array<std::size_t, sizeof...(I) + sizeof...(O)>{I::elements..., O::elements...};
    }(inputs{}, targets{});
  }

  void place(std::span<const std::span<const scalar>> arrays, std::size_t first, std::size_t items, run_state& state) {
    state.first_item = first;
    state.items = std::min(options_.micro_batch, items - first);
    const auto sizes = item_elements();
    for (std::size_t k = 0; k < arrays.size(); ++k) {
      const scalar* from = arrays[k].data() + first * sizes[k];
      if constexpr (memory::borrows_host_arrays) {
        runner_.bind_input(k, from);
      } else {
        memory::copy_in(staged_[k].data(), from, state.items * sizes[k] * sizeof(scalar));
        runner_.bind_input(k, staged_[k].data());
      }
    }
  }

  template <class... Shapes>
  void stage(input_shapes<Shapes...>, std::size_t k) {
    ((staged_[k++] = buffer<scalar, memory>(Shapes::elements * options_.micro_batch)), ...);
  }

  // The update has not happened: run the step again, looking at every result.
  [[noreturn]] void explain(std::span<const std::span<const scalar>> arrays, double loss) {
    std::string where;
    for_each_micro_batch(arrays, [&](const run_state& state) {
      where = runner_.first_not_finite(state).value_or("");
      return where.empty();
    });
    const std::string thing = "step " + std::to_string(steps_ + 1);
    if (where.empty()) {
      const std::string spoiled =
          state_.spoiled(optimizer, runner_.backend(), table(), gradients_.data(), weights_->numbers.data());
      if (!spoiled.empty()) throw not_finite(thing, "finite moments and weights", "that it would spoil " + spoiled);
      where = "a sum over micro-batches";
    }
    throw not_finite(thing, "a finite loss and gradients",
                     "loss " + std::to_string(loss) + "; the first number that is not finite comes from " + where);
  }

  static double read(const scalar* from) {
    scalar value = 0;
    memory::copy_out(&value, from, sizeof(scalar));
    return static_cast<double>(value);
  }

  std::shared_ptr<shared_numbers<scalar, memory>> weights_;
  const scalar* bound_ = nullptr;  // what the runner reads
  trainer_options options_;
  traced traced_;
  runner<scalar, backend> runner_;
  buffer<scalar, memory> gradients_;
  typename Optimizer::template state<scalar, backend> state_;
  std::array<buffer<scalar, memory>, inputs::count + targets::count> staged_;
  std::uint64_t steps_ = 0;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
