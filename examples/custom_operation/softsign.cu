// SPDX-License-Identifier: MIT
// What nvcc has to know about an operation: its kernels, a line each. The network that uses it is plain C++.
#include <vscg/cuda/kernels.cuh>

#include "softsign.hpp"

VSCG_CUDA_EACH(float, vscg::kernels::unary_forward<softsign_function, float>)
VSCG_CUDA_EACH(float, vscg::kernels::unary_pullback<softsign_function, float>)
