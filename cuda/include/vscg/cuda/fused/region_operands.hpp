// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/config.hpp>
#include <vscg/cuda/fused/four_numbers.hpp>
#include <vscg/cuda/roundings.hpp>

// What an attention over regions copies, so that its products can read it.

namespace vscg::kernels {

/// Copies of two matrices with rows of zeros below.
template <class T>
struct pad_rows {
  std::size_t rows;
  std::size_t padded;
  std::size_t columns;
  const T* first;
  const T* second;
  T* first_to;
  T* second_to;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t at) const {
    const std::size_t row = at % padded;
    const T* const from = (at < padded ? first : second) + row * columns;
    T* const to = (at < padded ? first_to : second_to) + row * columns;
    group.each(columns, [&](auto c) {
      using V = typename decltype(c)::value;
      c.store(to, row < rows ? c.load(from) : V(0));
    });
  }
};

/// The same, and bf16 copies, one after the other: of the first matrix with its rows of zeros, of a weight [out, in]
/// and of its bias.
struct pad_and_round_rows {
  pad_rows<float> pad;
  std::size_t out;
  std::size_t in;
  const float* weight;
  const float* bias;
  cuda_detail::bf16* to;

  VSCG_HD std::size_t rows() const { return 2 * pad.padded + out + 1; }
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t at) const {
    const std::size_t of_first = pad.padded * pad.columns;
    const auto round = [&](std::size_t n, const float* from, std::size_t place) {
      cuda_detail::bf16* const there = to + place;
      group.integers(n, [=](std::size_t i) { there[i] = cuda_detail::to_bf16(from == nullptr ? 0.0F : from[i]); });
    };
    if (at < 2 * pad.padded) {
      pad(group, at);
      if (at < pad.padded) round(pad.columns, at < pad.rows ? pad.first + at * pad.columns : nullptr, at * pad.columns);
    } else if (at + 1 < rows()) {
      const std::size_t row = at - 2 * pad.padded;
      round(in, weight + row * in, of_first + row * in);
    } else {
      round(out, bias, of_first + out * in);
    }
  }
};

/// bf16 copies of numbers, four at a time. Both arrays begin where four can be read at once.
struct round_fours {
  const float* from;
  cuda_detail::bf16* to;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    write_four(to + 4 * i.at, read_four(from + 4 * i.at));
  }
};

}  // namespace vscg::kernels

#include <vscg/core/end.hpp>
