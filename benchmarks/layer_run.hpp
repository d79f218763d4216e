// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <vscg/vscg.hpp>

// One layer by itself, in inference and in training. The numbers are the same for float and double, so that their
// results can be compared.

namespace benchmarks {

/// A layer with one input [items, Extents...], as a network.
template <class Layer, int... Extents>
struct alone {
  Layer layer;
  VSCG_NAMED_MEMBERS((layer, ""))
  using inputs = vscg::input_shapes<vscg::shape<vscg::dyn, Extents...>>;

  template <vscg::Var X>
  auto operator()(const X& x) const {
    return layer(x);
  }
};

template <class Scalar>
using numbers = vscg::buffer<Scalar, vscg::host_memory>;  // aligned, like the arrays between a network's layers

/// Numbers from -1 to 1, drawn under a name; they are the same float values in any scalar.
template <class Scalar>
numbers<Scalar> draw(std::size_t count, const std::string& name) {
  const vscg::random_stream random(vscg::seed{1}, name);
  numbers<Scalar> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values.data()[i] = static_cast<Scalar>(static_cast<float>(2 * random.uniform(i) - 1));
  }
  return values;
}

/// A copy of the weights of `from` in another scalar.
template <class Scalar, class Network>
vscg::weights<Network, Scalar, vscg::cpu> copy_of(const vscg::weights<Network, float, vscg::cpu>& from) {
  vscg::weights<Network, Scalar, vscg::cpu> to(vscg::zeroed);
  for (const auto& entry : from.table().entries) {
    const auto values = from.get(entry.name);
    to.set(entry.name, std::vector<Scalar>(values.begin(), values.end()));
  }
  return to;
}

template <class Scalar>
using arrays = std::vector<std::span<const Scalar>>;

/// The largest relative error of an array (Euclidean norms) against the same array in double precision.
template <class Scalar>
double error_of(const arrays<Scalar>& found, const arrays<double>& exact) {
  if (found.empty() || found.size() != exact.size()) return std::numeric_limits<double>::infinity();
  double worst = 0;
  for (std::size_t k = 0; k < exact.size(); ++k) {
    if (found[k].size() != exact[k].size()) return std::numeric_limits<double>::infinity();
    double distance = 0;
    double length = 0;
    for (std::size_t i = 0; i < exact[k].size(); ++i) {
      const double difference = static_cast<double>(found[k][i]) - exact[k][i];
      distance += difference * difference;
      length += exact[k][i] * exact[k][i];
    }
    const double error = distance == 0 ? 0 : std::sqrt(distance / length);
    worst = error <= worst ? worst : error;  // NaN counts as worst
  }
  return worst;
}

/// A session with its own items.
template <class Network, class Scalar>
class layer_inference {
 public:
  using weights = vscg::weights<Network, Scalar, vscg::cpu>;

  layer_inference(const weights& w, vscg::threads n, std::size_t items)
      : session_(w, n, vscg::batch_capacity{items}), inputs_(inputs(typename Network::inputs{}, items)) {}

  auto run() {
    return std::apply([&](const auto&... x) { return session_.infer(std::span<const Scalar>(x.data(), x.size())...); },
                      inputs_);
  }
  const vscg::program& traced() const { return session_.traced(); }

  /// The outputs, valid until the next run.
  arrays<Scalar> results() {
    const auto out = run();
    arrays<Scalar> all;
    vscg::for_each_output(out, [&](const auto& field, std::size_t) { all.push_back(field.values()); });
    return all;
  }

 private:
  template <class... Shapes>
  static std::array<numbers<Scalar>, sizeof...(Shapes)> inputs(vscg::input_shapes<Shapes...>, std::size_t items) {
    std::size_t k = 0;
    return {draw<Scalar>(Shapes::elements * items, "array " + std::to_string(k++))...};
  }

  vscg::session<Network, Scalar, vscg::cpu> session_;
  std::array<numbers<Scalar>, Network::inputs::count> inputs_;
};

/// A loss whose slope at an array is given and copied into its gradient; its value does not matter and is 0. So a layer
/// is measured with next to nothing after it.
template <class Shape>
struct given_slope : vscg::operation<vscg::shape<1>> {
  static constexpr const char* name = "given_slope";
  static constexpr vscg::operand_index<1> slope{};
  static constexpr std::uint32_t pullback_reads_operands = vscg::operand_set(slope);

  template <class C>
  void forward(const C& c) const {
    c.y()[0] = 0;
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    c.backend().each(Shape::elements * c.items(), 1, vscg::kernels::copy_gradient<T>{c.x(slope), c.dx()});
  }
};

/// A layer in training, with gradients of its parameters and of its inputs, like a layer between others.
template <class Network, class Scalar>
class layer_training {
  using tag = vscg::trace_tag<Scalar, vscg::cpu, vscg::mode::training>;

 public:
  using weights = vscg::weights<Network, Scalar, vscg::cpu>;

  layer_training(const weights& w, vscg::threads n, std::size_t items)
      : weights_(w),
        runner_(trace(w.table(), typename Network::inputs{}), w.table(), n, items),
        gradients_(w.table().buffer_elements) {
    std::fill_n(gradients_.data(), gradients_.size(), Scalar(0));  // the step writes nothing where no gradient flows
    for (std::size_t k = 0; k < traced().inputs().size(); ++k) {
      inputs_.push_back(draw<Scalar>(elements(traced().inputs()[k], items), "array " + std::to_string(k)));
      runner_.bind_input(k, inputs_[k].data());
    }
    runner_.bind_weights(w.data());
    runner_.bind_gradients(gradients_.data());
    runner_.prepare();
    state_.items = items;
    state_.batch_items = items;
    state_.data = &data_;
  }

  void forward() { runner_.forward(state_); }
  /// What a training step does with the layer: weights have changed, so whatever was prepared from them is made again.
  void step() {
    runner_.prepare();
    runner_.forward(state_);
    runner_.pullback(state_);
  }
  const vscg::program& traced() const { return runner_.traced(); }

  /// Outputs, gradients of the inputs, gradients of the parameters; valid until the next step.
  arrays<Scalar> results() {
    step();
    arrays<Scalar> all;
    for (const auto id : traced().outputs()) all.emplace_back(runner_.value(id), elements(id, state_.items));
    for (const auto id : traced().inputs()) {
      if (traced().has_gradient(id)) all.emplace_back(runner_.gradient_of(id), elements(id, state_.items));
    }
    for (const auto& entry : weights_.table().entries) {
      all.emplace_back(gradients_.data() + entry.offset, entry.elements);
    }
    return all;
  }

 private:
  std::size_t elements(vscg::slot_id id, std::size_t items) const {
    return traced().slot_table()[id].size.elements(items);
  }

  template <class Shape, bool Active>
  static vscg::var<tag, Shape, Active> input(vscg::recorder& trace) {
    return vscg::input_var<tag, Shape, Active>(trace);
  }

  template <class... Shapes>
  static std::shared_ptr<const vscg::program> trace(const vscg::parameter_table& table, vscg::input_shapes<Shapes...>) {
    Network network{};
    vscg::bind_parameters(network);
    vscg::recorder trace = vscg::make_recorder(table, true);
    const std::tuple given{input<Shapes, true>(trace)...};
    const auto outputs = std::apply([&](const auto&... x) { return network(x...); }, given);
    std::vector<vscg::var<tag, vscg::shape<1>, true>> losses;
    const auto lose = [&](const auto& y) {
      using shape = vscg::shape_of<decltype(y)>;
      losses.push_back(vscg::record(given_slope<shape>{}, y, input<shape, false>(trace)));
    };
    if constexpr (vscg::Var<decltype(outputs)>)
      lose(outputs);
    else
      vscg::visit_members(outputs, [&](const auto& y, std::string_view) { lose(y); });
    auto loss = losses[0];
    for (std::size_t k = 1; k < losses.size(); ++k) loss = loss + losses[k];
    auto ids = vscg::output_slots(outputs);
    return std::make_shared<const vscg::program>(std::move(trace), std::move(ids), loss.id);
  }

  const weights& weights_;
  vscg::runner<Scalar, vscg::cpu> runner_;
  numbers<Scalar> gradients_;
  std::vector<numbers<Scalar>> inputs_;  // the layer's, then slopes of its outputs
  vscg::step_data data_{1, 0};
  vscg::run_state state_;
};

/// Bytes that a program's steps read and write, counting every array once per step.
inline double bytes_of(const vscg::program& p, std::size_t items, std::size_t scalar_bytes, bool forward_only) {
  std::size_t total = 0;
  for (const auto& step : p.steps()) {
    const bool nothing = !step.pullback && p.nodes()[step.node].label == given_slope<vscg::shape<1>>::name;
    if (nothing || (step.pullback && forward_only)) continue;
    p.for_each_array(step, [&](vscg::slot_id id, bool) { total += p.slot_table()[id].size.elements(items); });
  }
  return static_cast<double>(total * scalar_bytes);
}

}  // namespace benchmarks
