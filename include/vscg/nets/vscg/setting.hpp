// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/config.hpp>

namespace vscg {

/// What a network learns from: a label for each segment, or one tag for each video.
enum class setting : unsigned char { fully, weakly };

/// `released`: as the authors' published program computes. `paper`: as the paper's text says. They differ in the stream
/// swap and the crossed projections (fully), and in what the GRUs start from (weakly).
enum class form : unsigned char { released, paper };

}  // namespace vscg

#include <vscg/core/end.hpp>
