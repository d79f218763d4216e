// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/shape.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/composites/average.hpp>
#include <vscg/ops/conv1d.hpp>
#include <vscg/ops/max_pool1d.hpp>
#include <vscg/ops/relu.hpp>

namespace vscg::composites {

/// Two blocks of conv1d, relu and maximum over pairs of segments, on each of two streams (`cere` has the equations).
///
/// Operands: two streams [B, T, C], then W₁ [H, C, Kernel], b₁ [H], W₂ [H, H, Kernel], b₂ [H] for each; both may share
/// them. Results: two [B, T / 4, H].
template <int T, int C, int H, int Kernel>
struct extract_events {
  template <Var X, Var Y, Var ShortWeight, Var ShortBias, Var LongWeight, Var LongBias>
  auto operator()(const X& first, const Y& second, const ShortWeight& first_w1, const ShortBias& first_b1,
                  const LongWeight& first_w2, const LongBias& first_b2, const ShortWeight& second_w1,
                  const ShortBias& second_b1, const LongWeight& second_w2, const LongBias& second_b2) const {
    const auto of = [](const auto& x, const ShortWeight& w1, const ShortBias& b1, const LongWeight& w2,
                       const LongBias& b2) {
      const auto short_events = vscg::max_pool1d<2>(relu(vscg::conv1d(x, w1, b1)));
      return vscg::max_pool1d<2>(relu(vscg::conv1d(short_events, w2, b2)));
    };
    const auto first_events = of(first, first_w1, first_b1, first_w2, first_b2);
    const auto second_events = of(second, second_w1, second_b1, second_w2, second_b2);
    return vars{first_events, second_events};
  }
};

/// The mean of both results of `extract_events`, [B, T / 4, H].
template <int T, int C, int H, int Kernel>
struct extract_mean_event {
  template <Var... Operands>
  auto operator()(const Operands&... operands) const {
    const auto [first_events, second_events] = extract_events<T, C, H, Kernel>{}(operands...);
    return average<shape<dyn, T / 4, H>>{}(first_events, second_events);
  }
};

}  // namespace vscg::composites

#include <vscg/core/end.hpp>
