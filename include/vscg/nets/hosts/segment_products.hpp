// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/matmul.hpp>
#include <vscg/ops/transpose.hpp>

namespace vscg {

/// The dot products of each segment with one vector: streams [B, T, C] and vectors [B, C] to [B, T].
template <Var Stream, Var Vector>
auto segment_products(const Stream& given_stream, const Vector& given_vector) {
  const auto stream = expect_shape<struct segment_products_function, shape<dyn, any_extent, any_extent>>(given_stream);
  constexpr int T = extent<shape_of<decltype(stream)>, 1>;
  constexpr int C = extent<shape_of<decltype(stream)>, 2>;
  const auto vector = expect_shape<struct segment_products_function, shape<dyn, C>>(given_vector);
  return view<shape<dyn, T>>(matmul(view<shape<dyn, 1, C>>(vector), transpose(stream)));
}

}  // namespace vscg

#include <vscg/core/end.hpp>
