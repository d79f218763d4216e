// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/vscg/audio_guided_attention.hpp>
#include <vscg/nn/bidirectional.hpp>

namespace vscg {

/// Which stream the two encoders read. `crossed`: lstm_audio reads the visual stream and lstm_video the audio stream,
/// as the released fully-supervised network does; the stream named audio then comes from the picture in all that
/// follows.
enum class stream_order : unsigned char { straight, crossed };

/// Stage 2 of VSCG: a bidirectional LSTM for each stream, [B, T, In] to [B, T, 2 H].
///
/// Names as released: lstm_audio, lstm_video.
template <stream_order Order = stream_order::crossed, int In = 128, int H = 128>
struct dual_lstm {
  nn::bidirectional_lstm<In, H> lstm_audio;
  nn::bidirectional_lstm<In, H> lstm_video;
  VSCG_MEMBERS(lstm_audio, lstm_video)

  template <Var Audio, Var Visual>
  auto operator()(const Audio& audio, const Visual& visual) const {
    if constexpr (Order == stream_order::crossed)
      return streams{lstm_audio(visual), lstm_video(audio)};
    else
      return streams{lstm_audio(audio), lstm_video(visual)};
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
