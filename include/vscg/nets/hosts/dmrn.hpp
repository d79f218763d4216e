// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/nets/hosts/encoded_streams.hpp>
#include <vscg/nets/hosts/host_identity.hpp>
#include <vscg/nets/hosts/residual_fusion.hpp>
#include <vscg/nets/hosts/segment_outputs.hpp>
#include <vscg/nets/vscg/localizer.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/softmax.hpp>

namespace vscg {

/// DMRN (Tian et al., ECCV 2018), fully supervised: AVEL's attention and LSTMs, then both streams are fused, and
/// segment_probability = softmax(L2(fused)).
///
/// Names as released: affine_*, lstm_audio, lstm_video, U_v, U_a, L2.
template <int Categories = 28, int Da = 128, int Dv = 512>
struct dmrn {
  static constexpr int hidden = 128;
  encoded_streams<Da, Dv, hidden> encoder;
  residual_fusion<2 * hidden> fusion;
  nn::linear<2 * hidden, Categories + 1, init::xavier_uniform> L2;
  VSCG_NAMED_MEMBERS((encoder, ""), (fusion, ""), (L2, "L2"))

  using inputs = audio_visual_inputs<10, Da, Dv>;

  template <Var Audio, Var Visual>
  auto operator()(const Audio& given_audio, const Visual& visual) const {
    const auto audio = expect_shape<dmrn, shape<dyn, any_extent, Da>>(given_audio);
    constexpr int T = extent<shape_of<decltype(audio)>, 1>;
    const auto [encoded, map] = encoder(audio, visual);
    constexpr int R = extent<shape_of<decltype(map)>, -1>;
    const auto probability = softmax(L2(fusion(encoded.audio, encoded.visual)));
    return segment_outputs<var_field<typename Audio::tag>, T, R, Categories>{probability, map};
  }
  VSCG_OPERANDS(2, 2)
};

template <int Categories, int Da, int Dv>
inline constexpr network_identity identity_of<dmrn<Categories, Da, Dv>> = host_identity("dmrn", "released",
                                                                                        setting::fully, Categories);

}  // namespace vscg

#include <vscg/core/end.hpp>
