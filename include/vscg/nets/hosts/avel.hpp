// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/nets/hosts/encoded_streams.hpp>
#include <vscg/nets/hosts/host_identity.hpp>
#include <vscg/nets/hosts/part_name.hpp>
#include <vscg/nets/hosts/segment_outputs.hpp>
#include <vscg/nets/vscg/localizer.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/cat.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/relu.hpp>
#include <vscg/ops/softmax.hpp>

namespace vscg {

/// AVEL (Tian et al., ECCV 2018): the sound guides the attention over regions, an LSTM reads each stream, and every
/// segment is judged by both states: s = L2(relu(L1(relu([a, v])))).
///
///   fully:  segment_probability = softmax(s)
///   weakly: video_probability = softmax(max over time of s)
///
/// `Between` takes both encoded streams [B, T, 256] and returns two of that shape: PSP or ESCM, for the rows "AVEL +
/// PSP" and "AVEL + ESCM" of Table IV. Names as released: affine_*, lstm_audio, lstm_video, L1, L2, with `Between`
/// under psp or escm.
template <setting Setting = setting::fully, class Between = no_consistency, int Categories = 28, int Da = 128,
          int Dv = 512>
struct avel {
  static constexpr int hidden = 128;
  encoded_streams<Da, Dv, hidden> encoder;
  Between between;
  nn::linear<4 * hidden, 64, init::xavier_uniform> L1;
  nn::linear<64, Categories + 1, init::xavier_uniform> L2;
  VSCG_NAMED_MEMBERS((encoder, ""), (between, part_name<Between>), (L1, "L1"), (L2, "L2"))

  using inputs = audio_visual_inputs<10, Da, Dv>;

  template <Var Audio, Var Visual>
  auto operator()(const Audio& given_audio, const Visual& visual) const {
    const auto audio = expect_shape<avel, shape<dyn, any_extent, Da>>(given_audio);
    constexpr int T = extent<shape_of<decltype(audio)>, 1>;
    const auto [encoded, map] = encoder(audio, visual);
    constexpr int R = extent<shape_of<decltype(map)>, -1>;
    using field = var_field<typename Audio::tag>;
    const auto streams = between(encoded.audio, encoded.visual);
    const auto scores = L2(L1.with_relu(relu(cat<-1>(streams.audio, streams.visual))));
    if constexpr (Setting == setting::fully)
      return segment_outputs<field, T, R, Categories>{softmax(scores), map};
    else
      return tagged_outputs<field, T, R, Categories>{softmax(max<1>(scores)), scores, map};
  }
  VSCG_OPERANDS(2, 2)
};

template <setting Setting, class Between, int Categories, int Da, int Dv>
requires(!host_variant<Between>.empty() &&
         part_name<Between> != std::string_view("psp")) inline constexpr network_identity
    identity_of<avel<Setting, Between, Categories, Da, Dv>> = host_identity("avel", host_variant<Between>, Setting,
                                                                            Categories);
template <setting Setting, int Categories, int Da, int Dv>
inline constexpr network_identity identity_of<avel<Setting, positive_sample_propagation<Setting>, Categories, Da, Dv>> =
    host_identity("avel", "with_psp", Setting, Categories).with({"tau", default_tau, "psp.tau"});

}  // namespace vscg

#include <vscg/core/end.hpp>
