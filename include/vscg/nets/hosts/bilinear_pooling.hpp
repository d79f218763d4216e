// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/var.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/ops/multiply.hpp>
#include <vscg/ops/normalize.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/signed_sqrt.hpp>

namespace vscg {

/// How two projected streams u and w go together (factorized bilinear pooling, Yu et al., ICCV 2017): the sums of
/// drop(u ∘ w) over groups of `Group` channels, their signed square roots, each row normalized to length 1.
///
/// u and w [..., Group C], which may be broadcast, to [..., C].
template <int Group, Var U, Var W>
auto bilinear_pooling(const U& u, const W& w, const nn::dropout& dropout) {
  return normalize(signed_sqrt(sum_groups<Group>(dropout(u * w))));
}

}  // namespace vscg

#include <vscg/core/end.hpp>
