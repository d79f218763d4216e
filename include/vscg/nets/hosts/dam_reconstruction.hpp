// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/nets/hosts/host_identity.hpp>
#include <vscg/nets/hosts/relevance_outputs.hpp>
#include <vscg/nets/hosts/segment_products.hpp>
#include <vscg/nets/vscg/localizer.hpp>
#include <vscg/nets/vscg/region_attention.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/nn/activation.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/layer_norm.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/multihead_attention.hpp>
#include <vscg/nn/sequential.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/cat.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/ops/sigmoid.hpp>

namespace vscg {

/// A reconstruction of dual attention matching (DAM: Wu et al., ICCV 2019), fully supervised. Its authors released
/// nothing, so this is not their network, and their accuracy is not to be expected of it.
///
/// After the paper: AVEL's attention over regions; self attention over the segments of each stream, whose mean over
/// time is what the whole video says, φ; a category for each video, by both φ; relevance by matching each segment with
/// the φ of the other stream:
///
///   v = relu(video_fc(attended)),  φ_v = mean over time of video_norm(v + video_attention(v)),  a and φ_a alike,
///   category = category.2(drop(relu(category.0([φ_a, φ_v])))),
///   relevance_probability = (σ(φ_v·a_t / 16) + σ(φ_a·v_t / 16)) / 2.
///
/// Chosen here: the width of 256 and the relu of v and a; one head, its projections, the sum and the norm of the self
/// attention; all of the classifier; the division by 16, the root of the width, without which σ saturates at once. All
/// names are, too.
template <int Categories = 28, int Da = 128, int Dv = 512>
struct dam_reconstruction {
  static constexpr int width = 256;
  region_attention<Da, Dv> attention{};
  nn::linear<Dv, width> video_fc{};
  nn::linear<Da, width> audio_fc{};
  nn::multihead_attention<width, 1> video_attention{}, audio_attention{};
  nn::layer_norm<width> video_norm{}, audio_norm{};
  nn::sequential<nn::linear<2 * width, 512>, nn::relu, nn::linear<512, Categories>> category{};
  nn::dropout category_dropout{0.2};
  VSCG_MEMBERS(attention, video_fc, audio_fc, video_attention, audio_attention, video_norm, audio_norm, category,
               category_dropout)

  using inputs = audio_visual_inputs<10, Da, Dv>;

  template <Var Audio, Var Visual>
  auto operator()(const Audio& given_audio, const Visual& visual) const {
    const auto audio = expect_shape<dam_reconstruction, shape<dyn, any_extent, Da>>(given_audio);
    constexpr int T = extent<shape_of<decltype(audio)>, 1>;
    const auto [attended, map] = attention(audio, visual);
    constexpr int R = extent<shape_of<decltype(map)>, -1>;
    const auto seen = video_fc.with_relu(attended);
    const auto heard = audio_fc.with_relu(audio);
    const auto video_seen = mean<1>(video_norm(seen + video_attention(seen)));
    const auto video_heard = mean<1>(audio_norm(heard + audio_attention(heard)));

    const auto& [hidden, activation, score] = category.layers;
    const auto scores = score(category_dropout(activation(hidden(cat<-1>(video_heard, video_seen)))));
    constexpr double scale = 1.0 / 16;
    const auto by_sound = sigmoid(segment_products(heard, video_seen) * scale);
    const auto by_picture = sigmoid(segment_products(seen, video_heard) * scale);
    using field = var_field<typename Audio::tag>;
    return matched_outputs<field, T, R, Categories>{(by_sound + by_picture) * 0.5, scores, map};
  }
  VSCG_OPERANDS(2, 2)
};

template <int Categories, int Da, int Dv>
inline constexpr network_identity identity_of<dam_reconstruction<Categories, Da, Dv>> =
    host_identity("dam_reconstruction", "", setting::fully, Categories);

}  // namespace vscg

#include <vscg/core/end.hpp>
