// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <vscg/core/members.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/program.hpp>
#include <vscg/core/var.hpp>

namespace vscg::io {

/// A network as an exporter sees it: the operations, the names and numbers of the arrays that they read, and what the
/// outputs are called. It refers to the program and the table, which must outlive it.
struct traced_network {
  const program* operations = nullptr;
  const parameter_table* parameters = nullptr;
  /// The numbers of one array of the table.
  std::function<std::vector<double>(const parameter_entry&)> numbers;
  std::vector<std::string> outputs;
};

/// The names of a network's outputs: the members of its struct, or "output" if it returns one array.
template <class Outputs>
std::vector<std::string> output_names() {
  std::vector<std::string> names;
  if constexpr (is_var<Outputs>) {
    names.emplace_back("output");
  } else {
    Outputs outputs{};
    visit_members(outputs, [&](const auto&, std::string_view name) { names.emplace_back(name); });
  }
  return names;
}

/// What a session computes with these weights. Both must outlive the result.
template <class Session, class Weights>
traced_network traced_network_of(const Session& session, const Weights& weights) {
  traced_network network;
  network.operations = &session.traced();
  network.parameters = &weights.table();
  network.numbers = [&weights](const parameter_entry& entry) {
    const auto numbers = weights.get(entry.name);
    return std::vector<double>(numbers.begin(), numbers.end());
  };
  network.outputs = output_names<typename Session::traced_outputs>();
  return network;
}

}  // namespace vscg::io

#include <vscg/core/end.hpp>
