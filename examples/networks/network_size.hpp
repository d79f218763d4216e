// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <tuple>
#include <utility>

#include <vscg/core/parameter.hpp>
#include <vscg/core/program.hpp>
#include <vscg/core/slot.hpp>
#include <vscg/core/var.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/vscg.hpp>

#include "networks/train.hpp"

namespace networks {

namespace detail {

/// One run of a network as a program: inference, or training if there is a loss.
template <vscg::mode Mode, class Network, class... Loss>
vscg::program traced_alone(const Network& network, const vscg::parameter_table& table, const Loss&... loss) {
  using tag = vscg::trace_tag<float, vscg::cpu, Mode>;
  vscg::recorder trace = vscg::make_recorder(table, sizeof...(Loss) > 0);
  const auto outputs = vscg::call_network(network, vscg::trace_inputs<tag>(trace, vscg::inputs_of<Network>{}));
  if constexpr (sizeof...(Loss) == 0) {
    auto ids = vscg::output_slots(outputs);
    return vscg::program(std::move(trace), std::move(ids), vscg::no_slot);
  } else {
    const auto known = vscg::trace_inputs<tag>(trace, typename Loss::targets{}...);
    const auto result = std::apply([&](const auto&... target) { return (loss, ...)(outputs, target...); }, known);
    if constexpr (vscg::Var<decltype(result)>)
      return vscg::program(std::move(trace), {}, result.id);
    else
      return vscg::program(std::move(trace), {}, result.total.id);
  }
}

}  // namespace detail

/// How large a network is that this loss trains.
template <class Network, class Loss>
network_size size_of_network() {
  Network network{};
  const auto table = vscg::bind_parameters(network);
  const auto training = detail::traced_alone<vscg::mode::training>(network, table, Loss{});
  network_size size;
  for (const auto& entry : table.entries) {
    const vscg::slot_id slot = training.parameters()[entry.id];
    size.parameters += entry.elements;
    if (slot != vscg::no_slot && training.has_gradient(slot)) size.reached += entry.elements;
  }
  size.flops = detail::traced_alone<vscg::mode::inference>(network, table).flops_per_item();
  return size;
}

}  // namespace networks
