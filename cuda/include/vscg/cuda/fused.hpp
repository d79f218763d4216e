// SPDX-License-Identifier: MIT
#pragma once

// Composites of the networks in a few launches each, for backends that `cuda_detail::fuses` names.

#include <vscg/cuda/fused/propagate.hpp>
