// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include <Eigen/Core>

#include <vscg/core/config.hpp>

// The innermost loop of the matrix product: a tile of C held in registers while k runs.
//
// Every element of C is one chain of fused multiply-adds over k, whatever tile it falls into: tiles differ in how many
// chains run side by side, never in the order inside one. That is what makes the bits of a row independent of the rows
// around it.

namespace vscg::eigen_detail {

/// Sizes of the product's blocks. Constants of the code and the instruction set, never of the machine's caches, because
/// `depth` fixes the order of summation.
template <class T>
struct gemm_sizes {
  using packet = typename Eigen::internal::packet_traits<T>::type;
  static constexpr std::size_t lanes = Eigen::internal::unpacket_traits<packet>::size;
#if defined(EIGEN_VECTORIZE_FMA) || defined(EIGEN_VECTORIZE_AVX512)
  static constexpr bool fused = true;
#else
  static constexpr bool fused = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS >= 32;  // NEON of 64 bits
#endif
  /// Rows of a full tile: 14 × 2, 6 × 2 or 4 × 2 accumulators leave registers for two packets of B and one of A (and
  /// for a product where multiplication and addition are not one instruction).
  static constexpr std::size_t rows = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS >= 32 ? 14 : fused ? 6 : 4;
  /// Columns of a tile, and of a packed panel of B.
  static constexpr std::size_t columns = 2 * lanes;
  /// Distance between two k of a packed panel of A: `rows` rounded up to whole packets, so that packing may store them.
  static constexpr std::size_t a_step = (rows + lanes - 1) / lanes * lanes;
  /// Length of one chain over k. A panel of A (`depth` × `a_step`) stays in the first-level cache.
  static constexpr std::size_t depth = 1024 / sizeof(T);
  /// Columns of B packed at once by the whole team: they stay in the second-level cache.
  static constexpr std::size_t width = (EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS >= 32 ? 16 : 16) * columns;
  /// Panels of A in one chunk of work.
  static constexpr std::size_t row_panels = 4;
};

template <std::size_t... I, class F>
VSCG_ALWAYS_INLINE void unrolled(std::index_sequence<I...> /*indices*/, F&& f) {
  (f(std::integral_constant<std::size_t, I>{}), ...);
}

/// Calls f with 0 … Count−1 as compile-time constants, so that an array of packets stays in registers.
template <std::size_t Count, class F>
VSCG_ALWAYS_INLINE void unrolled(F&& f) {
  unrolled(std::make_index_sequence<Count>{}, std::forward<F>(f));
}

/// A strip of C, as wide as the panels of B it is multiplied with, for one block of k.
template <class T>
struct gemm_strip {
  std::size_t depth;    ///< length of this block of k
  const T* b;           ///< first panel of B
  std::size_t b_step;   ///< distance between two k inside a panel
  std::size_t b_panel;  ///< distance between two panels
  std::size_t columns;  ///< columns of C; the last panel may hold anything beyond
  T* c;
  std::size_t ldc;
  bool add;        ///< C holds the sum of what came before
  const T* bias;   ///< of the first column, or null; only with the last block of k
  bool rectified;  ///< relu; only with the last block of k
};

/// C[Rows, Packets · lanes] of one strip: `a` is a packed panel from its row 0 of this tile on.
template <class T, std::size_t Rows, std::size_t Packets>
VSCG_NOINLINE void gemm_tile(const gemm_strip<T>& strip, const T* a, const T* b, T* c, std::size_t ldc, const T* bias) {
  namespace ei = Eigen::internal;
  using sizes = gemm_sizes<T>;
  using packet = typename sizes::packet;
  constexpr std::size_t lanes = sizes::lanes;
  const std::size_t b_step = strip.b_step;
  const std::size_t b_panel = strip.b_panel;

  unrolled<Rows>([&](auto i) __attribute__((always_inline)) {
    ei::prefetch(c + i * ldc);
    if constexpr (Packets * lanes * sizeof(T) > 64) ei::prefetch(c + i * ldc + 64 / sizeof(T));
  });

  packet sum[Rows * Packets];
  unrolled<Rows * Packets>([&](auto i) __attribute__((always_inline)) { sum[i] = ei::pset1<packet>(T(0)); });
  for (std::size_t k = strip.depth; k != 0; --k) {
    packet right[Packets];
    unrolled<Packets>([&](auto p) __attribute__((always_inline)) {
      right[p] = ei::ploadu<packet>(b + (p / 2) * b_panel + (p % 2) * lanes);
    });
    unrolled<Rows>([&](auto i) __attribute__((always_inline)) {
      const packet left = ei::pset1<packet>(a[i]);
      unrolled<Packets>([&](auto p) __attribute__((always_inline)) {
        sum[i * Packets + p] = ei::pmadd(left, right[p], sum[i * Packets + p]);
      });
    });
    a += sizes::a_step;
    b += b_step;
  }

  if (strip.add) {
    unrolled<Rows * Packets>([&](auto i) __attribute__((always_inline)) {
      sum[i] = ei::padd(ei::ploadu<packet>(c + (i / Packets) * ldc + (i % Packets) * lanes), sum[i]);
    });
  }
  if (bias != nullptr) {
    unrolled<Packets>([&](auto p) __attribute__((always_inline)) {
      const packet shift = ei::ploadu<packet>(bias + p * lanes);
      unrolled<Rows>([&](auto i) __attribute__((always_inline)) {
        sum[i * Packets + p] = ei::padd(sum[i * Packets + p], shift);
      });
    });
  }
  if (strip.rectified) {
    // Written so that NaN stays NaN, as in PyTorch: a loss that is not finite has to be seen. (And not with `pmax`,
    // which does not compile without warnings under g++ 12 with AVX-512: GCC bug 105593.)
    const packet zero = ei::pset1<packet>(T(0));
    unrolled<Rows * Packets>([&](auto i) __attribute__((always_inline)) {
      sum[i] = ei::pselect(ei::pcmp_lt(sum[i], zero), zero, sum[i]);
    });
  }
  unrolled<Rows * Packets>([&](auto i) __attribute__((always_inline)) {
    ei::pstoreu(c + (i / Packets) * ldc + (i % Packets) * lanes, sum[i]);
  });
}

/// The last, incomplete panel: a whole packet, if there is one, then the rest, computed beside C and copied.
template <class T, std::size_t Rows>
void gemm_tail(const gemm_strip<T>& strip, const T* a, const T* b, T* c, std::size_t columns, const T* bias) {
  constexpr std::size_t lanes = gemm_sizes<T>::lanes;
  if (columns >= lanes) {
    gemm_tile<T, Rows, 1>(strip, a, b, c, strip.ldc, bias);
    b += lanes, c += lanes, columns -= lanes;
    if (bias != nullptr) bias += lanes;
    if (columns == 0) return;
  }
  alignas(64) T tile[Rows * lanes] = {};
  alignas(64) T shift[lanes] = {};
  if (strip.add) {
    for (std::size_t i = 0; i < Rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) tile[i * lanes + j] = c[i * strip.ldc + j];
    }
  }
  if (bias != nullptr) {
    for (std::size_t j = 0; j < columns; ++j) shift[j] = bias[j];
    bias = shift;
  }
  gemm_tile<T, Rows, 1>(strip, a, b, tile, lanes, bias);
  for (std::size_t i = 0; i < Rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) c[i * strip.ldc + j] = tile[i * lanes + j];
  }
}

/// `Rows` rows of C from `row` on, over all columns of the strip. `a` is the packed panel these rows begin in.
template <class T, std::size_t Rows>
void gemm_sweep(const gemm_strip<T>& strip, const T* a, std::size_t row) {
  constexpr std::size_t width = gemm_sizes<T>::columns;
  // One or two rows alone would wait for the latency of their few chains: they take several panels at a time.
  constexpr std::size_t panels = Rows == 1 ? 4 : Rows == 2 ? 2 : 1;
  a += row;
  T* const c = strip.c + row * strip.ldc;
  const T* b = strip.b;
  std::size_t j = 0;
  const auto bias = [&] { return strip.bias == nullptr ? nullptr : strip.bias + j; };
  for (; j + panels * width <= strip.columns; j += panels * width, b += panels * strip.b_panel) {
    gemm_tile<T, Rows, 2 * panels>(strip, a, b, c + j, strip.ldc, bias());
  }
  if constexpr (panels > 1) {
    for (; j + width <= strip.columns; j += width, b += strip.b_panel) {
      gemm_tile<T, Rows, 2>(strip, a, b, c + j, strip.ldc, bias());
    }
  }
  if (j < strip.columns) gemm_tail<T, Rows>(strip, a, b, c + j, strip.columns - j, bias());
}

/// Columns past the last whole packet, when they are few: lanes are rows here, so that no lane is wasted. `Panels`
/// packed panels of A, `a_panel` apart, with `rows` rows in all; `b` and `c` point at one column.
template <class T, std::size_t Panels>
VSCG_NOINLINE void gemm_column(const gemm_strip<T>& strip, const T* a, std::size_t a_panel, std::size_t rows,
                               const T* b, T* c, const T* bias) {
  namespace ei = Eigen::internal;
  using sizes = gemm_sizes<T>;
  using packet = typename sizes::packet;
  constexpr std::size_t packets = sizes::a_step / sizes::lanes;

  packet sum[Panels * packets];
  unrolled<Panels * packets>([&](auto i) __attribute__((always_inline)) { sum[i] = ei::pset1<packet>(T(0)); });
  for (std::size_t k = strip.depth; k != 0; --k, a += sizes::a_step, b += strip.b_step) {
    const packet right = ei::pset1<packet>(*b);
    unrolled<Panels * packets>([&](auto i) __attribute__((always_inline)) {
      sum[i] = ei::pmadd(ei::ploadu<packet>(a + i / packets * a_panel + i % packets * sizes::lanes), right, sum[i]);
    });
  }
  alignas(64) T column[Panels * sizes::a_step];
  unrolled<Panels * packets>([&](auto i)
                                 __attribute__((always_inline)) { ei::pstoreu(column + i * sizes::lanes, sum[i]); });
  for (std::size_t i = 0; i < rows; ++i) {
    T& element = c[i * strip.ldc];
    T value = column[i / sizes::rows * sizes::a_step + i % sizes::rows];
    if (strip.add) value = element + value;
    if (bias != nullptr) value += *bias;
    element = strip.rectified && value < T(0) ? T(0) : value;
  }
}

/// The rows (at most a full tile's) of one packed panel of A times the strip's panels of B.
template <class T>
VSCG_NOINLINE void gemm_multiply(const gemm_strip<T>& strip, const T* a, std::size_t rows) {
  constexpr std::size_t full = gemm_sizes<T>::rows;
  if (rows == full) return gemm_sweep<T, full>(strip, a, 0);
  std::size_t row = 0;
  if constexpr (full > 10) {  // the segments of a video, and a side of its 7 × 7 map
    if (rows - row >= 10) gemm_sweep<T, 10>(strip, a, row), row += 10;
    if (rows - row >= 7) gemm_sweep<T, 7>(strip, a, row), row += 7;
  }
  if (rows - row >= 4) gemm_sweep<T, 4>(strip, a, row), row += 4;
  if (rows - row >= 2) gemm_sweep<T, 2>(strip, a, row), row += 2;
  if (rows - row >= 1) gemm_sweep<T, 1>(strip, a, row);
}

/// `rows` rows of C, from several packed panels of A that lie `a_panel` apart, times the strip's panels of B.
template <class T>
void gemm_multiply_panels(gemm_strip<T> strip, const T* a, std::size_t a_panel, std::size_t rows) {
  using sizes = gemm_sizes<T>;
  T* const c = strip.c;
  const std::size_t columns = strip.columns;
  if (columns % sizes::lanes <= sizes::rows / 3) strip.columns -= columns % sizes::lanes;
  if (strip.columns != 0) {
    const T* panel = a;
    for (std::size_t i = 0; i < rows; i += sizes::rows, panel += a_panel) {
      strip.c = c + i * strip.ldc;
      gemm_multiply(strip, panel, std::min(sizes::rows, rows - i));
    }
  }
  for (std::size_t j = strip.columns; j < columns; ++j) {
    const T* const b = strip.b + j / sizes::columns * strip.b_panel + j % sizes::columns;
    const T* const bias = strip.bias == nullptr ? nullptr : strip.bias + j;
    const T* panel = a;
    for (std::size_t i = 0; i < rows;) {  // several panels side by side, so that no chain waits for itself
      const std::size_t together = rows - i > sizes::rows ? sizes::row_panels : 1;
      const std::size_t used = std::min(together * sizes::rows, rows - i);
      if (together == 1) {
        gemm_column<T, 1>(strip, panel, a_panel, used, b, c + i * strip.ldc + j, bias);
      } else {
        gemm_column<T, sizes::row_panels>(strip, panel, a_panel, used, b, c + i * strip.ldc + j, bias);
      }
      i += used, panel += together * a_panel;
    }
  }
}

}  // namespace vscg::eigen_detail
