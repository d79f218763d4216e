// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/vscg/cere.hpp>

namespace vscg {

/// An extractor for each stream (Table III of the paper, "two CERE").
///
/// Names: conv1, conv2 of the audio stream's, conv1_v, conv2_v of the visual stream's.
template <int C = 256, int H = 128>
struct two_cere {
  cere<C, H> of_audio;
  cere<C, H> of_visual;

  template <class Self, class Visitor>
  static constexpr void visit_members(Self& self, Visitor&& visit) {
    visit(self.of_audio.conv1, "conv1");
    visit(self.of_audio.conv2, "conv2");
    visit(self.of_visual.conv1, "conv1_v");
    visit(self.of_visual.conv2, "conv2_v");
  }
  static constexpr int listed_members() { return 2; }

  template <Var Audio, Var Visual>
  auto operator()(const Audio& audio, const Visual& visual) const {
    return extract_events(of_audio, of_visual, audio, visual);
  }
  VSCG_OPERANDS(2, 2)

  /// The mean of what each says about its stream.
  template <Var Audio, Var Visual>
  auto mean(const Audio& audio, const Visual& visual) const {
    return detail::compose_extractors<composites::extract_mean_event>(of_audio, of_visual, audio, visual);
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
