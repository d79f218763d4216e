// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

#include <xtensor/xadapt.hpp>
#include <xtensor/xtensor.hpp>

#include <vscg/model/array.hpp>

// xtensor arrays in and out. In needs nothing: models and sessions take any contiguous row-major array, including
// xt::xtensor and xt::xarray. Out is a copy, or a view of what a model or session holds.

namespace vscg {

/// A row-major xtensor array, as outputs are, whatever XTENSOR_DEFAULT_LAYOUT says.
template <class Scalar, std::size_t Rank>
using row_major_tensor = xt::xtensor<Scalar, Rank, xt::layout_type::row_major>;

/// A copy of a network's output as an xtensor array, which outlives it: [N, ...] as its shape says.
template <class Scalar, class Shape>
row_major_tensor<Scalar, Shape::rank> to_xtensor(const array_view<Scalar, Shape>& output) {
  auto copy = row_major_tensor<Scalar, Shape::rank>::from_shape(output.shape());
  std::ranges::copy(output.values(), copy.data());
  return copy;
}
template <class Scalar, class Shape>
row_major_tensor<Scalar, Shape::rank> to_xtensor(const array_of<Scalar, Shape>& output) {
  return to_xtensor(output.view());
}

/// The same without a copy: an xtensor expression over the output's own numbers, valid as long as they are (a session's
/// until its next call).
template <class Scalar, class Shape>
auto view_xtensor(const array_view<Scalar, Shape>& output) {
  return xt::adapt<xt::layout_type::row_major>(output.data, output.size(), xt::no_ownership(), output.shape());
}
template <class Scalar, class Shape>
auto view_xtensor(const array_of<Scalar, Shape>& output) {
  return view_xtensor(output.view());
}
template <class Scalar, class Shape>
void view_xtensor(const array_of<Scalar, Shape>&& output) = delete;

}  // namespace vscg

#include <vscg/core/end.hpp>
