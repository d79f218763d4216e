// SPDX-License-Identifier: MIT
#pragma once

#include <array>

#include <vscg/vscg.hpp>

// Stage 4 of VSCG as a network of its own, with inputs, outputs and a loss, so that it can be run and trained alone.

namespace peers {

/// Two streams as outputs: [B, 10, 256] each.
template <class Field>
struct stream_outputs {
  typename Field::template type<vscg::shape<vscg::dyn, 10, 256>> audio, visual;
  VSCG_MEMBERS(audio, visual)

  template <class F>
  using rebind = stream_outputs<F>;
};

struct escm_alone {
  vscg::escm<> consistency;
  VSCG_NAMED_MEMBERS((consistency, ""))

  using inputs = vscg::input_shapes<vscg::shape<vscg::dyn, 10, 256>, vscg::shape<vscg::dyn, 10, 256>>;

  template <vscg::Var Audio, vscg::Var Visual>
  auto operator()(const Audio& audio, const Visual& visual) const {
    const auto out = consistency(audio, visual);
    return stream_outputs<vscg::var_field<typename Audio::tag>>{out.audio, out.visual};
  }
};

/// A loss that reaches both streams: the mean squared distances to two given ones.
struct stream_loss {
  using targets = escm_alone::inputs;
  static constexpr std::array<const char*, 2> term_names{"audio", "visual"};

  template <class Outputs, vscg::Var Audio, vscg::Var Visual>
  auto operator()(const Outputs& outputs, const Audio& audio, const Visual& visual) const {
    const auto audio_term = vscg::batch_mean(vscg::mse_loss(outputs.audio, audio));
    const auto visual_term = vscg::batch_mean(vscg::mse_loss(outputs.visual, visual));
    const auto total = audio_term + visual_term;
    return vscg::loss_terms{total, std::array{audio_term, visual_term}};
  }
};

}  // namespace peers
