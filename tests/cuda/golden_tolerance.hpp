// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/cuda/products.hpp>

#include "golden/golden_case.hpp"

/// How far the reference networks may be from their golden values when a device multiplies with this precision. Beside
/// each: what golden_test.cpp measured, on the host, as the worst of both networks.
constexpr golden::tolerance golden_tolerance(vscg::products precision) {
  switch (precision) {
    case vscg::products::split:
      return {2e-5, 6e-7};  // 2.6e-6, 1.5e-7
    case vscg::products::tf32:
      return {0.5, 4e-3};  // 0.21, 1.2e-3; 0.20, 2.6e-3 if cut off instead of rounded
    case vscg::products::bf16:
      // 0.20, 1.7e-3; as golden/fused_test.cpp computes, 0.18, 1.5e-3, and the same with float activations; if small
      // products were bf16 too, 0.54, 7.5e-3; with 3 bits 1.2, 5.5e-2
      return {0.5, 4e-3};
    default:
      return golden::usual_tolerance<float>;  // 2.6e-6, 1.3e-7
  }
}
