// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/core/record.hpp>
#include <vscg/io/onnx.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/recurrent.hpp>
#include <vscg/ops/dropout.hpp>
#include <vscg/ops/relu.hpp>
#include <vscg/testing/trace_trial.hpp>

#include "io/recorded.hpp"
#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "support/file_bytes.hpp"
#include "support/onnx_check.hpp"
#include "support/temporary_folder.hpp"

using vscg::dyn;
using vscg::shape;
using vscg::io::onnx_model;
using vscg::io::onnx_options;
using vscg::io::traced_network;

namespace {

/// Two arrays for each name of a bidirectional layer, one that nothing reads, and a struct of outputs.
struct two_heads {
  vscg::nn::bidirectional_gru<3, 5> states;
  vscg::nn::linear<10, 4> score;
  vscg::nn::linear<10, 2> unused;
  VSCG_MEMBERS(states, score, unused)

  template <class Field>
  struct heads {
    typename Field::template type<shape<dyn, 6, 4>> scores;
    typename Field::template type<shape<dyn, 3, 20>> seen;
    typename Field::template type<shape<dyn, 6, 4>> again;
    VSCG_MEMBERS(scores, seen, again)
    template <class F>
    using rebind = heads<F>;
  };
  using inputs = vscg::input_shapes<shape<dyn, 6, 3>, shape<dyn, 2, 5>>;

  template <vscg::Var X, vscg::Var State>
  auto operator()(const X& x, const State& start) const {
    const auto h = states(x, start);
    const auto y = score(h);
    const auto pairs = vscg::view<shape<dyn, 3, 2, 10>>(h);
    return heads<vscg::var_field<typename X::tag>>{y, vscg::view<shape<dyn, 3, 20>>(pairs), y};
  }
};

template <class Shape>
struct shifted : vscg::operation<Shape> {
  static constexpr const char* name = "shifted";
  double by = 2;
  void settings(vscg::setting_list& to) const { to.add("by", by); }
  template <class C>
  void forward(const C&) const {}
  template <class C>
  void pullback(const C&) const {}
};

const auto shift = [](const auto& x) { return vscg::record(shifted<vscg::shape_of<decltype(x)>>{}, x); };
using rows_of_four = vscg::input_shapes<shape<dyn, 4>>;

const onnx::TensorProto* find(const onnx::ModelProto& model, const std::string& name) {
  for (const auto& array : model.graph().initializer()) {
    if (array.name() == name) return &array;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("arrays keep names and numbers, inputs and outputs have their names, the batch is B") {
  const auto one = recorded::record(two_heads{}, two_heads::inputs{});
  onnx_options options;
  options.inputs = {"x", "start"};
  options.metadata = {{"made by", "us"}};
  const auto model = onnx_check::parsed(onnx_model(one.exportable(), options).SerializeAsString());
  onnx_check::expect_valid(model);
  REQUIRE(model.graph().input_size() == 2);
  CHECK(model.graph().input(0).name() == "x");
  CHECK(onnx_check::shape_of(model.graph().input(0)) == "B 6 3");
  CHECK(model.graph().input(1).name() == "start");
  REQUIRE(model.graph().output_size() == 3);
  CHECK(model.graph().output(0).name() == "scores");
  CHECK(onnx_check::shape_of(model.graph().output(0)) == "B 6 4");
  CHECK(model.graph().output(1).name() == "seen");
  CHECK(onnx_check::shape_of(model.graph().output(1)) == "B 3 20");
  CHECK(model.graph().output(2).name() == "again");
  CHECK(model.producer_name() == "vscg");
  CHECK(model.metadata_props(0).key() == "made by");
  CHECK(model.metadata_props(0).value() == "us");

  std::size_t arrays = 0;
  for (const auto& entry : one.table.entries) {
    const auto* const array = find(model, entry.name);
    INFO(entry.name);
    CHECK((array == nullptr) == contains(entry.name, "unused"));
    if (array == nullptr) continue;
    ++arrays;
    CHECK(std::vector<std::size_t>(array->dims().begin(), array->dims().end()) == entry.shape);
    std::vector<float> numbers(entry.elements);
    REQUIRE(array->raw_data().size() == numbers.size() * sizeof(float));
    std::memcpy(numbers.data(), array->raw_data().data(), array->raw_data().size());
    CHECK(numbers.front() == static_cast<float>(entry.offset));
    CHECK(numbers.back() == static_cast<float>(entry.offset + entry.elements - 1));
  }
  CHECK(arrays == 10);

  // The whole model in double.
  options.type = vscg::element_type::float64;
  const auto in_double = onnx_model(one.exportable(), options);
  onnx_check::expect_valid(in_double);
  CHECK(find(in_double, "score.weight")->data_type() == onnx::TensorProto::DOUBLE);
  CHECK(find(in_double, "score.weight")->raw_data().size() == 40 * sizeof(double));
}

TEST_CASE("a model is written whole, and the same model gives the same bytes") {
  const temporary_folder dir;
  const vscg::model<vscg::nn::linear<4, 3>, float, vscg::cpu, rows_of_four> net;
  vscg::io::save_onnx(dir / "a.onnx", net);
  const auto model = onnx_check::parsed(bytes_of(dir / "a.onnx"));
  onnx_check::expect_valid(model);
  CHECK(model.graph().input(0).name() == "input");
  CHECK(model.graph().output(0).name() == "output");
  const auto weight = net.weights().get("weight");
  CHECK(find(model, "weight")->raw_data() ==
        std::string(reinterpret_cast<const char*>(weight.data()), weight.size() * sizeof(float)));
  vscg::io::save_onnx(dir / "b.onnx", net);
  CHECK(bytes_of(dir / "a.onnx") == bytes_of(dir / "b.onnx"));
  CHECK(dir.names().size() == 2);
}

TEST_CASE("an operation of your own is refused by its name, or written as its mapping says") {
  const auto one = recorded::record(shift, rows_of_four{});
  CHECK(error_of([&] { onnx_model(one.exportable()); }) ==
        "ONNX: operation 'shifted': expected one of the library, or a mapping for it in onnx_options::mappings, found "
        "neither");
  onnx_options options;
  options.mappings["shifted"] = [](vscg::io::onnx_graph& to, const vscg::node& n) {
    return std::vector{to.add("Add", {to.operand(n, 0), to.scalar(vscg::io::onnx_graph::number(n, "by"))})};
  };
  const auto model = onnx_model(one.exportable(), options);
  onnx_check::expect_valid(model);
  CHECK(onnx_check::operators_of(model) == "Add");
  float by = 0;
  std::memcpy(&by, model.graph().initializer(0).raw_data().data(), sizeof by);
  CHECK(by == 2);

  // An operator of another domain, known only to the program that runs it.
  options.mappings["shifted"] = [](vscg::io::onnx_graph& to, const vscg::node& n) {
    return std::vector{to.add({"Shift", "our.domain", 3}, {to.operand(n, 0)}, {{"by", 2.5}, {"how", "up"}})};
  };
  const auto own = onnx_model(one.exportable(), options);
  REQUIRE(own.opset_import_size() == 2);
  CHECK(own.opset_import(1).domain() == "our.domain");
  CHECK(own.opset_import(1).version() == 3);
  CHECK(own.graph().node(0).domain() == "our.domain");
  CHECK(own.graph().node(0).attribute(0).f() == 2.5F);
  CHECK(own.graph().node(0).attribute(1).s() == "up");

  options.mappings["shifted"] = [](vscg::io::onnx_graph&, const vscg::node&) { return std::vector<std::string>{}; };
  CHECK(error_of([&] { onnx_model(one.exportable(), options); }) ==
        "ONNX: the mapping of 'shifted': expected 1 results, found 0");
  options.mappings["shifted"] = [](vscg::io::onnx_graph& to, const vscg::node& n) {
    return std::vector{to.add("Add", {to.operand(n, 0), to.scalar(vscg::io::onnx_graph::number(n, "from"))})};
  };
  CHECK(error_of([&] { onnx_model(one.exportable(), options); }) ==
        "ONNX: operation 'shifted': expected a setting from, found none");
}

TEST_CASE("what cannot be exported is refused, and the file that was there stays") {
  const temporary_folder dir;
  put_bytes(dir / "old.onnx", "old");
  const auto one = recorded::record(two_heads{}, two_heads::inputs{});
  const auto refused = [&](const onnx_options& options) {
    return error_of([&] { vscg::io::save_onnx(dir / "old.onnx", one.exportable(), options); });
  };
  CHECK(refused({.inputs = {"x"}}) == "ONNX: the names of the inputs: expected 2, found 1");
  CHECK(refused({.outputs = {"y"}}) == "ONNX: the names of the outputs: expected 3, found 1");
  CHECK(refused({.inputs = {"x", "x"}}) == "ONNX: the name of an input: expected one that nothing else has, found 'x'");
  CHECK(refused({.inputs = {"x", ""}}) == "ONNX: the name of an input: expected a text, found nothing");
  CHECK(refused({.outputs = {"a", "b", "score.weight"}}) ==
        "ONNX: the name of an output: expected one that nothing else has, found 'score.weight'");
  CHECK(refused({.type = vscg::element_type::int32}) ==
        "ONNX: the model's type: expected float32 or float64, found int32");
  auto broken = one.exportable();
  broken.numbers = [](const vscg::parameter_entry& entry) {
    return std::vector<double>(entry.elements, std::numeric_limits<double>::infinity());
  };
  CHECK(contains(error_of([&] { vscg::io::save_onnx(dir / "old.onnx", broken); }),
                 "expected finite numbers, found inf at 0"));
  broken.numbers = [](const vscg::parameter_entry& entry) { return std::vector<double>(entry.elements, 1e300); };
  CHECK(contains(error_of([&] { onnx_model(broken); }), "expected finite numbers"));
  CHECK(bytes_of(dir / "old.onnx") == "old");
  CHECK(dir.names().size() == 1);
  CHECK(contains(error_of([&] { vscg::io::save_onnx(dir / "none" / "a.onnx", one.exportable()); }), "none/a.onnx"));

  using training_tag = vscg::trace_tag<float, recorded::backend, vscg::mode::training>;
  auto trace = vscg::make_recorder(vscg::parameter_table{{}, {}, {}, 0, 1}, true);
  const auto given = vscg::input_var<training_tag, shape<dyn, 4>, false>(trace);
  const auto y = vscg::dropout(given, vscg::random_key{7, 0}, 0.25);
  const vscg::program drawing(std::move(trace), {y.id});
  traced_network network{&drawing, &one.table, {}, {"y"}};
  CHECK(error_of([&] { onnx_model(network); }) ==
        "ONNX: operation 'dropout': expected a program that was traced for inference, found one for training");
  const auto training =
      vscg::testing::trace_trial<rows_of_four, float, vscg::cpu>([](auto x) { return vscg::relu(x); });
  network.operations = training.steps.get();
  CHECK(error_of([&] { onnx_model(network); }) ==
        "ONNX: the program: expected one that was traced for inference, found one for training");
}
