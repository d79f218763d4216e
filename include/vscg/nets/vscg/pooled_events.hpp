// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/vscg/audio_guided_attention.hpp>
#include <vscg/ops/over_axis.hpp>

namespace vscg {

namespace detail {

/// What the whole video is about, in place of CERE: one number for each channel, over time. The first half of the
/// channels starts a GRU's forward direction, the second half the backward one: [B, T, 2 H] to [B, 2, H].
template <int H, class OverTime>
struct pooled_events {
  VSCG_MEMBERS()

  template <Var Audio, Var Visual>
  auto operator()(const Audio& audio, const Visual& visual) const {
    return streams{of(audio), of(visual)};
  }
  VSCG_OPERANDS(2, 2)

 private:
  template <Var X>
  static auto of(const X& given) {
    const auto x = expect_shape<pooled_events, shape<dyn, any_extent, 2 * H>>(given);
    return view<shape<dyn, 2, H>>(OverTime{}(x));
  }
};

struct mean_over_time {
  auto operator()(Var auto x) const { return vscg::mean<1>(x); }
};
struct max_over_time {
  auto operator()(Var auto x) const { return vscg::max<1>(x); }
};

}  // namespace detail

/// The mean over time as what a video is about (Table III of the paper, "average"); no arrays.
template <int H = 128>
using average_events = detail::pooled_events<H, detail::mean_over_time>;

/// The maximum over time (Table III, "maximum"); no arrays.
template <int H = 128>
using maximum_events = detail::pooled_events<H, detail::max_over_time>;

}  // namespace vscg

#include <vscg/core/end.hpp>
