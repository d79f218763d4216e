// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <tuple>
#include <type_traits>

#include <vscg/core/compose.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/composites/average.hpp>
#include <vscg/nets/composites/dropout_norm.hpp>
#include <vscg/nets/composites/project_norm.hpp>
#include <vscg/nets/composites/project_pair.hpp>
#include <vscg/nets/composites/recurrent_pair.hpp>
#include <vscg/nets/vscg/audio_guided_attention.hpp>
#include <vscg/nets/vscg/cere.hpp>
#include <vscg/nets/vscg/positive_sample_propagation.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/layer_norm.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/recurrent.hpp>

namespace vscg {

/// The mean of two arrays of the same shape.
template <Var A, Var B>
auto mean_of(const A& given_a, const B& given_b) {
  const auto b = expect_same_shape<struct mean_of_function>(given_a, given_b);
  return compose(composites::average<shape_of<A>>{}, given_a, b);
}
VSCG_OPERANDS_OF(mean_of, 2, 2)

/// The mean of what an extractor says about two streams. An extractor may have a `mean` of its own.
template <class Events, Var Audio, Var Visual>
auto mean_event(const Events& events, const Audio& audio, const Visual& visual) {
  if constexpr (requires { events.mean(audio, visual); }) {
    return events.mean(audio, visual);
  } else {
    const auto event = events(audio, visual);
    return mean_of(event.audio, event.visual);
  }
}

/// In place of an extractor: both GRUs of `escm` start from zeros (Table III of the paper, without the intra-modal
/// semantic consistency enhancer). No arrays.
struct no_events {
  VSCG_MEMBERS()
};

/// Each stream through its own GRU, both starting from what the event is (paper eq. 4-9).
template <int C, int H, Var Audio, Var Visual, Var Start>
auto enhance(const nn::bidirectional_gru<C, H>& audio_gru, const nn::bidirectional_gru<C, H>& visual_gru,
             const Audio& audio, const Visual& visual, const Start& given_audio_start,
             const Start& given_visual_start) {
  const auto audio_start = expect_shape<nn::bidirectional_gru<C, H>, shape<dyn, 2, H>>(given_audio_start);
  const auto visual_start = expect_shape<nn::bidirectional_gru<C, H>, shape<dyn, 2, H>>(given_visual_start);
  return std::get<0>(audio_gru.layers).with_operands(audio, [&](const auto&... of_audio) {
    return std::get<0>(visual_gru.layers).with_operands(audio, [&](const auto&... of_visual) {
      return compose(composites::gru_pair<extent<shape_of<Audio>, 1>, C, H>{}, audio, visual, audio_start, visual_start,
                     of_audio..., of_visual...);
    });
  });
}

/// The same, both starting from the mean of what `events` says about the streams; from zeros if it says nothing.
template <class Events, int C, int H, Var Audio, Var Visual>
auto enhance_by_mean(const Events& events, const nn::bidirectional_gru<C, H>& audio_gru,
                     const nn::bidirectional_gru<C, H>& visual_gru, const Audio& audio, const Visual& visual) {
  if constexpr (std::is_same_v<Events, no_events>) {
    return vars{audio_gru(audio), visual_gru(visual)};
  } else {
    const auto start = mean_event(events, audio, visual);
    return enhance(audio_gru, visual_gru, audio, visual, start, start);
  }
}

namespace detail {
/// The widths of streams and states that an extractor is made for: `Events<C, H>`, or else VSCG's.
template <class Events>
struct widths_of {
  static constexpr int channels = 256;
  static constexpr int states = 128;
};
template <template <int, int> class Events, int C, int H>
struct widths_of<Events<C, H>> {
  static constexpr int channels = C;
  static constexpr int states = H;
};

/// escm's L1 and L2, which only the released weakly supervised form reaches.
template <class Events, int H>
struct start_projections {
  nn::linear_without_bias<H, H, init::xavier_uniform> L1, L2;
  VSCG_MEMBERS(L1, L2)
};
template <int H>
struct start_projections<no_events, H> {
  VSCG_MEMBERS()
};
}  // namespace detail

/// Stage 4 of VSCG: event semantic consistency modeling (paper section III-D). `Events` (CERE) extracts what the whole
/// video is about, and the GRUs of both streams start from that (intra-modal semantic consistency enhancer).
///
///   fully:  h₀ = (e_a + e_v) / 2 for both GRUs (eq. 9), then layer_norm(dropout(relu(·fc))), dropout 0.1; released
///           with the projections crossed: v_fc acts on the audio GRU's states, a_fc on the visual one's.
///   weakly: released: the audio GRU starts from e_v·L2ᵀ, the visual one from e_a·L1ᵀ; paper: from (e_a + e_v) / 2.
///           Then layer_norm(dropout), dropout 0.5.
///
/// With `no_events` the GRUs start from zeros, and weakly there are no L1 and L2.
///
/// C = 2 H: each direction of a GRU has H of a stream's channels.
///
/// Names as released: conv1, conv2, a_gru, v_gru, layer_norm, L1, v_fc, a_fc; weakly also layer_norm1 and L2. Arrays
/// that nothing reaches are kept so that published weights fit.
template <class Events = shared_cere<>, setting Setting = setting::fully, form Form = form::released,
          int C = detail::widths_of<Events>::channels, int H = detail::widths_of<Events>::states>
struct escm {
  static_assert(C == 2 * H,
                "vscg::escm: shared_cere<C, H> with C = 2 H, because two directions of H make a stream's C");
  Events events;
  nn::bidirectional_gru<C, H> a_gru;
  nn::bidirectional_gru<C, H> v_gru;
  nn::layer_norm<C> norm{layer_norm_epsilon};
  nn::linear_without_bias<9, 10, init::xavier_uniform> L1;
  nn::linear_without_bias<C, C, init::xavier_uniform> v_fc, a_fc;
  nn::dropout dropout_layer{0.1};
  VSCG_NAMED_MEMBERS((events, ""), (a_gru, "a_gru"), (v_gru, "v_gru"), (norm, "layer_norm"), (L1, "L1"), (v_fc, "v_fc"),
                     (a_fc, "a_fc"), (dropout_layer, "dropout"))

  /// audio, visual [B, T, C] to streams of the same shape.
  template <Var Audio, Var Visual>
  auto operator()(const Audio& given_audio, const Visual& given_visual) const {
    const auto audio = expect_shape<escm, shape<dyn, any_extent, C>>(given_audio);
    const auto visual = expect_same_shape<escm>(audio, given_visual);
    const auto [audio_states, visual_states] = enhance_by_mean(events, a_gru, v_gru, audio, visual);
    if constexpr (Form == form::released)
      return project(v_fc, a_fc, audio_states, visual_states);
    else
      return project(a_fc, v_fc, audio_states, visual_states);
  }
  VSCG_OPERANDS(2, 2)

 private:
  template <class Projection, class Audio, class Visual>
  auto project(const Projection& for_audio, const Projection& for_visual, const Audio& audio,
               const Visual& visual) const {
    const auto audio_use = dropout_layer.use(audio);
    const auto visual_use = dropout_layer.use(visual);
    const composites::project_norm<extent<shape_of<Audio>, 1>, C> projection{audio_use, visual_use, norm.epsilon};
    const auto [audio_out, visual_out] =
        compose(projection, audio, visual, operand(audio, for_audio.weight), operand(audio, for_visual.weight),
                operand(audio, norm.weight), operand(audio, norm.bias));
    return streams{audio_out, visual_out};
  }
};

template <class Events, form Form, int C, int H>
struct escm<Events, setting::weakly, Form, C, H> {
  static_assert(C == 2 * H,
                "vscg::escm: shared_cere<C, H> with C = 2 H, because two directions of H make a stream's C");
  Events events;
  nn::bidirectional_gru<C, H> a_gru;
  nn::bidirectional_gru<C, H> v_gru;
  nn::layer_norm<H> norm1{layer_norm_epsilon};
  nn::layer_norm<C> norm{layer_norm_epsilon};
  detail::start_projections<Events, H> projections;
  nn::linear_without_bias<C, C, init::xavier_uniform> v_fc, a_fc;
  nn::dropout dropout_layer{0.5};
  VSCG_NAMED_MEMBERS((events, ""), (a_gru, "a_gru"), (v_gru, "v_gru"), (norm1, "layer_norm1"), (norm, "layer_norm"),
                     (projections, ""), (v_fc, "v_fc"), (a_fc, "a_fc"), (dropout_layer, "dropout"))

  template <Var Audio, Var Visual>
  auto operator()(const Audio& given_audio, const Visual& given_visual) const {
    const auto audio = expect_shape<escm, shape<dyn, any_extent, C>>(given_audio);
    const auto visual = expect_same_shape<escm>(audio, given_visual);
    if constexpr (Form == form::released && !std::is_same_v<Events, no_events>) {
      const auto event = events(audio, visual);
      const composites::project_pair<shape<dyn, 2, H>, H> both{};
      const auto [of_audio, of_visual] = compose(both, event.audio, event.visual, operand(audio, projections.L1.weight),
                                                 operand(audio, projections.L2.weight));
      const auto [audio_states, visual_states] = enhance(a_gru, v_gru, audio, visual, of_visual, of_audio);
      return normalize(audio_states, visual_states);
    } else {
      const auto [audio_states, visual_states] = enhance_by_mean(events, a_gru, v_gru, audio, visual);
      return normalize(audio_states, visual_states);
    }
  }
  VSCG_OPERANDS(2, 2)

 private:
  template <class Audio, class Visual>
  auto normalize(const Audio& audio, const Visual& visual) const {
    const auto audio_use = dropout_layer.use(audio);
    const auto visual_use = dropout_layer.use(visual);
    const composites::dropout_norm<extent<shape_of<Audio>, 1>, C> both{audio_use, visual_use, norm.epsilon};
    const auto [audio_out, visual_out] =
        compose(both, audio, visual, operand(audio, norm.weight), operand(audio, norm.bias));
    return streams{audio_out, visual_out};
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
