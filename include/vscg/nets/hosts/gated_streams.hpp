// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/hosts/relations.hpp>
#include <vscg/nets/vscg/audio_guided_attention.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/recurrent.hpp>
#include <vscg/nn/sequential.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/mean_of_largest.hpp>
#include <vscg/ops/multiply.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/ops/sigmoid.hpp>

namespace vscg {

/// An LSTM for each stream, [B, T, Da] to [B, T, 256] and [B, T, Dv] to [B, T, 512].
///
/// Names as released: audio_rnn, visual_rnn.
template <int Da = 128, int Dv = 512>
struct recurrent_streams {
  nn::bidirectional_lstm<Da, 128> audio_rnn;
  nn::bidirectional_lstm<Dv, 256> visual_rnn;
  VSCG_MEMBERS(audio_rnn, visual_rnn)

  template <Var Audio, Var Visual>
  auto operator()(const Audio& audio, const Visual& visual) const {
    return streams{audio_rnn(audio), visual_rnn(visual)};
  }
  VSCG_OPERANDS(2, 2)
};

/// What both streams say, and the gate [B, T] that they make together.
template <class Streams, class Gate>
struct gated {
  Streams between;
  Gate gate;
};
template <class Streams, class Gate>
gated(Streams, Gate) -> gated<Streams, Gate>;

/// An LSTM reads each stream, relations within and between them follow; what each stream says within itself, E, gates
/// the other, D:
///
///   g_a = σ(audio_gated(E_a)), g_v = σ(video_gated(E_v)), gate = g_a g_v, D_v += α g_a D_v, D_a += α g_v D_a.
///
/// Names as released: those of `stream_relations`, audio_visual_rnn_layer, audio_gated, video_gated.
template <int Inner, int CrossInner = Inner, int Da = 128, int Dv = 512>
struct gated_streams {
  double alpha = 0.1;
  stream_relations<256, 512, Inner, CrossInner> relations;
  recurrent_streams<Da, Dv> audio_visual_rnn_layer;
  nn::sequential<nn::linear<256, 1>> audio_gated, video_gated;
  VSCG_NAMED_MEMBERS((alpha, "alpha"), (relations, ""), (audio_visual_rnn_layer, "audio_visual_rnn_layer"),
                     (audio_gated, "audio_gated"), (video_gated, "video_gated"))

  /// audio [B, T, Da] and visual [B, T, Dv] to two streams [B, T, 256], with the gate [B, T].
  template <Var Audio, Var Visual>
  auto operator()(const Audio& audio, const Visual& visual) const {
    const auto read = audio_visual_rnn_layer(audio, visual);
    const auto [within, between] = relations(read.audio, read.visual);
    const auto audio_gate = sigmoid(audio_gated(within.audio));
    const auto visual_gate = sigmoid(video_gated(within.visual));
    constexpr int T = extent<shape_of<decltype(audio_gate)>, 1>;
    const auto gate = view<shape<dyn, T>>(audio_gate * visual_gate);
    const auto seen = between.visual + audio_gate * between.visual * alpha;
    const auto heard = between.audio + visual_gate * between.audio * alpha;
    return gated{streams{heard, seen}, gate};
  }
  VSCG_OPERANDS(2, 2)
};

/// Which categories both streams show: the mean of their class activations, each the mean over its 4 largest segments.
///
/// Names as released: audio_cas, video_cas.
template <int Categories>
struct class_activations {
  nn::linear<256, Categories> audio_cas, video_cas;
  VSCG_MEMBERS(audio_cas, video_cas)

  /// audio, visual [B, T, 256] to [B, Categories].
  template <Var Audio, Var Visual>
  auto operator()(const Audio& audio, const Visual& visual) const {
    return (mean_of_largest<4>(video_cas(visual)) + mean_of_largest<4>(audio_cas(audio))) * 0.5;
  }
  VSCG_OPERANDS(2, 2)
};

}  // namespace vscg

#include <vscg/core/end.hpp>
