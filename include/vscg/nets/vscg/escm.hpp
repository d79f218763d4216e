// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/vscg/audio_guided_attention.hpp>
#include <vscg/nets/vscg/cere.hpp>
#include <vscg/nets/vscg/positive_sample_propagation.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/nn/bidirectional.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/layer_norm.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/scale.hpp>

namespace vscg {

/// The mean of two arrays of one shape.
template <class Tag, class Shape, bool A, bool B>
auto mean_of(const var<Tag, Shape, A>& a, const var<Tag, Shape, B>& b) {
  return (a + b) * 0.5;
}

/// Stage 4 of VSCG: event semantic consistency modeling (paper section III-D). What the whole video is about,
/// extracted by `Events` (CERE), is where the GRUs of both streams start (intra-modal semantic consistency enhancer).
///
///   fully:  h₀ = (e_a + e_v) / 2 for both GRUs (eq. 9), then layer_norm(dropout(relu(·fc))), dropout 0.1; released
///   with
///           the projections crossed: v_fc acts on the audio GRU's states, a_fc on the visual one's.
///   weakly: released: the audio GRU starts from e_v·L2ᵀ, the visual one from e_a·L1ᵀ; paper: from (e_a + e_v) / 2.
///           Then layer_norm(dropout), dropout 0.5.
///
/// Names as released: conv1, conv2, a_gru, v_gru, layer_norm, L1, v_fc, a_fc; arrays that nothing reaches are kept, so
/// that published weights fit.
template <class Events = shared_cere<>, setting Setting = setting::fully, form Form = form::released, int C = 256,
          int H = 128>
struct escm {
  Events events;
  nn::bidirectional_gru<C, H> a_gru;
  nn::bidirectional_gru<C, H> v_gru;
  nn::layer_norm<C, layer_norm_epsilon> norm;
  nn::linear_without_bias<9, 10, init::xavier_uniform> L1;
  nn::linear_without_bias<C, C, init::xavier_uniform> v_fc, a_fc;
  nn::dropout<10> dropout_layer;
  VSCG_NAMED_MEMBERS((events, ""), (a_gru, "a_gru"), (v_gru, "v_gru"), (norm, "layer_norm"), (L1, "L1"), (v_fc, "v_fc"),
                     (a_fc, "a_fc"), (dropout_layer, "dropout"))

  /// audio, visual [B, T, C] to streams of the same shape.
  template <Var Audio, Var Visual>
  auto operator()(const Audio& given_audio, const Visual& given_visual) const {
    const auto audio = expect_channels<escm, C>(given_audio);
    const auto visual = expect_channels<escm, C>(given_visual);
    const auto event = events(audio, visual);
    const auto start = mean_of(event.audio, event.visual);
    const auto audio_states = a_gru(audio, start);
    const auto visual_states = v_gru(visual, start);
    if constexpr (Form == form::released)
      return project(v_fc, a_fc, audio_states, visual_states);
    else
      return project(a_fc, v_fc, audio_states, visual_states);
  }

 private:
  template <class Projection, class Audio, class Visual>
  auto project(const Projection& for_audio, const Projection& for_visual, const Audio& audio,
               const Visual& visual) const {
    const auto audio_out = norm(dropout_layer(for_audio.with_relu(audio)));
    const auto visual_out = norm(dropout_layer(for_visual.with_relu(visual)));
    return streams{audio_out, visual_out};
  }
};

template <class Events, form Form, int C, int H>
struct escm<Events, setting::weakly, Form, C, H> {
  Events events;
  nn::bidirectional_gru<C, H> a_gru;
  nn::bidirectional_gru<C, H> v_gru;
  nn::layer_norm<H, layer_norm_epsilon> norm1;
  nn::layer_norm<C, layer_norm_epsilon> norm;
  nn::linear_without_bias<H, H, init::xavier_uniform> L1, L2;
  nn::linear_without_bias<C, C, init::xavier_uniform> v_fc, a_fc;
  nn::dropout<50> dropout_layer;
  VSCG_NAMED_MEMBERS((events, ""), (a_gru, "a_gru"), (v_gru, "v_gru"), (norm1, "layer_norm1"), (norm, "layer_norm"),
                     (L1, "L1"), (L2, "L2"), (v_fc, "v_fc"), (a_fc, "a_fc"), (dropout_layer, "dropout"))

  template <Var Audio, Var Visual>
  auto operator()(const Audio& given_audio, const Visual& given_visual) const {
    const auto audio = expect_channels<escm, C>(given_audio);
    const auto visual = expect_channels<escm, C>(given_visual);
    const auto event = events(audio, visual);
    if constexpr (Form == form::released) {
      const auto of_audio = L1(event.audio);
      const auto of_visual = L2(event.visual);
      return normalize(a_gru(audio, of_visual), v_gru(visual, of_audio));
    } else {
      const auto start = mean_of(event.audio, event.visual);
      const auto audio_states = a_gru(audio, start);
      return normalize(audio_states, v_gru(visual, start));
    }
  }

 private:
  template <class Audio, class Visual>
  auto normalize(const Audio& audio, const Visual& visual) const {
    const auto audio_out = norm(dropout_layer(audio));
    const auto visual_out = norm(dropout_layer(visual));
    return streams{audio_out, visual_out};
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
