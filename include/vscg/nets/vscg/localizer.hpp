// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/var.hpp>

namespace vscg {

/// Audio [B, T, 128] (VGGish) and visual [B, T, 7, 7, 512] (VGG-19 pool5) of videos of T one-second segments.
template <int T = 10, int Da = 128, int Dv = 512>
using audio_visual_inputs = input_shapes<shape<dyn, T, Da>, shape<dyn, T, 7, 7, Dv>>;

namespace detail {
template <class Guidance>
struct guidance_inputs {
  using type = audio_visual_inputs<>;
};
template <SaysInputs Guidance>
struct guidance_inputs<Guidance> {
  using type = typename Guidance::inputs;
};
}  // namespace detail

/// An audio-visual event localizer, as a type: five named parts, each of which you can replace.
///
///   guidance     (audio, visual features)  → streams, attention map     stage 1
///   encoder      (audio, visual)           → streams                    stage 2
///   propagation  (audio, visual)           → streams                    stage 3
///   consistency  (audio, visual)           → streams                    stage 4
///   head         (audio, visual, map)      → the network's outputs
///
/// It takes what the guidance says (`inputs`), by default AVE's features: audio_guided_attention<setting::fully, 128,
/// 2048> is for pictures of 2048 channels.
///
/// The arrays have the names of the released VSCG.
template <class Guidance, class Encoder, class Propagation, class Consistency, class Head>
struct localizer {
  Guidance guidance;
  Encoder encoder;
  Propagation propagation;
  Consistency consistency;
  Head head;
  VSCG_NAMED_MEMBERS((guidance, ""), (encoder, "lstm_a_v"), (propagation, "psp"), (consistency, "escm"), (head, ""))

  using inputs = typename detail::guidance_inputs<Guidance>::type;

  template <Var Audio, Var Visual>
  auto operator()(const Audio& audio, const Visual& visual) const {
    const auto guided = guidance(audio, visual);
    const auto encoded = encoder(guided.visual.audio, guided.visual.visual);
    const auto propagated = propagation(encoded.audio, encoded.visual);
    const auto consistent = consistency(propagated.audio, propagated.visual);
    return head(consistent.audio, consistent.visual, guided.map);
  }
  VSCG_OPERANDS(2, 2)
};

}  // namespace vscg

#include <vscg/core/end.hpp>
