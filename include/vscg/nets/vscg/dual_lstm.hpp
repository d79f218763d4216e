// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <tuple>

#include <vscg/core/compose.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/composites/recurrent_pair.hpp>
#include <vscg/nets/vscg/audio_guided_attention.hpp>
#include <vscg/nn/recurrent.hpp>

namespace vscg {

/// Which stream the two encoders read. `crossed`: lstm_audio reads the visual stream and lstm_video the audio stream,
/// as the released fully-supervised network does; from then on the stream named audio comes from the picture.
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
  auto operator()(const Audio& given_audio, const Visual& given_visual) const {
    const auto audio = expect_shape<dual_lstm, shape<dyn, any_extent, In>>(given_audio);
    const auto visual = expect_same_shape<dual_lstm>(audio, given_visual);
    if constexpr (Order == stream_order::crossed)
      return encode(visual, audio);
    else
      return encode(audio, visual);
  }
  VSCG_OPERANDS(2, 2)

 private:
  template <Var X, Var Y>
  auto encode(const X& x, const Y& y) const {
    constexpr int T = extent<shape_of<X>, 1>;
    return std::get<0>(lstm_audio.layers).with_operands(x, [&](const auto&... of_audio) {
      return std::get<0>(lstm_video.layers).with_operands(x, [&](const auto&... of_video) {
        const auto [audio_states, video_states] =
            compose(composites::lstm_pair<T, In, H>{}, x, y, of_audio..., of_video...);
        return streams{audio_states, video_states};
      });
    });
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
