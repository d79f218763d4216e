// SPDX-License-Identifier: MIT
#include <vscg/data/ave.hpp>
#include <vscg/io/npy.hpp>
#include <vscg/io/safetensors.hpp>
#include <vscg/xtensor.hpp>

// A call into each library that a component brings: none of them opens a file that is not there.
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
  return 0;
}
