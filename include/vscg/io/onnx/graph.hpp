// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <onnx/onnx_pb.h>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <vscg/core/describe.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/core/node.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/program.hpp>
#include <vscg/core/slot.hpp>
#include <vscg/io/traced_network.hpp>

namespace vscg::io {

/// One attribute of an ONNX node.
struct onnx_attribute {
  std::string name;
  std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<std::string>> value;
};

/// An operator of ONNX: "Relu", or one of another domain with the version of that domain's set.
struct onnx_operator {
  std::string type;
  std::string domain;
  int version = 1;
  onnx_operator(const char* standard) : type(standard) {}  // NOLINT(google-explicit-constructor): most are standard
  onnx_operator(std::string name, std::string of_domain, int of_version)
      : type(std::move(name)), domain(std::move(of_domain)), version(of_version) {}
};

class onnx_graph;

/// Writes the ONNX nodes that compute one operation and returns the names of its results.
using onnx_mapping = std::function<std::vector<std::string>(onnx_graph& to, const node& n)>;
/// Mappings by the names of their operations.
using onnx_mapping_table = std::map<std::string, onnx_mapping, std::less<>>;

/// The graph of an ONNX model, as mappings build it. Values have names; a function that makes a value returns its name.
class onnx_graph {
 public:
  /// `inputs` are the names of the network's inputs. Floating-point numbers are of `type`.
  onnx_graph(const traced_network& network, const std::vector<std::string>& inputs, element_type type)
      : network_(network), program_(*network.operations), type_(type), values_(program_.slot_table().size()) {
    for (const auto& entry : network.parameters->entries) used_.insert(entry.name);
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      const slot_id id = program_.inputs()[k];
      values_[id] = claim("input", inputs[k]);
      describe(*graph_.add_input(), inputs[k], id);
    }
    for (const auto& name : network.outputs) claim("output", name);
  }

  /// The value of operand `k` of a node.
  std::string operand(const node& n, std::size_t k) { return value(n.operands.at(k)); }
  /// The extents of operand `k`; vscg::dyn stands for the batch.
  const std::vector<int>& extents(const node& n, std::size_t k) const { return shape_of(n.operands.at(k)); }
  /// The extents of result `k`.
  const std::vector<int>& result_extents(const node& n, std::size_t k = 0) const { return shape_of(n.results.at(k)); }

  /// A setting of a node. Throws vscg::expectation_error if it has none of that name.
  static double number(const node& n, std::string_view name) { return setting(n, name).number; }
  static const std::string& word(const node& n, std::string_view name) { return setting(n, name).word; }

  /// Adds an ONNX node with one result.
  std::string add(const onnx_operator& op, const std::vector<std::string>& inputs,
                  const std::vector<onnx_attribute>& attributes = {}) {
    return add(op, inputs, attributes, 1)[0];
  }
  /// Adds an ONNX node with several results.
  std::vector<std::string> add(const onnx_operator& op, const std::vector<std::string>& inputs,
                               const std::vector<onnx_attribute>& attributes, std::size_t results) {
    if (!op.domain.empty()) domains_.emplace(op.domain, op.version);
    ::onnx::NodeProto& made = *graph_.add_node();
    made.set_op_type(op.type);
    made.set_domain(op.domain);
    if (current_ != nullptr) made.set_doc_string(current_->label);
    for (const auto& input : inputs) made.add_input(input);
    std::vector<std::string> names;
    for (std::size_t k = 0; k < results; ++k) {
      names.push_back(unused(scope_ + op.type));
      made.add_output(names.back());
    }
    made.set_name(names[0]);
    for (const auto& attribute : attributes) set(*made.add_attribute(), attribute);
    return names;
  }

  /// A constant [n] of whole numbers: axes, extents, sizes.
  std::string integers(const std::vector<std::int64_t>& numbers) {
    std::string name = "integers";
    for (const auto number : numbers) name += "_" + std::to_string(number);
    return constant(name, ::onnx::TensorProto::INT64, {static_cast<std::int64_t>(numbers.size())}, numbers);
  }
  /// A constant [] of the type that the network computes in.
  std::string scalar(double number) { return reals("number_" + vscg::detail::number_text(number), {}, {number}); }
  /// The same for several numbers, [n].
  std::string numbers(const std::vector<double>& all) {
    return reals("numbers", {static_cast<std::int64_t>(all.size())}, all);
  }
  /// A constant [] of the type of indices.
  std::string index(std::int32_t number) {
    return constant("index_" + std::to_string(number), data_type(element_type::int32), {}, std::vector{number});
  }

  /// The value in another shape; `extents` are written as in slots.
  std::string reshape(const std::string& value_name, const std::vector<int>& extents) {
    std::vector<std::int64_t> shape;
    for (const int extent : extents) shape.push_back(extent == dyn ? 0 : extent);  // 0: the operand's own
    return add("Reshape", {value_name, integers(shape)});
  }

  /// Writes the ONNX nodes that compute `n`, the `number`-th node of the program.
  void write(const node& n, std::size_t number, const onnx_mapping& mapping) {
    current_ = &n;
    scope_ = n.kind + "_" + std::to_string(number) + "/";
    const auto names = mapping(*this, n);
    current_ = nullptr;
    scope_.clear();
    if (names.size() != n.results.size()) {
      throw expectation_error("ONNX: the mapping of '" + n.kind + "'", std::to_string(n.results.size()) + " results",
                              std::to_string(names.size()));
    }
    for (std::size_t k = 0; k < names.size(); ++k) values_[n.results[k]] = names[k];
  }

  /// Names the outputs and returns the graph and the domains of its operators other than the standard one.
  std::pair<::onnx::GraphProto, std::map<std::string, int>> finish() {
    std::set<std::string> given;
    for (std::size_t k = 0; k < network_.outputs.size(); ++k) {
      const slot_id id = program_.outputs()[k];
      const std::string& name = network_.outputs[k];
      const std::string made = value(id);
      if (given.insert(made).second && is_result(made)) {
        rename(made, name);
        given.insert(name);
      } else {
        add("Identity", {made});
        rename(graph_.node(graph_.node_size() - 1).output(0), name);
      }
      describe(*graph_.add_output(), name, id);
    }
    for (const node& n : program_.nodes()) {
      for (const slot_id id : n.results) {
        if (!given.contains(values_[id])) describe(*graph_.add_value_info(), values_[id], id);
      }
    }
    return {std::move(graph_), std::move(domains_)};
  }

 private:
  std::string reals(const std::string& name, const std::vector<std::int64_t>& shape, const std::vector<double>& all) {
    return type_ == element_type::float64 ? constant(name, data_type(type_), shape, all)
                                          : constant(name, data_type(type_), shape, narrowed(name, all));
  }
  const std::vector<int>& shape_of(slot_id id) const { return program_.slot_table()[id].extents; }

  static const setting_entry& setting(const node& n, std::string_view name) {
    const setting_entry* found = n.settings.find(name);
    if (found == nullptr)
      throw expectation_error("ONNX: operation '" + n.kind + "'", "a setting " + std::string(name), "none");
    return *found;
  }

  std::string claim(const char* what, const std::string& name) {
    if (name.empty()) throw expectation_error(std::string("ONNX: the name of an ") + what, "a text", "nothing");
    if (!used_.insert(name).second) {
      throw expectation_error(std::string("ONNX: the name of an ") + what, "one that nothing else has",
                              "'" + name + "'");
    }
    return name;
  }
  std::string unused(const std::string& wanted) {
    std::string name = wanted;
    for (int k = 2; !used_.insert(name).second; ++k) name = wanted + "_" + std::to_string(k);
    return name;
  }

  std::string value(slot_id id) {
    const slot& s = program_.slot_table()[id];
    if (values_[id].empty()) {
      if (s.from == slot::origin::parameter) values_[id] = parameter(s);
      if (s.from == slot::origin::view) values_[id] = reshape(value(s.view_of), s.extents);
    }
    return values_[id];
  }

  // Arrays that lie side by side under one id have separate names.
  std::string parameter(const slot& s) {
    std::vector<const parameter_entry*> slices;
    std::size_t elements = 0;
    for (const auto& entry : network_.parameters->entries) {
      const bool alias = std::ranges::any_of(slices, [&](const auto* other) { return other->offset == entry.offset; });
      if (entry.id != s.parameter || alias) continue;
      slices.push_back(&entry);
      elements += entry.elements;
    }
    if (elements != s.size.fixed) {
      throw expectation_error("ONNX: parameter '" + std::string(program_.parameter_label(s.parameter)) + "'",
                              std::to_string(s.size.fixed) + " numbers with names", std::to_string(elements));
    }
    std::ranges::sort(slices, {}, &parameter_entry::offset);
    for (const auto* slice : slices) initialize(*slice);
    if (slices.size() == 1) return slices[0]->name;
    std::vector<std::string> rows;
    for (const auto* slice : slices) rows.push_back(add("Unsqueeze", {slice->name, integers({0})}));
    return add("Concat", rows, {{"axis", std::int64_t{0}}});
  }

  void initialize(const parameter_entry& entry) {
    const auto numbers = network_.numbers(entry);
    const std::vector<std::int64_t> shape(entry.shape.begin(), entry.shape.end());
    if (type_ == element_type::float64) {
      expect_finite("weight '" + entry.name + "'", std::span(numbers));
      put(entry.name, data_type(type_), shape, numbers);
    } else {
      put(entry.name, data_type(type_), shape, narrowed("weight '" + entry.name + "'", numbers));
    }
  }

  static std::vector<float> narrowed(const std::string& what, const std::vector<double>& numbers) {
    std::vector<float> narrow(numbers.size());
    std::ranges::transform(numbers, narrow.begin(), [](double number) { return static_cast<float>(number); });
    expect_finite(what, std::span<const float>(narrow));
    return narrow;
  }

  // Equal constants are stored once. The name says what one holds, apart from digits that are not shown.
  template <class T>
  std::string constant(const std::string& wanted, int type, const std::vector<std::int64_t>& shape,
                       const std::vector<T>& numbers) {
    const std::string bytes(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T));
    auto& name = constants_[{type, bytes}];
    if (name.empty()) {
      name = unused(wanted);
      put(name, type, shape, numbers);
    }
    return name;
  }

  template <class T>
  void put(const std::string& name, int type, const std::vector<std::int64_t>& shape, const std::vector<T>& numbers) {
    ::onnx::TensorProto& made = *graph_.add_initializer();
    made.set_name(name);
    made.set_data_type(type);
    for (const auto extent : shape) made.add_dims(extent);
    made.set_raw_data(numbers.data(), numbers.size() * sizeof(T));
  }

  int data_type(element_type type) const {
    if (type == element_type::int32) return ::onnx::TensorProto::INT32;
    return type_ == element_type::float64 ? ::onnx::TensorProto::DOUBLE : ::onnx::TensorProto::FLOAT;
  }

  void describe(::onnx::ValueInfoProto& made, const std::string& name, slot_id id) const {
    made.set_name(name);
    auto& type = *made.mutable_type()->mutable_tensor_type();
    type.set_elem_type(data_type(program_.slot_table()[id].type));
    auto& shape = *type.mutable_shape();
    for (const int extent : shape_of(id)) {
      if (extent == dyn)
        shape.add_dim()->set_dim_param("B");
      else
        shape.add_dim()->set_dim_value(extent);
    }
  }

  static void set(::onnx::AttributeProto& made, const onnx_attribute& attribute) {
    using ::onnx::AttributeProto;
    made.set_name(attribute.name);
    if (const auto* number = std::get_if<std::int64_t>(&attribute.value)) {
      made.set_type(AttributeProto::INT);
      made.set_i(*number);
    } else if (const auto* real = std::get_if<double>(&attribute.value)) {
      made.set_type(AttributeProto::FLOAT);
      made.set_f(static_cast<float>(*real));
    } else if (const auto* text = std::get_if<std::string>(&attribute.value)) {
      made.set_type(AttributeProto::STRING);
      made.set_s(*text);
    } else if (const auto* numbers = std::get_if<std::vector<std::int64_t>>(&attribute.value)) {
      made.set_type(AttributeProto::INTS);
      for (const auto each : *numbers) made.add_ints(each);
    } else {
      made.set_type(AttributeProto::STRINGS);
      for (const auto& each : std::get<std::vector<std::string>>(attribute.value)) made.add_strings(each);
    }
  }

  bool is_result(const std::string& name) const {
    return std::ranges::any_of(graph_.node(), [&](const auto& n) { return std::ranges::count(n.output(), name) > 0; });
  }
  void rename(const std::string& from, const std::string& to) {
    for (auto& n : *graph_.mutable_node()) {
      std::ranges::replace(*n.mutable_input(), from, to);
      std::ranges::replace(*n.mutable_output(), from, to);
    }
    std::ranges::replace(values_, from, to);
  }

  const traced_network& network_;
  const program& program_;
  element_type type_;
  ::onnx::GraphProto graph_;
  std::vector<std::string> values_;  // by slot
  std::set<std::string> used_;
  std::map<std::pair<int, std::string>, std::string> constants_;  // by type and bytes
  std::map<std::string, int> domains_;
  const node* current_ = nullptr;
  std::string scope_;
};

}  // namespace vscg::io

#include <vscg/core/end.hpp>
