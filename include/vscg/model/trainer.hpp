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
#include <vscg/core/execution.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/micro_batches.hpp>
#include <vscg/core/program.hpp>
#include <vscg/core/step_data.hpp>
#include <vscg/core/team.hpp>
#include <vscg/model/batch_arrays.hpp>
#include <vscg/model/kept_inputs.hpp>
#include <vscg/model/loss.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/persistent_arrays.hpp>
#include <vscg/model/report.hpp>
#include <vscg/model/resident_arrays.hpp>
#include <vscg/model/runner.hpp>
#include <vscg/model/staged_batch.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/model/trainer_options.hpp>
#include <vscg/optim/adam.hpp>
#include <vscg/optim/gradient_clip.hpp>
#include <vscg/optim/optimizer.hpp>
#include <vscg/optim/parameter_blocks.hpp>

namespace vscg {

template <class Trainer>
class double_buffer;

/// Trains a model. It traces the network and the loss once, plans the memory of a step, then allocates nothing. It owns
/// the gradients and the optimizer's state; the model owns the weights. If other weights are assigned to the model, it
/// trains those.
///
/// The model must live as long as there are steps: a step throws vscg::expectation_error if it was destroyed or moved
/// away. Arrays and data sets are read only during the step that brings them. A trainer cannot be moved.
template <class Model, class Optimizer, class Loss>
class trainer {
  static_assert(!std::is_const_v<Model>, "vscg::trainer: training changes the model's weights, so it is not const");
  static_assert(Optimizes<Optimizer>, "vscg::trainer: the second type is an optimizer, such as vscg::adam");
  using network = typename Model::network;
  using scalar = typename Model::scalar;
  using backend = typename Model::backend;
  using memory_type = typename backend::memory;
  using executor = typename backend::template executor<scalar>;
  using tag = trace_tag<scalar, backend, mode::training>;
  using inputs = typename Model::inputs;
  using outputs =
      decltype(call_network(std::declval<const network&>(), trace_inputs<tag>(std::declval<recorder&>(), inputs{})));
  using targets = targets_of<Loss, outputs>;
  using arrays_of_batch = joined_shapes<inputs, targets>;
  static constexpr std::size_t term_count = Loss::term_names.size();

  // A step reads this in addition to the batch's arrays.
  struct controls : step_data {
    typename Optimizer::settings optimizer;
  };

  struct traced {
    std::shared_ptr<const program> steps;
    std::array<slot_id, term_count> terms{};
  };

 public:
  /// Throws vscg::expectation_error if the settings are unusable, or if the system has too few threads or too little
  /// memory.
  trainer(Model& m, Optimizer settings, Loss loss, threads n = threads{1}, trainer_options options = {})
      : optimizer(checked(settings)),
        weights_(m.weights().share()),
        table_(weights_->table),
        options_(vscg::checked<scalar>(options)),
        traced_(trace(m.weights().net(), table(), loss, options_.dropout)),
        runner_(traced_.steps, table(), n, options_.micro_batch,
                options.micro_batch == 0 ? "trainer_options.batch" : "trainer_options.micro_batch"),
        gradients_(table().buffer_elements),
        clip_(options_.clip_grad_norm, options_.clip_grad_value, arrays()),
        state_(Optimizer::name, table().buffer_elements, arrays()),
        persistent_(*traced_.steps, table()),
        staged_(options_.batch) {
    expect_micro_batches(*traced_.steps, options_.micro_batch, options_.batch, "trainer_options.micro_batch");
    runner_.bind_weights(weights_->numbers_for(*table_));
    runner_.bind_gradients(gradients_.data());
    const std::vector<scalar> zeros(gradients_.size(), scalar(0));
    memory_type::copy_in(gradients_.data(), zeros.data(), zeros.size() * sizeof(scalar));
  }

  trainer(Model&&, Optimizer, Loss, threads = threads{1}, trainer_options = {}) = delete;  // it would outlive the model

  /// A data set in the backend's memory, from which steps take their batches by row: the network's inputs, then the
  /// loss's targets.
  using resident = resident_arrays<scalar, memory_type, arrays_of_batch, kept_inputs<backend, scalar, inputs>>;

  /// The optimizer's settings. You may change the learning rate between steps.
  Optimizer optimizer;

  /// Takes one step on a batch: the network's inputs, then the loss's targets, each [B, ...] in host memory as for
  /// `session::infer`. Throws vscg::expectation_error if a shape differs or B is not from 1 to the options' batch,
  /// not_finite if the loss, a gradient, or a moment or weight after the step is not finite, naming what brought that
  /// about ("input 0, item 1 (element 17)", or the first operation), and vscg::stopped if `stop` ends it. After an
  /// error, weights and moments are as they were.
  ///
  /// `step(videos, rows)` takes the batch from a `resident` data set instead: its items `rows`, a std::vector or
  /// std::span of std::size_t. If the data set has only the first arrays of a batch, for example a session's inputs,
  /// the others follow from host memory: `step(videos, rows, targets...)`.
  template <class... Arrays>
  loss_report<term_count> step(const Arrays&... arrays) {
    take(arrays...);
    launch(true);
    return finish_step();
  }

  /// Gradient computations call `stop` again and again, and throw vscg::stopped if it returns true.
  void stop_when(std::function<bool()> stop) { runner_.stop_when(std::move(stop)); }

  /// Computes the loss and the gradients of a batch without taking a step.
  template <class... Arrays>
  loss_report<term_count> gradients(const Arrays&... arrays) {
    take(arrays...);
    launch(false);
    runner_.backend().wait();
    return reported();
  }

  /// Computes gradients twice, the second time with `runner::watched`, and returns how many items the batch holds.
  /// Takes and throws the same as `gradients`.
  template <class Watch, class... Arrays>
  std::size_t gradients_watched(Watch& watch, const Arrays&... arrays) {
    gradients(arrays...);
    runner_.watched(watch, [&] { run_micro_batches(); });
    return staged_.items();
  }

  /// The gradient of one named array after a step; empty if the loss does not reach it.
  std::vector<scalar> gradient(const parameter_entry& entry) const {
    if (!reached(entry.id)) return {};
    std::vector<scalar> copy(entry.elements);
    memory_type::copy_out(copy.data(), gradients_.data() + entry.offset, entry.elements * sizeof(scalar));
    return copy;
  }
  /// Whether the loss reaches a parameter. The others never move.
  bool reached(std::uint32_t id) const { return traced_.steps->reaches(id); }

  /// How many of the network's numbers the loss reaches.
  std::size_t count_reached() const { return count_reached(*traced_.steps, table()); }
  /// The same for a network that is not trained, which takes no memory for its numbers.
  static std::size_t count_reached(const network& net, const parameter_table& table, const Loss& loss) {
    return count_reached(*trace(net, table, loss, true).steps, table);
  }

  /// Bytes of memory that the trainer holds: a step's arrays, the backend with its workspaces of products, gradients,
  /// and the optimizer's state. Weights do not count, because they belong to the model.
  std::size_t memory() const {
    return traced_.steps->bytes() + runner_.bytes() + gradients_.bytes() + clip_.bytes() + state_.bytes() +
           persistent_.bytes() + staged_.bytes() + report_.bytes();
  }

  /// Steps taken. With this, `state()` and the weights, a run can go on with the same bits.
  std::uint64_t steps() const { return steps_; }
  /// Throws vscg::expectation_error for more steps than a run could count (2⁵³).
  void set_steps(std::uint64_t n) {
    constexpr std::uint64_t most = std::uint64_t{1} << 53U;
    if (n > most) throw expectation_error("trainer::set_steps", "at most " + std::to_string(most), std::to_string(n));
    steps_ = n;
  }
  /// The names and places of the network's arrays, as traced.
  const parameter_table& table() const { return *table_; }
  /// All of the model's numbers, laid out as the table says. Throws vscg::expectation_error if they are gone, or if the
  /// new ones are more or fewer or not finite; then nothing changes.
  std::vector<scalar> numbers() const { return weights_->copy_for(table()); }
  void set_numbers(std::span<const scalar> values) { weights_->set_for(table(), values); }
  auto& state() { return state_; }
  const auto& state() const { return state_; }
  const trainer_options& options() const { return options_; }
  const program& steps_traced() const { return *traced_.steps; }
  runner<scalar, backend>& running() { return runner_; }

 private:
  friend class double_buffer<trainer>;
  using staged = staged_batch<controls, scalar, memory_type, arrays_of_batch, kept_inputs<backend, scalar, inputs>>;

  static std::size_t count_reached(const program& steps, const parameter_table& table) {
    std::size_t numbers = 0;
    for (const auto& entry : table.entries) numbers += steps.reaches(entry.id) ? entry.elements : 0;
    return numbers;
  }

  static const Optimizer& checked(const Optimizer& settings) {
    settings.template check<scalar>();
    return settings;
  }

  /// A loss of one term may return the number alone.
  template <class Result>
  static auto terms_of(const Result& result) {
    if constexpr (Var<Result>)
      return loss_terms{result, std::array{result}};
    else
      return result;
  }

  static traced trace(const network& net, const parameter_table& table, const Loss& loss, bool dropout) {
    recorder trace = make_recorder(table, dropout);
    const auto data = trace_inputs<tag>(trace, inputs{});
    const auto known = trace_inputs<tag>(trace, targets{});
    const auto outputs = call_network(net, data);
    trace.part = "loss";
    const auto result = terms_of(std::apply([&](const auto&... t) { return loss(outputs, t...); }, known));
    constexpr std::size_t terms = std::tuple_size_v<decltype(result.terms)>;
    require<terms == term_count, Loss, expects<static_cast<int>(term_count), number::of_terms>,
            gets<static_cast<int>(terms), number::of_terms>>();
    expect_shape<Loss, shape<1>>(result.total);
    traced t;
    for (std::size_t i = 0; i < term_count; ++i) t.terms[i] = result.terms[i].id;
    t.steps = make_program<>(std::move(trace), std::vector<slot_id>(t.terms.begin(), t.terms.end()), result.total.id);
    return t;
  }

  // The network's arrays for the optimizer, which moves those that the loss reaches.
  std::vector<parameter_range> arrays() const {
    std::vector<parameter_range> all;
    for (std::uint32_t id = 0; id < table().storage.size(); ++id)
      all.push_back({table().storage[id].offset, table().storage[id].elements, 1, reached(id)});
    return all;
  }

  template <class... Arrays>
  auto batch_of(const Arrays&... arrays) const {
    static_assert(
        sizeof...(Arrays) == arrays_of_batch::count,
        "vscg::trainer::step: one array for each of the network's inputs, then for each of the loss's targets");
    batch_arrays<arrays_of_batch::count> batch;
    if constexpr (sizeof...(Arrays) == arrays_of_batch::count) {
      batch = checked_batch<scalar, inputs::count>(arrays_of_batch{}, nullptr, arrays...);
      expect_indices(*traced_.steps, batch, inputs::count);
    }
    return batch;
  }

  template <class... Arrays>
  void take(const Arrays&... arrays) {
    const auto batch = batch_of(arrays...);
    staged_.take(controls_for(batch.items), batch);
    bind();
  }
  template <class All, class Kept, class Rows, class... Others>
  void take(const resident_arrays<scalar, memory_type, All, Kept>& all, const Rows& rows, const Others&... others) {
    using left = shapes_after<arrays_of_batch, All>;
    static_assert(!std::is_void_v<left>,
                  "vscg::trainer::step: the data set's arrays are not the network's inputs, then the loss's targets");
    static_assert(sizeof...(Others) == left::count,
                  "vscg::trainer::step: one array for each array of the batch that the data set does not have");
    const std::span<const std::size_t> taken(rows);
    const auto now = controls_for(taken.size());
    const std::size_t count = taken.size();
    const auto rest = checked_batch<scalar, inputs::count, All::count>(left{}, &count, others...);
    staged_.template take<executor>(now, all, taken, rest);
    bind();
  }

  controls controls_for(std::size_t items) const {
    if (items == 0 || items > options_.batch) {
      throw expectation_error("trainer::step", "1 to " + std::to_string(options_.batch) + " items",
                              std::to_string(items));
    }
    controls now;
    now.seed = options_.seed;
    now.step = steps_;
    now.optimizer = checked(optimizer).numbers();
    return now;
  }

  void bind() {
    const auto source = staged_.source();
    if (std::exchange(source_, source) != source) runner_.expect_other_places();
    runner_.bind_weights(weights_->numbers_for(*table_));
  }

  loss_report<term_count> finish_step() {
    runner_.backend().wait();
    ++weights_->revision;
    const auto found = reported();
    if (report_[1 + term_count] == scalar(0)) explain(found.total);
    ++steps_;
    return found;
  }

  // Begins one batch: one copy in, launches, one copy out. These depend only on the number of items, on where they and
  // the weights lie and on whether there is an update, so they can be replayed. All else that changes is in the memory
  // copied in.
  void launch(bool update) {
    runner_.expect_no_stop();
    executor& queue = runner_.backend();
    const std::uint64_t key = (std::uint64_t{runner_.bindings()} << 36U) | (staged_.kind_of_launches() << 33U) |
                              (staged_.items() << 1U) | (update ? 1U : 0U);
    queue.replay(key, [&] {
      staged_.bring(queue);
      runner_.prepare();
      run_micro_batches();
      std::array<const scalar*, 2 + term_count> from{runner_.value(traced_.steps->loss())};
      for (std::size_t i = 0; i < term_count; ++i) from[1 + i] = runner_.value(traced_.terms[i]);
      if (update) {
        const scalar* guarded = clip_.apply(queue, persistent_.guard(runner_, from[0]), gradients_.data());
        state_.update(&staged_.header()->optimizer, queue, guarded, gradients_.data(), weights_->numbers.data());
        from[1 + term_count] = state_.taken();
        persistent_.take(runner_, state_.taken(), weights_->numbers.data());
      }
      report_.gather(queue, std::span<const scalar* const>(from).first(1 + term_count + (update ? 1 : 0)));
    });
  }

  void run_micro_batches() {
    for_each_micro_batch([&](const run_state& state) {
      runner_.forward_and_pullback(state);
      return true;
    });
  }

  loss_report<term_count> reported() const {
    loss_report<term_count> found;
    found.names = Loss::term_names;
    found.total = static_cast<double>(report_[0]);
    for (std::size_t i = 0; i < term_count; ++i) found.terms[i] = static_cast<double>(report_[1 + i]);
    return found;
  }

  /// Calls f(state) with the arrays of each micro-batch in place, until it returns false.
  template <class F>
  void for_each_micro_batch(F f) {
    run_state state;
    state.batch_items = staged_.items();
    state.data = staged_.header();
    for (std::size_t first = 0; first < staged_.items(); first += options_.micro_batch) {
      state.first_item = first;
      state.items = std::min(options_.micro_batch, staged_.items() - first);
      for (std::size_t k = 0; k < arrays_of_batch::count; ++k) runner_.bind_input(k, staged_.array(k, first));
      if (!f(std::as_const(state))) return;
    }
  }

  // The update was refused, so this looks at the batch, then runs the step again and checks every result.
  [[noreturn, gnu::cold]] void explain(double loss) {
    const std::string thing = "step " + std::to_string(steps_ + 1);
    staged_.expect_finite(thing + ": ", inputs::count);
    std::string where;
    for_each_micro_batch([&](const run_state& state) {
      where = runner_.first_not_finite(state).value_or("");
      return where.empty();
    });
    if (where.empty()) {
      clip_.apply(runner_.backend(), runner_.value(traced_.steps->loss()), gradients_.data());
      runner_.backend().wait();
      const auto spoiled =
          state_.spoiled(optimizer.learning_rate, table(), gradients_.data(), weights_->numbers.data());
      if (!spoiled.empty()) throw not_finite(thing, "finite moments and weights", "that it would spoil " + spoiled);
      where = "a sum over micro-batches";
    }
    throw not_finite(thing, "a finite loss and gradients",
                     "loss " + std::to_string(loss) + "; the first number that is not finite comes from " + where);
  }

  std::shared_ptr<shared_numbers<scalar, memory_type>> weights_;
  std::shared_ptr<const parameter_table> table_;  // as traced
  trainer_options options_;
  traced traced_;
  runner<scalar, backend> runner_;
  buffer<scalar, memory_type> gradients_;
  gradient_clip<scalar, memory_type> clip_;
  typename Optimizer::template state<scalar, backend> state_;
  persistent_arrays<scalar, memory_type> persistent_;
  staged staged_;
  std::array<const std::byte*, arrays_of_batch::count> source_{};  // of the last batch
  report<scalar, memory_type, 2 + term_count> report_;             // the loss, its terms, whether the step was taken
  std::uint64_t steps_ = 0;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
