// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/config.hpp>
#include <vscg/core/math.hpp>
#include <vscg/cuda/fused/masked_product.hpp>
#include <vscg/cuda/lanes.hpp>
#include <vscg/cuda/phases.hpp>
#include <vscg/ops/tanh.hpp>

// Attention over the regions of a picture, beside its large products: a block for each picture. Rows of `content`
// [pictures, regions, padded] have a multiple of 4 numbers; those beyond the regions are 0.

namespace vscg::kernels {

/// The most regions that a picture may have.
inline constexpr std::size_t most_regions = masked_product<float>::most_rows;

/// The sizes of an attention.
struct region_sizes {
  std::size_t regions;
  std::size_t padded;    // numbers in a row of content
  std::size_t channels;  // of a region
};

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

/// From content to the map and what it attends to. `content` becomes its hyperbolic tangent.
template <class T>
struct attend_regions_forward {
  static constexpr unsigned threads = 256;
  static constexpr unsigned regions_at_once = 7;
  struct shared {
    T terms[most_regions * masked_product<T>::most_terms / 4];  // of scores, from four numbers each
    T scores[most_regions];
    T exponentials[most_regions];
    T shares[most_regions + regions_at_once];
  };
  struct own {};

  region_sizes sizes;
  const T* visual;
  const T* guidance;  // [pictures, padded]
  const T* w_h;
  T* content;
  T* map;
  T* attended;

  template <class Block>
  VSCG_HD void operator()(Block& block) const {
    shared& all = block.shared();
    const std::size_t regions = sizes.regions;
    const std::size_t fours = sizes.padded / 4;  // of a row
    const std::size_t picture = block.number();
    block.lanes([&](unsigned lane, own&) {
      T* const rows = content + picture * regions * sizes.padded;
      for (std::size_t at = lane; at < regions * fours; at += threads)
        all.terms[at] = compare(rows + 4 * at, guidance[picture * sizes.padded + at / fours], at % fours * 4);
    });
    block.lanes([&](unsigned lane, own&) {
      if (lane >= regions) return;
      T total(0);
      for (std::size_t k = 0; k < fours; ++k) total += all.terms[lane * fours + k];
      all.scores[lane] = total;
    });
    block.lanes([&](unsigned lane, own&) {
      using math::exp;
      if (lane >= regions) return;
      T highest = all.scores[0];
      for (std::size_t r = 1; r < regions; ++r) highest = all.scores[r] > highest ? all.scores[r] : highest;
      all.exponentials[lane] = exp(all.scores[lane] - highest);
    });
    block.lanes([&](unsigned lane, own&) {
      if (lane >= regions + regions_at_once) return;
      T total(0);
      for (std::size_t r = 0; r < regions; ++r) total += all.exponentials[r];
      all.shares[lane] = lane < regions ? all.exponentials[lane] / total : T(0);
      if (lane < regions) map[picture * regions + lane] = all.shares[lane];
    });
    block.lanes([&](unsigned lane, own&) {
      for (std::size_t c = lane; c < sizes.channels; c += threads)
        attended[picture * sizes.channels + c] = attend(visual + picture * regions * sizes.channels + c, all.shares);
    });
  }

 private:
  /// Four numbers of a row of content, and what they add to its score.
  VSCG_HD T compare(T* row, T added, std::size_t first) const {
    four_numbers<T> values = four_numbers<T>::at(row);
    T total(0);
    VSCG_CUDA_UNROLL
    for (unsigned k = 0; k < 4; ++k) {
      const bool counts = first + k < sizes.regions;
      values.of[k] = counts ? tanh_function::value(values.of[k] + added) : T(0);
      total += values.of[k] * (counts ? w_h[first + k] : T(0));
    }
    four_numbers<T>::at(row) = values;
    return total;
  }
  /// A channel of what the map picks. Seven regions are read at once, so that they do not wait for each other.
  VSCG_HD T attend(const T* channel, const T* shares) const {
    T total(0);
    for (std::size_t first = 0; first < sizes.regions; first += regions_at_once) {
      T values[regions_at_once];
      VSCG_CUDA_UNROLL
      for (unsigned i = 0; i < regions_at_once; ++i)
        values[i] = first + i < sizes.regions ? channel[(first + i) * sizes.channels] : T(0);
      VSCG_CUDA_UNROLL
      for (unsigned i = 0; i < regions_at_once; ++i) total += shares[first + i] * values[i];
    }
    return total;
  }
};

/// From the gradients of the map and of what it attends to, to those of content, of the guidance and, before relu, of
/// what content is computed from.
template <class T>
struct attend_regions_pullback {
  using product = masked_product<T>;
  static constexpr unsigned threads = product::lanes;
  struct shared {
    alignas(16) typename product::slopes_of_rows slopes;  // of content
    union {                                               // one after the other
      T terms[product::most_rows][cuda_detail::warp_lanes + 1];
      alignas(16) typename product::sums_of_warps sums[2];
    };
    T shares[product::most_rows];
    T share_slopes[product::most_rows];
    T score_slopes[product::most_rows];
  };
  struct own {};

  region_sizes sizes;
  const T* visual;
  const T* w_h;
  const T* content;
  const T* map;
  const T* map_slope;       // null if the loss does not reach the map
  const T* attended_slope;  // null if it does not reach what is attended to
  T* content_slopes;
  T* guidance_slopes;  // [pictures, padded]
  T* w_h_partial;      // [pictures, padded]
  product hidden;
  T* hidden_partial;  // [pictures, columns of the product]: sums over regions

  template <class Block>
  VSCG_HD void operator()(Block& block) const {
    shared& all = block.shared();
    const std::size_t regions = sizes.regions;
    const std::size_t picture = block.number();
    block.lanes([&](unsigned lane, own&) {
      compare(lane, picture, all.terms);
      if (lane < regions) all.shares[lane] = map[picture * regions + lane];
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
      for (std::size_t r = 0; r < regions; ++r) inner += all.shares[r] * all.share_slopes[r];
      all.score_slopes[lane] = all.shares[lane] * (all.share_slopes[lane] - inner);
    });
    block.lanes([&](unsigned lane, own&) { slope_content(lane, picture, all); });
    const std::size_t passes = hidden.passes();
    for (std::size_t pass = 0; pass < passes; ++pass) {
      block.lanes([&](unsigned lane, own&) {
        if (pass > 0) add_warps(lane, picture, pass - 1, all);
        hidden.multiply(lane, pass, picture * regions, regions, all.slopes, all.sums[pass % 2]);
      });
    }
    block.lanes([&](unsigned lane, own&) {
      if (passes > 0) add_warps(lane, picture, passes - 1, all);
      const std::size_t row = threads - 1 - lane;  // lanes without a column to add up
      if (row >= sizes.padded) return;
      T total(0);
      for (std::size_t k = 0; row < regions && k < regions; ++k) total += all.slopes[row][k];
      guidance_slopes[picture * sizes.padded + row] = total;
    });
  }

 private:
  /// Every lane's part of what the regions have in common with the gradient: a warp has 7 of them.
  template <class Terms>
  VSCG_HD void compare(unsigned lane, std::size_t picture, Terms& terms) const {
    constexpr unsigned own_rows = product::rows_of_warp;
    const std::size_t first = lane / cuda_detail::warp_lanes * own_rows;
    const unsigned place = lane % cuda_detail::warp_lanes;
    const T* const rows = visual + (picture * sizes.regions + first) * sizes.channels;
    T total[own_rows] = {};
    for (std::size_t c = place; attended_slope != nullptr && c < sizes.channels; c += cuda_detail::warp_lanes) {
      const T slope = attended_slope[picture * sizes.channels + c];
      T values[own_rows];
      VSCG_CUDA_UNROLL
      for (unsigned i = 0; i < own_rows; ++i)
        values[i] = first + i < sizes.regions ? rows[i * sizes.channels + c] : T(0);
      VSCG_CUDA_UNROLL
      for (unsigned i = 0; i < own_rows; ++i) total[i] += slope * values[i];
    }
    VSCG_CUDA_UNROLL
    for (unsigned i = 0; i < own_rows; ++i) terms[first + i][place] = total[i];
  }

  /// The gradient of content, and what the picture adds to that of w_h.
  VSCG_HD void slope_content(unsigned lane, std::size_t picture, shared& all) const {
    using four = four_numbers<T>;
    const std::size_t regions = sizes.regions;
    const std::size_t fours = sizes.padded / 4;
    const T* const rows = content + picture * regions * sizes.padded;
    for (std::size_t at = lane; at < product::most_rows * fours; at += threads) {
      const std::size_t row = at / fours;
      const std::size_t first = at % fours * 4;
      four slopes{};
      if (row < regions) {
        const four values = four::at(rows + 4 * at);
        VSCG_CUDA_UNROLL
        for (unsigned k = 0; k < 4; ++k) {
          const T weight = first + k < regions ? w_h[first + k] : T(0);
          slopes.of[k] = all.score_slopes[row] * weight * tanh_function::derivative(values.of[k]);
        }
        four::at(content_slopes + picture * regions * sizes.padded + 4 * at) = slopes;
      }
      four::at(&all.slopes[row][first]) = slopes;
    }
    if (w_h_partial == nullptr || lane >= regions) return;
    T total(0);
    for (std::size_t r = 0; r < regions; ++r) total += all.score_slopes[r] * rows[r * sizes.padded + lane];
    w_h_partial[picture * sizes.padded + lane] = total;
  }

  VSCG_HD void add_warps(unsigned lane, std::size_t picture, std::size_t pass, const shared& all) const {
    hidden.add_warps(lane, pass, all.sums[pass % 2], hidden_partial + picture * hidden.columns);
  }
};

}  // namespace vscg::kernels

#include <vscg/core/end.hpp>
