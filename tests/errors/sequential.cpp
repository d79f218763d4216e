// SPDX-License-Identifier: MIT
// A chain whose second layer expects other channels than the first one gives.
// expect: shape_mismatch<.*linear<512, 128.*expects<512>.*gets<256>
// errors: 1
#include <vscg/vscg.hpp>

using namespace vscg;

using wrong = nn::sequential<nn::linear<128, 256>, nn::linear<512, 128>>;
model<wrong, float, cpu> net{seed{1}};
