// SPDX-License-Identifier: MIT
#include <vscg/data/ave.hpp>
#include <vscg/io/npy.hpp>
#include <vscg/io/safetensors.hpp>
#include <vscg/xtensor.hpp>
#ifdef ONNX_ML  // defined by vscg::onnx, which is not built everywhere
#include <vscg/io/onnx.hpp>
#endif

// A call into each library that a component brings; the files named here do not exist.
int main() {
  try {
    vscg::io::safetensors_file::open("nowhere.safetensors");
    return 1;
  } catch (const vscg::expectation_error&) {
  }
  try {
    vscg::data::ave_dataset::open("nowhere", {});
    return 1;
  } catch (const vscg::expectation_error&) {
  }
#ifdef ONNX_ML
  onnx::ModelProto model;
  model.set_ir_version(vscg::io::onnx_format_version);
  if (model.SerializeAsString().empty() || vscg::io::onnx_mappings().empty()) return 1;
#endif
  return 0;
}
