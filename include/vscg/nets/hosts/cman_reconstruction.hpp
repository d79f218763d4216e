// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/hosts/host_identity.hpp>
#include <vscg/nets/hosts/judged_segments.hpp>
#include <vscg/nets/hosts/sentinel_attention.hpp>
#include <vscg/nets/hosts/spatial_channel_attention.hpp>
#include <vscg/nets/vscg/localizer.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/nn/layer_norm.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/multihead_attention.hpp>
#include <vscg/nn/recurrent.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/cat.hpp>
#include <vscg/ops/matmul.hpp>
#include <vscg/ops/normalize.hpp>

namespace vscg {

/// A reconstruction of the cross-modal attention network (CMAN: Xuan et al., AAAI 2020). Its authors released nothing,
/// so this is not their network, and their accuracy is not to be expected of it.
///
/// After the paper: where, when and which.
///
///   where: α = softmax over regions of the cosine of where_v(V[p]) and where_a(a),  v = video_fc(Σ_p α[p] V[p])
///   when:  A = audio_norm(a + audio_attention(a)),  S = video_norm(v + video_attention(v))
///   which: an LSTM reads each stream, and `sentinel_attention` looks at the other stream's A or S, giving y_a and y_v
///
/// segment_scores = L2(relu(L1([y_a, y_v]))). Weakly supervised, video_probability is the softmax of the scores' mean
/// over time.
///
/// Chosen here: all widths (128; 64 in L1), video_fc; one head, its projections, the sum and the norm of "when"; one
/// direction in the LSTMs, because nothing says what a backward sentinel is; that y has the state as a sum of its own;
/// both classifying layers; what weak supervision does. All names are, too.
///
/// ONNX has no LSTM that gives all cells, so io::save_onnx refuses this network.
template <setting Setting = setting::fully, int Categories = 28, int Da = 128, int Dv = 512>
struct cman_reconstruction {
  static constexpr int width = 128;
  nn::linear_without_bias<Dv, width, init::xavier_uniform> where_v{};
  nn::linear_without_bias<Da, width, init::xavier_uniform> where_a{};
  nn::linear<Dv, width, init::xavier_uniform> video_fc{};
  nn::multihead_attention<Da, 1> audio_attention{};
  nn::multihead_attention<width, 1> video_attention{};
  nn::layer_norm<Da> audio_norm{};
  nn::layer_norm<width> video_norm{};
  nn::lstm<Da, width> lstm_audio{};
  nn::lstm<width, width> lstm_video{};
  sentinel_attention<width> which_audio{}, which_video{};
  nn::linear<2 * width, 64> L1{};
  nn::linear<64, Categories + 1> L2{};
  VSCG_MEMBERS(where_v, where_a, video_fc, audio_attention, video_attention, audio_norm, video_norm, lstm_audio,
               lstm_video, which_audio, which_video, L1, L2)
  static_assert(Da == width, "vscg::cman_reconstruction: each stream's sentinel looks at the other, so Da is 128");

  using inputs = audio_visual_inputs<10, Da, Dv>;

  template <Var Audio, Var Visual>
  auto operator()(const Audio& given_audio, const Visual& visual) const {
    const auto audio = expect_shape<cman_reconstruction, shape<dyn, any_extent, Da>>(given_audio);
    constexpr int T = extent<shape_of<decltype(audio)>, 1>;
    const auto [attended, map] = where(audio, regions_of_picture<cman_reconstruction, T, Dv>(visual));
    const auto projected = video_fc(attended);
    const auto heard = audio_norm(audio + audio_attention(audio));
    const auto seen = video_norm(projected + video_attention(projected));

    const auto [audio_states, audio_cells] = lstm_audio.with_cells(heard);
    const auto [video_states, video_cells] = lstm_video.with_cells(seen);
    const auto of_audio = which_audio(heard, audio_states, audio_cells, seen);
    const auto of_video = which_video(seen, video_states, video_cells, heard);
    return judged_segments<Setting, Categories>(L2(L1.with_relu(cat<-1>(of_audio, of_video))), map);
  }
  VSCG_OPERANDS(2, 2)

 private:
  /// Regions [B, T, R, Dv] by how much they resemble the sound, [B, T, Dv], with the map [B, T, R].
  template <Var Audio, Var Regions>
  auto where(const Audio& audio, const Regions& regions) const {
    constexpr double epsilon = 1e-8;
    constexpr int T = extent<shape_of<Audio>, 1>;
    const auto places = normalize(where_v(regions), epsilon);
    const auto sound = normalize(where_a(audio), epsilon);
    return attend_by_scores(matmul(places, view<shape<dyn, T, width, 1>>(sound)), regions);
  }
};

template <setting Setting, int Categories, int Da, int Dv>
inline constexpr network_identity identity_of<cman_reconstruction<Setting, Categories, Da, Dv>> =
    host_identity("cman_reconstruction", "", Setting, Categories);

}  // namespace vscg

#include <vscg/core/end.hpp>
