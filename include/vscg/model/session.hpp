// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include <vscg/backend/memory.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/program.hpp>
#include <vscg/core/team.hpp>
#include <vscg/model/array.hpp>
#include <vscg/model/runner.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/model/weights.hpp>

namespace vscg {

/// How many items (videos) one call may bring.
struct batch_capacity {
  std::size_t items = 1;
  constexpr explicit batch_capacity(std::size_t n) : items(n < 1 ? 1 : n) {}
};

/// Inference for one caller: traces the network and plans its memory once, then allocates nothing. Weights are shared
/// and const while a session computes; one session a thread. Weights that changed between two calls, or were assigned
/// or swapped, are seen by the second, which throws vscg::expectation_error when they are gone.
template <class Network, class Scalar, class Backend, class Inputs = inputs_of<Network>>
class session {
  using tag = trace_tag<Scalar, Backend, mode::inference>;

  template <class... Shapes>
  static auto call(const Network& network, recorder& trace, input_shapes<Shapes...> shapes) {
    return std::apply([&](const auto&... x) { return network(x...); }, trace_inputs<tag>(trace, shapes));
  }

 public:
  using traced_outputs = decltype(call(std::declval<const Network&>(), std::declval<recorder&>(), Inputs{}));
  /// What `infer` returns: the network's outputs as views.
  using outputs = rebind_outputs<traced_outputs, view_field<Scalar>>;

  /// Throws vscg::expectation_error where the system does not give the threads, or the memory for so many items.
  explicit session(const weights<Network, Scalar, Backend>& w, threads n = threads{1},
                   batch_capacity c = batch_capacity{16})
      : weights_(w.share()), runner_(trace_program(w.table()), w.table(), n, c.items) {
    take_weights();
    if constexpr (!Backend::memory::borrows_host_arrays) stage(Inputs{}, c.items);
  }
  explicit session(const weights<Network, Scalar, Backend>&&, threads = threads{1},
                   batch_capacity = batch_capacity{16}) = delete;

  /// The network's outputs for N ≤ capacity items; arrays are [N, ...] as `Inputs` says. The views are valid until the
  /// next call. Throws vscg::expectation_error when a shape differs or N is larger than the capacity.
  template <class... Arrays>
  outputs infer(const Arrays&... arrays) & {
    static_assert(sizeof...(Arrays) == Inputs::count, "vscg::session::infer: one array for each input");
    const std::size_t items = bind(Inputs{}, std::index_sequence_for<Arrays...>{}, arrays...);
    run_state state;
    state.items = items;
    state.batch_items = items;
    if (weights_->revision != revision_) take_weights();
    runner_.forward(state);
    outputs result{};
    for_each_output(result, [&](auto& field, std::size_t k) {
      field.data = runner_.value(runner_.traced().outputs()[k]);
      field.items = items;
    });
    return result;
  }
  template <class... Arrays>
  outputs infer(const Arrays&... arrays) && = delete;  // the views would see a session that is gone

  /// Memory of one call, in bytes, known beforehand.
  std::size_t memory() const { return runner_.plan().bytes(); }
  const memory_plan& plan() const { return runner_.plan(); }
  std::size_t max_items() const { return runner_.capacity(); }
  const program& traced() const { return runner_.traced(); }
  runner<Scalar, Backend>& running() { return runner_; }

 private:
  static std::shared_ptr<const program> trace_program(const parameter_table& table) {
    Network network{};
    bind_parameters(network);
    recorder trace = make_recorder(table, false);
    const auto result = call(network, trace, Inputs{});
    auto ids = output_slots(result);
    return std::make_shared<const program>(std::move(trace), std::move(ids));
  }

  void take_weights() {
    weights_->expect_numbers();
    runner_.bind_weights(weights_->numbers.data());
    runner_.prepare();
    revision_ = weights_->revision;
  }

  template <class... Shapes, std::size_t... I, class... Arrays>
  std::size_t bind(input_shapes<Shapes...>, std::index_sequence<I...>, const Arrays&... arrays) {
    const std::tuple given{checked_array<Shapes, Scalar>(arrays, "input " + std::to_string(I))...};
    const std::array<std::size_t, sizeof...(I)> items{std::get<I>(given).size() / Shapes::elements...};
    for (const std::size_t n : items) {
      if (n != items[0])
        throw expectation_error("inputs", std::to_string(items[0]) + " items in each", std::to_string(n));
    }
    if (items[0] > runner_.capacity()) {
      throw expectation_error("inputs",
                              "at most " + std::to_string(runner_.capacity()) + " items, the session's capacity",
                              std::to_string(items[0]));
    }
    (place(I, std::get<I>(given)), ...);
    return items[0];
  }

  void place(std::size_t k, std::span<const Scalar> numbers) {
    if constexpr (Backend::memory::borrows_host_arrays) {
      runner_.bind_input(k, numbers.data());
    } else {
      Backend::memory::copy_in(staged_[k].data(), numbers.data(), numbers.size_bytes());
      runner_.bind_input(k, staged_[k].data());
    }
  }

  template <class... Shapes>
  void stage(input_shapes<Shapes...>, std::size_t items) {
    std::size_t k = 0;
    ((staged_[k++] = buffer<Scalar, typename Backend::memory>(Shapes::elements * items)), ...);
  }

  std::shared_ptr<const shared_numbers<Scalar, typename Backend::memory>> weights_;
  std::uint64_t revision_ = 0;
  runner<Scalar, Backend> runner_;
  std::array<buffer<Scalar, typename Backend::memory>, Inputs::count> staged_;  // only where arrays are not borrowed
};

}  // namespace vscg

#include <vscg/core/end.hpp>
