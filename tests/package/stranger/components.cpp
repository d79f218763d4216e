// SPDX-License-Identifier: MIT
#include <vscg/data/ave.hpp>
#include <vscg/io/npy.hpp>
#include <vscg/io/safetensors.hpp>

int main() { return sizeof(vscg::io::safetensors_file) > 0 ? 0 : 1; }
