// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include <vscg/core/error.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/program.hpp>
#include <vscg/core/team.hpp>
#include <vscg/model/batch_arrays.hpp>
#include <vscg/model/kept_inputs.hpp>
#include <vscg/model/output_arrays.hpp>
#include <vscg/model/resident_arrays.hpp>
#include <vscg/model/runner.hpp>
#include <vscg/model/staged_batch.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/model/weights.hpp>

namespace vscg {

template <class Network, class Scalar, class Backend, class Inputs>
class model;

template <class Session>
class inference_ahead;

/// The most items (videos) that one call may bring.
struct batch_capacity {
  std::size_t items = 1;
  constexpr explicit batch_capacity(std::size_t n) : items(n < 1 ? 1 : n) {}
};

/// Inference for one caller. It traces the network and plans its memory once, then allocates nothing. Use one session
/// per thread. Sessions share the weights, which are const while a session computes. If weights change, or others are
/// assigned or swapped in, the next call uses the new ones. For many batches one after the other, see
/// `inference_ahead`.
///
/// The weights must live as long as there are calls: a call throws vscg::expectation_error if they were destroyed or
/// moved to another object. Arrays and data sets are read only during the call that brings them. The outputs are views
/// into the session, valid until its next call or its end. A session cannot be moved.
template <class Network, class Scalar, class Backend, class Inputs = inputs_of<Network>>
class session {
  using tag = trace_tag<Scalar, Backend, mode::inference>;
  using executor = typename Backend::template executor<Scalar>;
  static constexpr bool fetches = !Backend::memory::borrows_host_arrays;  // the host cannot read what it computes

  template <class... Shapes>
  static auto call(const Network& network, recorder& trace, input_shapes<Shapes...> shapes) {
    return call_network(network, trace_inputs<tag>(trace, shapes));
  }

 public:
  using traced_outputs = decltype(call(std::declval<const Network&>(), std::declval<recorder&>(), Inputs{}));
  /// What `infer` returns: the network's outputs as views.
  using outputs = rebind_outputs<traced_outputs, view_field<Scalar>>;

  /// Inputs of a data set in the backend's memory.
  using resident = resident_arrays<Scalar, typename Backend::memory, Inputs, kept_inputs<Backend, Scalar, Inputs>>;

  /// Throws vscg::expectation_error if the system has too few threads, or too little memory for this many items.
  explicit session(const weights<Network, Scalar, Backend>& w, threads n = threads{1},
                   batch_capacity c = batch_capacity{16})
      : weights_(w.share()),
        table_(weights_->table),
        runner_(trace_program(w.net(), w.table()), w.table(), n, c.items),
        staged_(c.items) {
    take_weights();
    if constexpr (fetches) results_.emplace(runner_.traced(), c.items);
  }
  explicit session(const weights<Network, Scalar, Backend>&&,  // it would outlive the weights
                   threads = threads{1}, batch_capacity = batch_capacity{16}) = delete;
  /// The same of a model's weights.
  explicit session(const model<Network, Scalar, Backend, Inputs>& net, threads n = threads{1},
                   batch_capacity c = batch_capacity{16})
      : session(net.weights(), n, c) {}
  explicit session(const model<Network, Scalar, Backend, Inputs>&&,  // it would outlive the model
                   threads = threads{1}, batch_capacity = batch_capacity{16}) = delete;

  /// Returns the network's outputs for N ≤ capacity items. Arrays are [N, ...], as `Inputs` says. The views are valid
  /// until the next call; an output that is an input unchanged may be a view of your array. Throws
  /// vscg::expectation_error if a shape differs or N exceeds the capacity.
  ///
  /// `infer(videos, rows)` takes items from `resident_arrays` instead, a trainer's or a session's own, whose first
  /// arrays are the inputs: its items `rows`, a std::vector or std::span of std::size_t.
  template <class... Arrays>
  outputs infer(const Arrays&... arrays) & {
    if constexpr (takes<Arrays...>()) {
      take(arrays...);
      launch();
      return finish();
    } else {
      return {};
    }
  }
  template <class... Arrays>
  outputs infer(const Arrays&... arrays) && = delete;  // the views would outlive the session

  /// The same, slower, for finding a mistake: throws vscg::not_finite if a number of an input or output is not finite.
  /// It names the input ("input 0, item 1 (element 17)"), or the output and the first operation whose result is not
  /// finite.
  template <class... Arrays>
  outputs infer_checked(const Arrays&... arrays) & {
    return infer_checked_from(0, arrays...);
  }
  template <class... Arrays>
  outputs infer_checked(const Arrays&... arrays) && = delete;

  /// Infers twice, the second time with `runner::watched`, and returns how many items the arrays hold. Takes the same
  /// arrays as `infer`, throws the same errors.
  template <class Watch, class... Arrays>
  std::size_t infer_watched(Watch& watch, const Arrays&... arrays) {
    infer(arrays...);
    runner_.watched(watch, [&] { runner_.forward(state()); });
    return staged_.items();
  }

  /// Bytes of memory that the session holds for its arrays and its backend, including workspaces of products. Weights
  /// do not count, because they belong to the model.
  std::size_t memory() const {
    return runner_.bytes() + staged_.bytes() + traced().bytes() + (results_ ? results_->bytes() : 0);
  }
  const memory_plan& plan() const { return runner_.plan(); }
  std::size_t max_items() const { return runner_.capacity(); }
  const program& traced() const { return runner_.traced(); }
  runner<Scalar, Backend>& running() { return runner_; }

 private:
  friend class model<Network, Scalar, Backend, Inputs>;
  friend class inference_ahead<session>;

  // `first`: the number of the first item in messages.
  template <class... Arrays>
  outputs infer_checked_from(std::size_t first, const Arrays&... arrays) {
    const outputs result = infer(arrays...);
    staged_.expect_finite("", Inputs::count, first);
    for_each_output(result, [&](const auto& field, std::size_t k) {
      const std::size_t at = first_not_finite(field.values());
      if (at == field.size()) return;
      const std::size_t elements = field.size() / std::max<std::size_t>(field.items, 1);
      throw not_finite("output " + std::to_string(k) + ", item " + std::to_string(first + at / elements) +
                           " (element " + std::to_string(at % elements) + ")",
                       "finite numbers",
                       not_finite_text(field.values()[at]) + "; the first number that is not finite comes from " +
                           runner_.first_not_finite(state()).value_or("a weight"));
    });
    return result;
  }

  static std::shared_ptr<const program> trace_program(const Network& network, const parameter_table& table) {
    recorder trace = make_recorder(table, false);
    const auto result = call(network, trace, Inputs{});
    auto ids = output_slots(result);
    return make_program<>(std::move(trace), std::move(ids), no_slot);
  }

  template <class... Arrays>
  static constexpr bool takes() {
    if constexpr ((is_resident<Arrays> || ...))
      return true;
    else
      return require_operands<Network, Inputs::count, sizeof...(Arrays)>();
  }

  struct no_header {};
  using staged =
      staged_batch<no_header, Scalar, typename Backend::memory, Inputs, kept_inputs<Backend, Scalar, Inputs>>;

  void take_weights() {
    runner_.bind_weights(weights_->numbers_for(*table_));
    runner_.prepare();
    revision_ = weights_->revision;
  }

  template <class... Arrays>
  auto batch_of(const Arrays&... arrays) const {
    const auto batch = checked_batch<Scalar, Inputs::count>(Inputs{}, nullptr, arrays...);
    expect_room(batch.items);
    expect_indices(traced(), batch, Inputs::count);
    return batch;
  }
  template <class... Arrays>
  void take(const Arrays&... arrays) {
    staged_.take({}, batch_of(arrays...));
  }
  template <class All, class Kept, class Rows>
  void take(const resident_arrays<Scalar, typename Backend::memory, All, Kept>& all, const Rows& rows) {
    static_assert(!std::is_void_v<shapes_after<All, Inputs>>,
                  "vscg::session::infer: the data set's first arrays are not the network's inputs");
    const std::span<const std::size_t> taken(rows);
    expect_room(taken.size());
    staged_.template take<executor>({}, all, taken, batch_arrays<0>{});
  }
  void expect_room(std::size_t items) const {
    if (items > runner_.capacity()) {
      throw expectation_error("inputs",
                              "at most " + std::to_string(runner_.capacity()) + " items, the session's batch_capacity",
                              std::to_string(items));
    }
  }
  void bind() {
    const auto source = staged_.source();
    if (std::exchange(source_, source) != source) runner_.expect_other_places();
    for (std::size_t k = 0; k < Inputs::count; ++k) runner_.bind_input(k, staged_.array(k));
  }

  run_state state() const {
    run_state all;
    all.items = all.batch_items = staged_.items();
    return all;
  }

  // A call's launches depend only on the number of items and on where the weights lie, so they can be replayed.
  void launch() {
    bind();
    if (weights_->revision != revision_) take_weights();
    const std::size_t items = staged_.items();
    executor& queue = runner_.backend();
    if constexpr (fetches) results_->place(traced(), items);
    const std::uint64_t key = (std::uint64_t{runner_.bindings()} << 35U) | (staged_.kind_of_launches() << 32U) | items;
    queue.replay(key, [&] {
      staged_.bring(queue);
      runner_.forward(state());
      if constexpr (fetches) results_->fetch(queue, [&](std::size_t k) { return output(k); });
    });
  }

  const Scalar* output(std::size_t k) const { return runner_.value(traced().outputs()[k]); }

  // Returns when the outputs are there.
  outputs finish() {
    outputs result{};
    runner_.backend().wait();
    for_each_output(result, [&](auto& field, std::size_t k) {
      field.data = fetches ? results_->data(k) : output(k);
      field.items = staged_.items();
    });
    return result;
  }

  std::shared_ptr<const shared_numbers<Scalar, typename Backend::memory>> weights_;
  std::shared_ptr<const parameter_table> table_;  // as traced
  std::uint64_t revision_ = 0;
  runner<Scalar, Backend> runner_;
  staged staged_;
  std::array<const std::byte*, Inputs::count> source_{};                    // of the last batch
  std::optional<output_arrays<Scalar, typename Backend::memory>> results_;  // if it fetches them
};

template <class Network, class Scalar, class Backend, class Inputs, class... Options>
explicit session(const model<Network, Scalar, Backend, Inputs>&, Options...)
    -> session<Network, Scalar, Backend, Inputs>;

}  // namespace vscg

#include <vscg/core/end.hpp>
