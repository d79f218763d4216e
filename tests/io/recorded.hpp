// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/backend/memory.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/program.hpp>
#include <vscg/io/traced_network.hpp>
#include <vscg/model/trace.hpp>

// Networks that are recorded but never run, for tests of code that reads a record.

namespace recorded {

/// Computes nothing: an exporter reads the record, so kernels need not be compiled for it.
struct backend {
  static constexpr const char* name = "recording";
  using memory = vscg::host_memory;
  template <class T>
  struct executor {
    static constexpr std::size_t packed_elements(std::size_t, std::size_t) { return 0; }
    void each(std::size_t, std::size_t, const auto&) {}
    void rows(std::size_t, std::size_t, const auto&) {}
    void independent_ranges(std::size_t, const auto&) {}
    void gemm(const vscg::gemm_arguments<T>&, auto...) {}
    void pack(const vscg::gemm_arguments<T>&, T*) {}
  };
};

template <class Scalar>
using tag = vscg::trace_tag<Scalar, backend, vscg::mode::inference>;

/// A recorded network; its weights are their positions in the table.
struct recording {
  std::unique_ptr<const vscg::program> operations;
  vscg::parameter_table table;
  std::vector<std::string> outputs;

  vscg::io::traced_network exportable() const {
    vscg::io::traced_network all;
    all.operations = operations.get();
    all.parameters = &table;
    all.numbers = [](const vscg::parameter_entry& entry) {
      std::vector<double> numbers(entry.elements);
      for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<double>(entry.offset + i);
      return numbers;
    };
    all.outputs = outputs;
    return all;
  }
};

template <class Scalar = float, class Network, class... Shapes>
recording record(Network network, vscg::input_shapes<Shapes...> shapes) {
  recording result;
  if constexpr (vscg::HasMembers<Network>) result.table = vscg::bind_parameters(network);
  auto trace = vscg::make_recorder(result.table, false);
  const auto y = std::apply(network, vscg::trace_inputs<tag<Scalar>>(trace, shapes));
  auto ids = vscg::output_slots(y);
  result.outputs = vscg::io::output_names<std::remove_const_t<decltype(y)>>();
  result.operations = std::make_unique<const vscg::program>(std::move(trace), std::move(ids));
  return result;
}

}  // namespace recorded
