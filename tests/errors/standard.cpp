// SPDX-License-Identifier: MIT
// An older standard, which g++ and clang++ use by default: one sentence, and the end.
// standard: c++17
// expect: vscg needs C\+\+20: compile with -std=c\+\+20
// errors: 2
#include <vscg/vscg.hpp>

using namespace vscg;

model<nn::linear<4, 2>, float, cpu, input_shapes<shape<dyn, 4>>> net{seed{1}};
