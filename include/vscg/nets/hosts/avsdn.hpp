// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/nets/hosts/gated_probability.hpp>
#include <vscg/nets/hosts/host_identity.hpp>
#include <vscg/nets/hosts/relevance_outputs.hpp>
#include <vscg/nets/hosts/residual_fusion.hpp>
#include <vscg/nets/vscg/localizer.hpp>
#include <vscg/nets/vscg/region_attention.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/recurrent.hpp>
#include <vscg/nn/sequential.hpp>
#include <vscg/ops/cat.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/relu.hpp>
#include <vscg/ops/select_rows.hpp>

namespace vscg {

/// AVSDN (Lin, Li, Wang, ICASSP 2019) in the form that is public: the re-implementation beside CPSP. Its authors' own
/// form differs.
///
/// An LSTM reads each stream; what both have read in the end is fused, states and cells alike, and a third LSTM starts
/// from that and reads both streams again, giving f. Relevance: event_classifier(f). Category:
/// category_classifier(mean over time of f); weakly, `gated_probability` of both.
///
/// Names as released: lstm_audio, lstm_video, lstm_a_v, affine_*, event_classifier, category_classifier, U_v, U_a.
template <setting Setting = setting::fully, int Categories = 28, int Da = 128, int Dv = 512>
struct avsdn {
  static constexpr int hidden = 128;
  nn::bidirectional_lstm<Da, hidden> lstm_audio;
  nn::bidirectional_lstm<Dv, hidden> lstm_video;
  nn::bidirectional_lstm<Da + Dv, hidden> lstm_a_v;
  region_attention<Da, Dv> attention;
  nn::sequential<nn::linear<2 * hidden, 1, init::xavier_uniform>> event_classifier;
  nn::sequential<nn::linear<2 * hidden, Categories, init::xavier_uniform>> category_classifier;
  residual_fusion<hidden> fusion;
  VSCG_NAMED_MEMBERS((lstm_audio, "lstm_audio"), (lstm_video, "lstm_video"), (lstm_a_v, "lstm_a_v"), (attention, ""),
                     (event_classifier, "event_classifier"), (category_classifier, "category_classifier"), (fusion, ""))

  using inputs = audio_visual_inputs<10, Da, Dv>;

  template <Var Audio, Var Visual>
  auto operator()(const Audio& given_audio, const Visual& visual) const {
    const auto audio = expect_shape<avsdn, shape<dyn, any_extent, Da>>(given_audio);
    constexpr int T = extent<shape_of<decltype(audio)>, 1>;
    const auto [seen, map] = attention(audio, visual);
    constexpr int R = extent<shape_of<decltype(map)>, -1>;

    const auto [audio_states, audio_cells] = lstm_audio.with_cells(audio);
    const auto [video_states, video_cells] = lstm_video.with_cells(seen);
    const auto states = fusion(relu(last_states<2>(audio_states)), relu(last_states<2>(video_states)));
    const auto cells = fusion(relu(last_states<2>(audio_cells)), relu(last_states<2>(video_cells)));
    const auto fused = relu(lstm_a_v(cat<-1>(audio, seen), states, cells));

    const auto relevance = view<shape<dyn, T>>(event_classifier(fused));
    const auto category = category_classifier(mean<1>(fused));
    using field = var_field<typename Audio::tag>;
    if constexpr (Setting == setting::fully)
      return relevance_outputs<field, T, R, Categories, 2 * hidden>{relevance, category, fused, map};
    else
      return weak_relevance_outputs<field, T, R, Categories, 2 * hidden, Categories>{
          relevance, category, gated_probability(relevance, category), fused, map};
  }
  VSCG_OPERANDS(2, 2)
};

template <setting Setting, int Categories, int Da, int Dv>
inline constexpr network_identity identity_of<avsdn<Setting, Categories, Da, Dv>> = host_identity("avsdn", "released",
                                                                                                  Setting, Categories);

}  // namespace vscg

#include <vscg/core/end.hpp>
