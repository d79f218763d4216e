// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/model/network_identity.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/nets/hosts/segment_outputs.hpp>
#include <vscg/nets/vscg/vscg_net.hpp>

namespace vscg {

/// The fully supervised VSCG as the losses on segment scores train it (`segment_class_loss`, `segment_loss`; Table V of
/// the paper): nothing trains its relevance and category then, so they are no outputs, and the prediction is the argmax
/// of each segment's scores. All arrays are the network's own.
template <class Network = vscg_net>
struct by_segment_scores {
  Network network;
  VSCG_NAMED_MEMBERS((network, ""))

  using inputs = inputs_of<Network>;

  template <Var Audio, Var Visual>
  auto operator()(const Audio& audio, const Visual& visual) const {
    const auto said = network(audio, visual);
    using scores = shape_of<decltype(said.segment_scores)>;
    constexpr int T = extent<scores, 1>;
    constexpr int R = extent<shape_of<decltype(said.attention)>, 2>;
    return compared_outputs<var_field<typename Audio::tag>, T, R, extent<scores, 2> - 1>{
        said.segment_scores, said.similarity, said.attention};
  }
  VSCG_OPERANDS(2, 2)
};

template <>
inline constexpr network_identity identity_of<by_segment_scores<>>{
    "vscg_by_segment_scores", "released", {{"setting", "fully"}, {"categories", 28}, {"tau", default_tau, "psp.tau"}}};

}  // namespace vscg

#include <vscg/core/end.hpp>
