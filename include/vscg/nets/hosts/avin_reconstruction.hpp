// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/hosts/bilinear_pooling.hpp>
#include <vscg/nets/hosts/host_identity.hpp>
#include <vscg/nets/hosts/judged_segments.hpp>
#include <vscg/nets/hosts/segment_products.hpp>
#include <vscg/nets/vscg/localizer.hpp>
#include <vscg/nets/vscg/region_attention.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/recurrent.hpp>
#include <vscg/ops/cat.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/scale_rows.hpp>
#include <vscg/ops/softmax.hpp>

namespace vscg {

/// A reconstruction of AVIN (Ramaswamy, ICASSP 2020). Its author released nothing, so this is not that network, and its
/// accuracy is not to be expected.
///
/// After the paper: an LSTM reads each stream; `bilinear_pooling` of both; each stream's segments weighed by their
/// products with its own mean, then by those with the other's weighted mean; one layer judges everything together:
///
///   I^m_t = w_t F^m_t, w = softmax_t(F^m_t · mean_t F^m),  X^n_t = u_t F^n_t, u = softmax_t(F^n_t · mean_t I^m),
///   z = bilinear_pooling(bilinear_v(F^v), bilinear_a(F^a)),  segment_scores = classifier([I^a, I^v, X^a, X^v, z]).
///
/// Weakly supervised, video_probability is the softmax of the scores' mean over time.
///
/// Chosen here: AVEL's attention over regions, two directions of 128 in each LSTM; 256 channels of 5 and a dropout of
/// 0.1 in the pooling, as in DMIN; what weak supervision does. All names are, too.
template <setting Setting = setting::fully, int Categories = 28, int Da = 128, int Dv = 512>
struct avin_reconstruction {
  static constexpr int hidden = 128;
  static constexpr int channels = 2 * hidden;
  static constexpr int group = 5;
  region_attention<Da, Dv> attention{};
  nn::bidirectional_lstm<Da, hidden> lstm_audio{};
  nn::bidirectional_lstm<Dv, hidden> lstm_video{};
  nn::linear_without_bias<channels, group * channels> bilinear_v{}, bilinear_a{};
  nn::dropout bilinear_dropout{0.1};
  nn::linear<5 * channels, Categories + 1> classifier{};
  VSCG_MEMBERS(attention, lstm_audio, lstm_video, bilinear_v, bilinear_a, bilinear_dropout, classifier)

  using inputs = audio_visual_inputs<10, Da, Dv>;

  template <Var Audio, Var Visual>
  auto operator()(const Audio& given_audio, const Visual& visual) const {
    const auto audio = expect_shape<avin_reconstruction, shape<dyn, any_extent, Da>>(given_audio);
    const auto [attended, map] = attention(audio, visual);
    const auto heard = lstm_audio(audio);
    const auto seen = lstm_video(attended);
    const auto product_of_seen = bilinear_v(seen);
    const auto together = bilinear_pooling<group>(product_of_seen, bilinear_a(heard), bilinear_dropout);

    const auto own_heard = weighed(heard, mean<1>(heard));
    const auto own_seen = weighed(seen, mean<1>(seen));
    const auto other_heard = weighed(heard, mean<1>(own_seen));
    const auto other_seen = weighed(seen, mean<1>(own_heard));
    return judged_segments<Setting, Categories>(
        classifier(cat<-1>(own_heard, own_seen, other_heard, other_seen, together)), map);
  }
  VSCG_OPERANDS(2, 2)

 private:
  /// Each segment of a stream times its share, the softmax over time of its product with `vector`.
  template <Var Stream, Var Vector>
  static auto weighed(const Stream& stream, const Vector& vector) {
    return scale_rows(stream, softmax(segment_products(stream, vector)));
  }
};

template <setting Setting, int Categories, int Da, int Dv>
inline constexpr network_identity identity_of<avin_reconstruction<Setting, Categories, Da, Dv>> =
    host_identity("avin_reconstruction", "", Setting, Categories);

}  // namespace vscg

#include <vscg/core/end.hpp>
