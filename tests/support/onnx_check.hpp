// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#undef MAP_TYPE  // from <sys/mman.h>; ONNX's headers use the name
#include <onnx/checker.h>
#include <onnx/shape_inference/implementation.h>

#include <vscg/core/random.hpp>

#include "support/file_bytes.hpp"
#include "support/program_run.hpp"
#include "support/temporary_folder.hpp"

// Checks for ONNX models: the official schema's own checker, and ONNX Runtime if Python has it.

namespace onnx_check {

/// The model as a reader of the file sees it.
inline onnx::ModelProto parsed(const std::string& bytes) {
  onnx::ModelProto model;
  REQUIRE(model.ParseFromString(bytes));
  return model;
}

/// Operators and their attributes must be the schema's, and the declared shapes must be those that the schema infers.
/// Throws otherwise.
inline void expect_valid(const onnx::ModelProto& model) {
  onnx::checker::check_model(model);
  onnx::ModelProto inferred = model;
  inferred.mutable_graph()->clear_value_info();
  const onnx::ShapeInferenceOptions strict(true, 1, true);
  onnx::shape_inference::InferShapes(inferred, onnx::OpSchemaRegistry::Instance(), strict);
  for (const auto& declared : model.graph().value_info()) {
    INFO(declared.name());
    bool found = false;
    for (const auto& value : inferred.graph().value_info()) {
      if (value.name() != declared.name()) continue;
      found = true;
      CHECK(value.type().tensor_type().elem_type() == declared.type().tensor_type().elem_type());
      const auto& shape = value.type().tensor_type().shape();
      REQUIRE(shape.dim_size() == declared.type().tensor_type().shape().dim_size());
      for (int axis = 0; axis < shape.dim_size(); ++axis) {
        if (!shape.dim(axis).has_dim_value()) continue;  // inference does not always follow the batch
        CHECK(shape.dim(axis).dim_value() == declared.type().tensor_type().shape().dim(axis).dim_value());
      }
    }
    CHECK(found);
  }
}

/// The operators in order: "Transpose MatMul Add".
inline std::string operators_of(const onnx::ModelProto& model) {
  std::string all;
  for (const auto& n : model.graph().node()) all += (all.empty() ? "" : " ") + n.op_type();
  return all;
}

/// Operators, attributes, constants and who reads whom, without names: a number that identifies a graph with which ONNX
/// Runtime has agreed.
inline std::uint64_t signature_of(const onnx::ModelProto& model) {
  std::map<std::string, std::string> known;
  for (const auto& value : model.graph().input()) known.emplace(value.name(), "input " + std::to_string(known.size()));
  for (const auto& array : model.graph().initializer()) {
    std::string text;
    for (const auto extent : array.dims()) text += std::to_string(extent) + " ";
    if (array.data_type() == onnx::TensorProto::INT64 || array.dims_size() == 0)
      text += array.raw_data();
    else
      text += array.name();
    known.emplace(array.name(), "array " + text);
  }
  std::string all;
  for (const auto& n : model.graph().node()) {
    all += n.op_type();
    for (const auto& name : n.input()) all += "(" + (name.empty() ? "" : known.at(name)) + ")";
    for (const auto& a : n.attribute()) {
      all += a.name() + "=" + std::to_string(a.i()) + std::to_string(a.f()) + a.s();
      for (const auto number : a.ints()) all += " " + std::to_string(number);
    }
    for (const auto& name : n.output()) known.emplace(name, "value " + std::to_string(known.size()));
  }
  for (const auto& value : model.graph().output()) all += known.at(value.name());
  return vscg::fnv1a(all);
}

/// "B 10 128".
inline std::string shape_of(const onnx::ValueInfoProto& value) {
  std::string all;
  for (const auto& extent : value.type().tensor_type().shape().dim()) {
    all +=
        (all.empty() ? "" : " ") + (extent.has_dim_value() ? std::to_string(extent.dim_value()) : extent.dim_param());
  }
  return all;
}

/// Puts numbers where run_onnx.py finds them: `<folder>/model.onnx` next to `input_<k>` and `output_<k>`.
template <class T>
void put_numbers(const std::filesystem::path& file, const std::vector<T>& numbers) {
  std::filesystem::create_directories(file.parent_path());
  put_bytes(file, {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T)});
}

/// Runs the models in all folders of `dir` and compares their outputs with the files next to them, relative to 1 or to
/// the number, whichever is larger. Reports that it is skipped if python3 has no onnxruntime.
inline void agrees_with_runtime(const temporary_folder& dir, std::size_t items, double tolerance) {
  const char* const tests = std::getenv("VSCG_TESTS_DIR");
  if (tests == nullptr) {
    std::cout << "skipped: VSCG_TESTS_DIR does not name the folder of run_onnx.py\n";
    return;
  }
  const auto script = std::filesystem::path(tests) / "support" / "run_onnx.py";
  const auto r = programs_test::run(
      "python3", dir, "'" + script.string() + "' . " + std::to_string(items) + " " + std::to_string(tolerance));
  if (r.code == 77 || r.code == 127) {
    std::cout << "skipped: there is no python3 with onnxruntime\n";
    return;
  }
  MESSAGE(r.out);
  INFO(r.err);
  CHECK(r.code == 0);
}

}  // namespace onnx_check
