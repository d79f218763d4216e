// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include <vscg/core/parameter.hpp>
#include <vscg/core/program.hpp>
#include <vscg/core/var.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/vscg.hpp>

#include "networks/train.hpp"

namespace networks {

namespace detail {

/// Multiplications and additions of one item's inference.
template <class Network>
double flops_of(const Network& network, const vscg::parameter_table& table) {
  using tag = vscg::trace_tag<float, vscg::cpu, vscg::mode::inference>;
  vscg::recorder trace = vscg::make_recorder(table, false);
  const auto outputs = vscg::call_network(network, vscg::trace_inputs<tag>(trace, vscg::inputs_of<Network>{}));
  auto ids = vscg::output_slots(outputs);
  return vscg::program(std::move(trace), std::move(ids), vscg::no_slot).flops_per_item();
}

}  // namespace detail

/// How large a network is that this loss trains.
template <class Network, class Loss>
network_size size_of_network() {
  using trainer = vscg::trainer<vscg::model<Network, float, vscg::cpu>, vscg::adam, Loss>;
  Network network{};
  const auto table = vscg::bind_parameters(network);
  network_size size;
  for (const auto& entry : table.entries) size.parameters += entry.elements;
  size.reached = trainer::count_reached(network, table, Loss{});
  size.flops = detail::flops_of(network, table);
  return size;
}

}  // namespace networks
