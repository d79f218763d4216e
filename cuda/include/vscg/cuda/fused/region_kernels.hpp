// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/config.hpp>
#include <vscg/core/math.hpp>
#include <vscg/cuda/fused/four_numbers.hpp>
#include <vscg/cuda/fused/masked_product.hpp>
#include <vscg/cuda/lanes.hpp>
#include <vscg/cuda/phases.hpp>
#include <vscg/cuda/roundings.hpp>
#include <vscg/ops/tanh.hpp>

// Attention over the regions of a picture, beside its large products: a block for each picture. Rows of `content`
// [pictures, regions, padded] have a multiple of 4 numbers; those beyond the regions are 0. `Number`: what the regions
// and the gradients of content are kept as.

namespace vscg::kernels {

/// The most regions that a picture may have.
inline constexpr std::size_t most_regions = masked_product<float>::most_rows;

/// The sizes of an attention, and how its channels are read.
struct region_sizes {
  unsigned regions;
  unsigned padded;      // numbers in a row of content
  unsigned slopes_row;  // from a row of content's gradient to the next
  unsigned channels;    // of a region
  bool by_fours;        // every row of channels is whole fours that can be read at once
};

/// Up to four channels of a row from number `first` on; zeros where there are no more. A lane has the same four
/// whichever way they are read, so that sums have the same bits.
template <bool ByFours, class Number>
VSCG_HD four_numbers<cuda_detail::wide<Number>> read_channels(const region_sizes& sizes, const Number* row,
                                                              unsigned first) {
  if constexpr (ByFours) return read_four(row + first);
  four_numbers<cuda_detail::wide<Number>> values{};
  VSCG_CUDA_UNROLL
  for (unsigned k = 0; k < 4; ++k) {
    if (first + k < sizes.channels) values.of[k] = cuda_detail::widened(row[first + k]);
  }
  return values;
}

/// From content to the map and what it attends to. `content` becomes its hyperbolic tangent.
template <class T, class Number = T>
struct attend_regions_forward {
  static constexpr unsigned threads = 128;  // four channels each
  static constexpr unsigned regions_at_once = 7;
  using four = four_numbers<T>;
  struct shared {
    T terms[most_regions * masked_product<T>::most_terms / 4];  // of scores, from four numbers each
    T scores[most_regions];
    T exponentials[most_regions];
    T shares[most_regions];
  };
  struct own {};

  region_sizes sizes;
  const Number* visual;
  const T* guidance;  // [pictures, padded]
  const T* w_h;
  T* content;
  T* map;
  T* attended;

  template <class Block>
  VSCG_HD void operator()(Block& block) const {
    shared& all = block.shared();
    const unsigned regions = sizes.regions;
    const unsigned fours = sizes.padded / 4;  // of a row
    const std::size_t picture = block.number();
    block.lanes([&](unsigned lane, own&) {
      T* const rows = content + picture * regions * sizes.padded;
      for (unsigned at = lane; at < regions * fours; at += threads)
        all.terms[at] = compare(rows + 4 * at, guidance[picture * sizes.padded + at / fours], at % fours * 4);
    });
    block.lanes([&](unsigned lane, own&) {
      if (lane >= regions) return;
      T total(0);
      for (unsigned k = 0; k < fours; ++k) total += all.terms[lane * fours + k];
      all.scores[lane] = total;
    });
    block.lanes([&](unsigned lane, own&) {
      using math::exp;
      if (lane >= regions) return;
      T highest = all.scores[0];
      for (unsigned r = 1; r < regions; ++r) highest = all.scores[r] > highest ? all.scores[r] : highest;
      all.exponentials[lane] = exp(all.scores[lane] - highest);
    });
    block.lanes([&](unsigned lane, own&) {
      if (lane >= regions) return;
      T total(0);
      for (unsigned r = 0; r < regions; ++r) total += all.exponentials[r];
      all.shares[lane] = all.exponentials[lane] / total;
      map[picture * regions + lane] = all.shares[lane];
    });
    block.lanes([&](unsigned lane, own&) {
      sizes.by_fours ? attend<true>(lane, picture, all.shares) : attend<false>(lane, picture, all.shares);
    });
  }

 private:
  /// Four numbers of a row of content, and what they add to its score.
  VSCG_HD T compare(T* row, T added, unsigned first) const {
    four values = four::at(row);
    T total(0);
    VSCG_CUDA_UNROLL
    for (unsigned k = 0; k < 4; ++k) {
      const bool counts = first + k < sizes.regions;
      values.of[k] = counts ? tanh_function::value(values.of[k] + added) : T(0);
      total += values.of[k] * (counts ? w_h[first + k] : T(0));
    }
    four::at(row) = values;
    return total;
  }

  /// What the map picks: some channels of it. Several regions are read at once, so that they do not wait for each
  /// other.
  template <bool ByFours>
  VSCG_HD void attend(unsigned lane, std::size_t picture, const T* shares) const {
    const unsigned channels = sizes.channels;
    const Number* const rows = visual + picture * sizes.regions * channels;
    T* const to = attended + picture * channels;
    for (unsigned c = 4 * lane; c < channels; c += 4 * threads) {
      four total{};
      unsigned r = 0;
      for (; r + regions_at_once <= sizes.regions; r += regions_at_once)
        add_some<ByFours, regions_at_once>(rows + std::size_t{r} * channels, c, shares + r, total);
      for (; r < sizes.regions; ++r) add_some<ByFours, 1>(rows + std::size_t{r} * channels, c, shares + r, total);
      if constexpr (ByFours) {
        four::at(to + c) = total;
      } else {
        VSCG_CUDA_UNROLL
        for (unsigned k = 0; k < 4; ++k) {
          if (c + k < channels) to[c + k] = total.of[k];
        }
      }
    }
  }
  template <bool ByFours, unsigned Regions>
  VSCG_HD void add_some(const Number* rows, unsigned first, const T* shares, four& total) const {
    four values[Regions];
    VSCG_CUDA_UNROLL
    for (unsigned i = 0; i < Regions; ++i) values[i] = read_channels<ByFours>(sizes, rows + i * sizes.channels, first);
    VSCG_CUDA_UNROLL
    for (unsigned i = 0; i < Regions; ++i) {
      VSCG_CUDA_UNROLL
      for (unsigned k = 0; k < 4; ++k) total.of[k] += shares[i] * values[i].of[k];
    }
  }
};

/// From the gradients of the map and of what it attends to, to those of content, of the guidance and, before relu, of
/// what content is computed from.
template <class T, class Number = T>
struct attend_regions_pullback {
  using product = masked_product<T, Number>;
  using four = four_numbers<T>;
  static constexpr unsigned threads = product::lanes;
  struct shared {
    alignas(16) typename product::slopes_of_rows slopes;  // of content
    union {                                               // one after the other
      T terms[product::most_rows][cuda_detail::warp_lanes + 1];
      alignas(16) typename product::sums_of_warps sums[2];
    };
    alignas(16) T w_h[product::most_terms];
    T shares[product::most_rows];
    T share_slopes[product::most_rows];
    T score_slopes[product::most_rows];
  };
  struct own {};

  region_sizes sizes;
  const Number* visual;
  const T* w_h;
  const T* content;
  const T* map;
  const T* map_slope;       // null if the loss does not reach the map
  const T* attended_slope;  // null if it does not reach what is attended to
  Number* content_slopes;
  T* guidance_slopes;  // [pictures, padded]
  T* w_h_partial;      // [pictures, padded]
  product hidden;
  T* hidden_partial;  // [pictures, columns of the product]: sums over regions

  template <class Block>
  VSCG_HD void operator()(Block& block) const {
    shared& all = block.shared();
    const unsigned regions = sizes.regions;
    const std::size_t picture = block.number();
    block.lanes([&](unsigned lane, own&) {
      sizes.by_fours ? compare<true>(lane, picture, all) : compare<false>(lane, picture, all);
      if (lane < regions) all.shares[lane] = map[picture * regions + lane];
      if (lane < sizes.padded) all.w_h[lane] = lane < regions ? w_h[lane] : T(0);
    });
    block.lanes([&](unsigned lane, own&) {
      if (lane >= regions) return;
      T total = map_slope == nullptr ? T(0) : map_slope[picture * regions + lane];
      for (unsigned k = 0; k < cuda_detail::warp_lanes; ++k) total += all.terms[lane][k];
      all.share_slopes[lane] = total;
    });
    block.lanes([&](unsigned lane, own&) {
      if (lane >= regions) return;
      T inner(0);
      for (unsigned r = 0; r < regions; ++r) inner += all.shares[r] * all.share_slopes[r];
      all.score_slopes[lane] = all.shares[lane] * (all.share_slopes[lane] - inner);
    });
    block.lanes([&](unsigned lane, own&) { slope_content(lane, picture, all); });
    const unsigned passes = hidden.passes();
    for (unsigned pass = 0; pass < passes; ++pass) {
      block.lanes([&](unsigned lane, own&) {
        if (pass > 0) add_warps(lane, picture, pass - 1, all);
        hidden.multiply(lane, pass, picture * regions, regions, all.slopes, all.sums[pass % 2]);
      });
    }
    block.lanes([&](unsigned lane, own&) {
      if (passes > 0) add_warps(lane, picture, passes - 1, all);
      slope_guidance(threads - 1 - lane, picture, all);  // the last lanes have no column to add up
    });
  }

 private:
  /// Every lane's part of what the regions have in common with the gradient: a warp has 7 of them.
  template <bool ByFours>
  VSCG_HD void compare(unsigned lane, std::size_t picture, shared& all) const {
    constexpr unsigned own_rows = product::rows_of_warp;
    const unsigned first = lane / cuda_detail::warp_lanes * own_rows;
    const unsigned place = lane % cuda_detail::warp_lanes;
    if (first >= sizes.regions) return;
    const Number* rows[own_rows];
    VSCG_CUDA_UNROLL
    for (unsigned i = 0; i < own_rows; ++i) {
      const unsigned there = first + i < sizes.regions ? first + i : first;  // read for nothing, which takes no test
      rows[i] = visual + (picture * sizes.regions + there) * sizes.channels;
    }
    T total[own_rows] = {};
    const unsigned end = attended_slope == nullptr ? 0 : sizes.channels;
    for (unsigned c = 4 * place; c < end; c += 4 * cuda_detail::warp_lanes) {
      const four slope = read_channels<ByFours>(sizes, attended_slope + picture * sizes.channels, c);
      four values[own_rows];
      VSCG_CUDA_UNROLL
      for (unsigned i = 0; i < own_rows; ++i) values[i] = read_channels<ByFours>(sizes, rows[i], c);
      VSCG_CUDA_UNROLL
      for (unsigned i = 0; i < own_rows; ++i) {
        VSCG_CUDA_UNROLL
        for (unsigned k = 0; k < 4; ++k) total[i] += slope.of[k] * values[i].of[k];
      }
    }
    VSCG_CUDA_UNROLL
    for (unsigned i = 0; i < own_rows; ++i) all.terms[first + i][place] = total[i];
  }

  /// The gradient of content, and what the picture adds to that of w_h.
  VSCG_HD void slope_content(unsigned lane, std::size_t picture, shared& all) const {
    const unsigned regions = sizes.regions;
    const unsigned fours = sizes.padded / 4;
    const std::size_t begin = picture * regions * sizes.padded;
    for (unsigned at = lane; at < product::most_rows * fours; at += threads) {
      const unsigned row = at / fours;
      const unsigned first = at % fours * 4;
      four slopes{};
      if (row < regions) {
        const four values = four::at(content + begin + 4 * at);
        const four weights = four::at(&all.w_h[first]);
        VSCG_CUDA_UNROLL
        for (unsigned k = 0; k < 4; ++k)
          slopes.of[k] = all.score_slopes[row] * weights.of[k] * tanh_function::derivative(values.of[k]);
        write_four(content_slopes + (picture * regions + row) * sizes.slopes_row + first, slopes);
      }
      four::at(&all.slopes[row][first]) = slopes;
    }
    if (w_h_partial == nullptr || lane >= regions) return;
    T total(0);
    for (unsigned r = 0; r < regions; ++r) total += all.score_slopes[r] * content[begin + r * sizes.padded + lane];
    w_h_partial[picture * sizes.padded + lane] = total;
  }

  /// The gradient of one number of the guidance: the sum of a row of that of content.
  VSCG_HD void slope_guidance(unsigned row, std::size_t picture, const shared& all) const {
    if (row >= sizes.padded) return;
    T total(0);
    for (unsigned k = 0; row < sizes.regions && k < sizes.padded; k += 4) {
      const four slopes = four::at(&all.slopes[row][k]);
      total += (slopes.of[0] + slopes.of[1]) + (slopes.of[2] + slopes.of[3]);
    }
    guidance_slopes[picture * sizes.padded + row] = total;
  }

  VSCG_HD void add_warps(unsigned lane, std::size_t picture, unsigned pass, const shared& all) const {
    hidden.add_warps(lane, pass, all.sums[pass % 2], hidden_partial + picture * hidden.columns);
  }
};

}  // namespace vscg::kernels

#include <vscg/core/end.hpp>
