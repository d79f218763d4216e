// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/config.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/cuda/fused/gradients.hpp>
#include <vscg/cuda/recurrence_back.hpp>
#include <vscg/cuda/recurrence_forward.hpp>
#include <vscg/cuda/recurrent_blocks.hpp>
#include <vscg/ops/recurrent.hpp>

namespace vscg::cuda_detail {

template <class Layer, class Share, class C>
recurrent_blocks blocks_of(const C& c) {
  return {static_cast<unsigned>(Layer::sequences * c.items()), Layer::steps, Layer::directions, Share::chains};
}

/// All steps of one layer or two, as `Layer`'s run_steps.
template <class Layer, class Share, class C, class... Second>
void run_steps_at_once(const C& first, const Second&... second) {
  using T = typename C::scalar;
  const auto arrays = [](const auto& c) {
    return recurrent_arrays<T>{c.x(Layer::weight_hh),
                               c.x(Layer::bias_hh),
                               Layer::initial(c, Layer::initial_states),
                               Layer::initial(c, Layer::initial_carried),
                               c.saved(0),
                               c.saved(1),
                               c.y()};
  };
  const auto blocks = blocks_of<Layer, Share>(first);
  first.backend().blocks((1 + sizeof...(second)) * blocks.of_layer(),
                         kernels::recurrence_forward<Share>{blocks, {arrays(first), arrays(second)...}});
}

/// The gradient of `initial`, of what a layer's steps started from; without data if nothing wants it.
template <class Layer, bool Exists = true, class C, class Operand>
gradient<typename C::scalar> wanted_of_initial(const C& c, Operand initial) {
  if constexpr (Layer::starts_from_arrays && Exists)
    return wanted(c, initial);
  else
    return {nullptr, false};
}

/// The arrays that a layer's steps back read and write. What they started from gets its gradient there and then.
template <class Layer, class C>
recurrent_gradients<typename C::scalar> arrays_back(const C& c) {
  const auto to = Layer::flows_of(c);
  constexpr bool has_own_array = !Layer::cell::carries_state;
  return {c.x(Layer::weight_hh),
          Layer::initial(c, Layer::initial_states),
          Layer::initial(c, Layer::initial_carried),
          c.saved(1),
          c.y(),
          c.dy(),
          to.dgates,
          to.dhidden,
          wanted_of_initial<Layer>(c, Layer::initial_states),
          C::wants(Layer::weight_hh) ? c.scratch(0) : nullptr,
          wanted_of_initial<Layer, has_own_array>(c, Layer::initial_carried)};
}

/// All steps back of one layer or two, as `Layer`'s run_steps_back, gather_previous and pass_initial_gradients. `c` is
/// either one's context.
template <class Layer, class Share, class C, class... Arrays>
void run_steps_back_at_once(const C& c, const Arrays&... of_layers) {
  const auto blocks = blocks_of<Layer, Share>(c);
  c.backend().blocks(sizeof...(of_layers) * blocks.of_layer(), kernels::recurrence_back<Share>{blocks, {of_layers...}});
}

/// How a block of `Device` shares the weights of a layer, for the scalar of a context.
template <class Layer, class Device, class C>
using share_of = typename Device::template recurrent_share<typename Layer::cell, typename C::scalar, Layer::hidden>;

/// A recurrent layer whose steps are one launch each way, if its weights fit a block of `Device`.
template <class Layer, class Device>
struct recurrence_at_once : Layer {
  static constexpr bool gradients_apart = true;
  explicit recurrence_at_once(const Layer&) {}

  template <class C>
  void forward(const C& c) const {
    using share = share_of<Layer, Device, C>;
    Layer::multiply_inputs(c);
    if constexpr (share::fits)
      run_steps_at_once<Layer, share>(c);
    else
      Layer::run_steps(c);
  }
  template <class C>
  void pullback(const C& c) const {
    using share = share_of<Layer, Device, C>;
    if constexpr (share::fits) {
      run_steps_back_at_once<Layer, share>(c, arrays_back<Layer>(c));
    } else {
      Layer::run_steps_back(c);
      Layer::gather_previous(c);
      Layer::pass_initial_gradients(c);
    }
    Layer::pass_input_gradient(c);
    Layer::pass_weight_gradients(c);
  }
};

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
