// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <tuple>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/vscg/audio_guided_attention.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/layer_norm.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/multihead_attention.hpp>
#include <vscg/nn/sequential.hpp>
#include <vscg/nn/transformer.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/cat.hpp>
#include <vscg/ops/multiply.hpp>

// What CMRAN and the networks after it are made of: relations within a stream, between two streams, and their
// interaction. Their published files hold arrays that nothing reaches, the templates of copied layers among them; they
// are kept so that published weights fit. A template and its copies start with the same numbers.

namespace vscg {

/// Relations within a stream: [B, T, In] to [B, T, 256], a linear layer and two transformer encoder layers.
///
/// Names as released: affine_matrix, encoder.layers.0, encoder.layers.1, encoder_layer (reached by nothing).
template <int In, int Inner, int C = 256>
struct internal_relation {
  using layer = nn::transformer_encoder_layer<C, 4, Inner>;
  struct stack {
    nn::sequential<layer, layer> layers;
    VSCG_MEMBERS(layers)
  };
  nn::linear<In, C> affine_matrix;
  stack encoder;
  layer encoder_layer;
  VSCG_MEMBERS(affine_matrix, encoder, encoder_layer)
  using equal_at_start = layer;

  template <Var X>
  auto operator()(const X& x) const {
    return encoder.layers(affine_matrix(x));
  }
  VSCG_OPERANDS(1, 1)
};

/// A transformer's decoder layer without the attention on its own input:
///
///   y = norm1(x + drop(multihead_attn(x, m, m))),  result = norm2(y + drop(linear2(drop(relu(linear1(y)))))).
///
/// Names as released: self_attn (reached by nothing), multihead_attn, linear1, linear2, norm1, norm2.
template <int Inner, int C = 256, class Attention = nn::multihead_attention<C, 4>>
struct cross_layer {
  nn::multihead_attention<C, 4> self_attn;
  Attention multihead_attn{.dropout = {0.1}};
  nn::feed_forward<C, Inner> of_steps;
  nn::layer_norm<C> norm1, norm2;
  nn::dropout dropout1{0.1};
  VSCG_NAMED_MEMBERS((self_attn, "self_attn"), (multihead_attn, "multihead_attn"), (of_steps, ""), (norm1, "norm1"),
                     (norm2, "norm2"), (dropout1, "dropout1"))

  /// Sets the rate of all dropouts.
  void drop_at(double rate) {
    for (auto* const each : {&multihead_attn.dropout, &of_steps.dropout, &of_steps.dropout2, &dropout1})
      each->rate = rate;
  }

  template <Var X, Var Memory>
  auto operator()(const X& given, const Memory& given_memory) const {
    using sequence = shape<dyn, any_extent, C>;
    const auto x = expect_shape<cross_layer, sequence>(given);
    const auto memory = expect_shape<cross_layer, sequence>(given_memory);
    const auto attended = norm1(x + dropout1(multihead_attn(x, memory, memory)));
    return norm2(attended + of_steps(attended));
  }
  VSCG_OPERANDS(2, 2)
};

/// Relations between streams: x [B, T, In] looks at `memory` [B, T, 256], what the other stream's `internal_relation`
/// says, and at itself. With y = affine_matrix(x), the keys are memory's steps, then y's.
///
/// Names as released: affine_matrix, decoder.layers.0, decoder_layer (reached by nothing).
template <int In, class Layer>
struct cross_relation {
  static constexpr int channels = 256;
  struct stack {
    nn::sequential<Layer> layers;
    VSCG_MEMBERS(layers)
  };
  nn::linear<In, channels> affine_matrix;
  stack decoder;
  Layer decoder_layer;
  VSCG_MEMBERS(affine_matrix, decoder, decoder_layer)
  using equal_at_start = Layer;

  template <Var X, Var Memory>
  auto operator()(const X& x, const Memory& given_memory) const {
    const auto memory = expect_shape<cross_relation, shape<dyn, any_extent, channels>>(given_memory);
    const auto y = affine_matrix(x);
    return std::get<0>(decoder.layers.layers)(y, cat<1>(memory, y));
  }
  VSCG_OPERANDS(2, 2)
};

/// What two streams say within themselves, and what they say after a look at each other.
template <class Within, class Between>
struct related {
  Within within;
  Between between;
};
template <class Within, class Between>
related(Within, Between) -> related<Within, Between>;

/// Both relations of both streams: audio [B, T, Audio] and visual [B, T, Visual], each to [B, T, 256]. `Attention` is
/// that between the streams.
///
/// Names as released: video_encoder, video_decoder, audio_encoder, audio_decoder.
template <int Audio, int Visual, int Inner, int CrossInner = Inner, class Attention = nn::multihead_attention<256, 4>>
struct stream_relations {
  using layer = cross_layer<CrossInner, 256, Attention>;
  internal_relation<Visual, Inner> video_encoder;
  cross_relation<Visual, layer> video_decoder;
  internal_relation<Audio, Inner> audio_encoder;
  cross_relation<Audio, layer> audio_decoder;
  VSCG_MEMBERS(video_encoder, video_decoder, audio_encoder, audio_decoder)

  /// With another rate in the dropouts of the layers between the streams.
  static stream_relations with_cross_dropout(double rate) {
    stream_relations all{};
    std::get<0>(all.video_decoder.decoder.layers.layers).drop_at(rate);
    std::get<0>(all.audio_decoder.decoder.layers.layers).drop_at(rate);
    return all;
  }

  template <Var A, Var V>
  auto operator()(const A& audio, const V& visual) const {
    const auto visual_within = video_encoder(visual);
    const auto audio_between = audio_decoder(audio, visual_within);
    const auto audio_within = audio_encoder(audio);
    const auto visual_between = video_decoder(visual, audio_within);
    return related{streams{audio_within, visual_within}, streams{audio_between, visual_between}};
  }
  VSCG_OPERANDS(2, 2)
};

/// The interaction of two streams: g = x ∘ y looks at the steps of y, then of x: norm1(g + drop(attention(g))).
///
/// Names as released: video_multihead, norm1.
template <int Heads = 4, int C = 256>
struct interaction {
  nn::multihead_attention<C, Heads> video_multihead{.dropout = {0.1}};
  nn::layer_norm<C> norm1{};
  nn::dropout dropout{0.1};
  VSCG_MEMBERS(video_multihead, norm1, dropout)

  /// x, y [B, T, C] to [B, T, C].
  template <Var X, Var Y>
  auto operator()(const X& given_x, const Y& given_y) const {
    const auto x = expect_shape<interaction, shape<dyn, any_extent, C>>(given_x);
    const auto y = expect_same_shape<interaction>(x, given_y);
    const auto global = x * y;
    const auto memory = cat<1>(y, x);
    return norm1(global + dropout(video_multihead(global, memory, memory)));
  }
  VSCG_OPERANDS(2, 2)
};

}  // namespace vscg

#include <vscg/core/end.hpp>
