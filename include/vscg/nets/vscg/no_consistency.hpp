// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/vscg/audio_guided_attention.hpp>

namespace vscg {

/// In place of stage 4: both streams pass as they are. No arrays.
struct no_consistency {
  VSCG_MEMBERS()

  template <Var Audio, Var Visual>
  auto operator()(const Audio& audio, const Visual& visual) const {
    return streams{audio, visual};
  }
  VSCG_OPERANDS(2, 2)
};

}  // namespace vscg

#include <vscg/core/end.hpp>
