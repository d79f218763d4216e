// SPDX-License-Identifier: MIT
// The library vscg::compiled: every kernel of the Eigen backend, for float and double.
#define VSCG_COMPILED_HERE
#include <vscg/compiled.hpp>
