// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/model/network_identity.hpp>
#include <vscg/nets/vscg/audio_guided_attention.hpp>
#include <vscg/nets/vscg/cere.hpp>
#include <vscg/nets/vscg/dual_lstm.hpp>
#include <vscg/nets/vscg/escm.hpp>
#include <vscg/nets/vscg/event_head.hpp>
#include <vscg/nets/vscg/localizer.hpp>
#include <vscg/nets/vscg/positive_sample_propagation.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/nets/vscg/weak_event_head.hpp>

// The network of "Leveraging the Video-level Semantic Consistency of Event for Audio-visual Event Localization" (TMM
// 2023).

namespace vscg {

/// VSCG, fully supervised, as released: 76 arrays, 2.6 M numbers.
using vscg_net = localizer<audio_guided_attention<>, dual_lstm<>, positive_sample_propagation<>, escm<>, event_head<>>;

/// The same as in the paper's text: streams not swapped, projections not crossed.
using vscg_net_paper =
    localizer<audio_guided_attention<>, dual_lstm<stream_order::straight>, positive_sample_propagation<>,
              escm<shared_cere<>, setting::fully, form::paper>, event_head<>>;

/// VSCG, weakly supervised, as released.
using vscg_net_weakly =
    localizer<audio_guided_attention<setting::weakly>, dual_lstm<stream_order::straight>,
              positive_sample_propagation<setting::weakly>, escm<shared_cere<>, setting::weakly>, weak_event_head<>>;

/// The same as in the paper's text: both GRUs start from the mean of both streams' events.
using vscg_net_weakly_paper = localizer<audio_guided_attention<setting::weakly>, dual_lstm<stream_order::straight>,
                                        positive_sample_propagation<setting::weakly>,
                                        escm<shared_cere<>, setting::weakly, form::paper>, weak_event_head<>>;

// Their names in files.
template <>
inline constexpr network_identity identity_of<vscg_net>{
    "vscg", "released", {{"setting", "fully"}, {"categories", 28}, {"tau", default_tau, "psp.tau"}}};
template <>
inline constexpr network_identity identity_of<vscg_net_paper>{
    "vscg", "paper", {{"setting", "fully"}, {"categories", 28}, {"tau", default_tau, "psp.tau"}}};
template <>
inline constexpr network_identity identity_of<vscg_net_weakly>{
    "vscg", "released", {{"setting", "weakly"}, {"categories", 28}, {"tau", default_tau, "psp.tau"}}};
template <>
inline constexpr network_identity identity_of<vscg_net_weakly_paper>{
    "vscg", "paper", {{"setting", "weakly"}, {"categories", 28}, {"tau", default_tau, "psp.tau"}}};

}  // namespace vscg

#include <vscg/core/end.hpp>
