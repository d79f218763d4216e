// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/vscg/audio_guided_attention.hpp>
#include <vscg/nets/vscg/region_attention.hpp>
#include <vscg/nn/recurrent.hpp>

namespace vscg {

/// What AVEL and DMRN begin with (Tian et al., ECCV 2018): the sound guides the attention over regions, and an LSTM
/// reads each stream.
///
/// Names as released: affine_*, lstm_audio, lstm_video.
template <int Da = 128, int Dv = 512, int H = 128>
struct encoded_streams {
  region_attention<Da, Dv> attention;
  nn::bidirectional_lstm<Da, H> lstm_audio;
  nn::bidirectional_lstm<Dv, H> lstm_video;
  VSCG_NAMED_MEMBERS((attention, ""), (lstm_audio, "lstm_audio"), (lstm_video, "lstm_video"))

  /// audio [B, T, Da] and visual [B, T, 7, 7, Dv] to two streams [B, T, 2 H], with the map [B, T, R].
  template <Var Audio, Var Visual>
  auto operator()(const Audio& audio, const Visual& visual) const {
    const auto [seen, map] = attention(audio, visual);
    return attended{streams{lstm_audio(audio), lstm_video(seen)}, map};
  }
  VSCG_OPERANDS(2, 2)
};

}  // namespace vscg

#include <vscg/core/end.hpp>
