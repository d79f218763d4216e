// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <string_view>
#include <type_traits>

#include <vscg/model/network_identity.hpp>
#include <vscg/nets/vscg/audio_guided_attention.hpp>
#include <vscg/nets/vscg/dual_lstm.hpp>
#include <vscg/nets/vscg/escm.hpp>
#include <vscg/nets/vscg/event_head.hpp>
#include <vscg/nets/vscg/localizer.hpp>
#include <vscg/nets/vscg/no_consistency.hpp>
#include <vscg/nets/vscg/pooled_events.hpp>
#include <vscg/nets/vscg/positive_sample_propagation.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/nets/vscg/two_cere.hpp>
#include <vscg/nets/vscg/weak_event_head.hpp>

// The rows of the paper's Tables III and IV: the released VSCG in either setting with one thing changed.

namespace vscg {

/// The released VSCG with another stage 4.
template <setting Setting, class Consistency>
using vscg_with = localizer<audio_guided_attention<Setting>,
                            dual_lstm<Setting == setting::fully ? stream_order::crossed : stream_order::straight>,
                            positive_sample_propagation<Setting>, Consistency,
                            std::conditional_t<Setting == setting::fully, event_head<>, weak_event_head<>>>;

/// The heads read what propagation says (published 77.9 % fully, 72.9 % weakly supervised).
template <setting Setting = setting::fully>
using without_escm = vscg_with<Setting, no_consistency>;

/// The GRUs start from zeros (76.4 %, 71.9 %).
template <setting Setting = setting::fully>
using without_isce = vscg_with<Setting, escm<no_events, Setting>>;

/// The event is the mean over time (77.8 %, 73.0 %).
template <setting Setting = setting::fully>
using with_average = vscg_with<Setting, escm<average_events<>, Setting>>;

/// The event is the maximum over time (78.2 %, 73.4 %).
template <setting Setting = setting::fully>
using with_maximum = vscg_with<Setting, escm<maximum_events<>, Setting>>;

/// Each stream has an extractor of its own (77.2 %, 72.8 %).
template <setting Setting = setting::fully>
using with_two_cere = vscg_with<Setting, escm<two_cere<>, Setting>>;

/// The name of VSCG with this stage 4, as a variant in files; empty if it has none.
template <class Consistency>
inline constexpr std::string_view variant_name{};
template <>
inline constexpr std::string_view variant_name<no_consistency> = "without_escm";
template <setting Setting>
inline constexpr std::string_view variant_name<escm<no_events, Setting>> = "without_isce";
template <setting Setting>
inline constexpr std::string_view variant_name<escm<average_events<>, Setting>> = "with_average";
template <setting Setting>
inline constexpr std::string_view variant_name<escm<maximum_events<>, Setting>> = "with_maximum";
template <setting Setting>
inline constexpr std::string_view variant_name<escm<two_cere<>, Setting>> = "with_two_cere";

template <setting Setting, class Encoder, class Propagation, class Consistency, class Head>
requires(!variant_name<Consistency>.empty() &&
         std::is_same_v<localizer<audio_guided_attention<Setting>, Encoder, Propagation, Consistency, Head>,
                        vscg_with<Setting, Consistency>>) inline constexpr network_identity
    identity_of<localizer<audio_guided_attention<Setting>, Encoder, Propagation, Consistency, Head>>{
        "vscg",
        variant_name<Consistency>,
        {{"setting", Setting == setting::fully ? "fully" : "weakly"},
         {"categories", 28},
         {"tau", default_tau, "psp.tau"}}};

}  // namespace vscg

#include <vscg/core/end.hpp>
