// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <type_traits>

#include <Eigen/Core>

#include <vscg/backend/eigen/lanes.hpp>
#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/config.hpp>

// The innermost loop of the matrix product: it holds a tile of C in registers while k runs.
//
// Every element of C is a sum of chains of fused multiply-adds over k, whatever tile it falls into. Tiles differ in how
// many chains run side by side, never in the order inside one, so the bits of a row do not depend on the rows around
// it. Chains are short because the rounding error of a sum grows with its length.

// Unrolls a loop whose bounds are constants, so that its arrays of packets stay in registers.
#if defined(__clang__)
#define VSCG_UNROLL _Pragma("clang loop unroll(full)")
#else
#define VSCG_UNROLL _Pragma("GCC unroll 64")
#endif

namespace vscg {
inline namespace VSCG_INSTRUCTION_SET {
namespace eigen_detail {

constexpr std::size_t gemm_ceil(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

/// Sizes of the product's blocks. The code and the instruction set fix them, never the machine's caches, because
/// `depth` fixes the order of summation.
template <class T>
struct gemm_sizes {
  using packet = typename Eigen::internal::packet_traits<T>::type;
  static constexpr std::size_t lanes = Eigen::internal::unpacket_traits<packet>::size;
#if defined(EIGEN_VECTORIZE_FMA) || defined(EIGEN_VECTORIZE_AVX512)
  static constexpr bool fused = true;
#else
  static constexpr bool fused = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS >= 32;  // 64-bit NEON
#endif
  /// Rows of a full tile: 14 × 2, 6 × 2 or 4 × 2 accumulators leave registers for two packets of B and one of A (and
  /// for a product, where multiplication and addition are separate instructions).
  static constexpr std::size_t rows = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS >= 32 ? 14 : fused ? 6 : 4;
  /// Columns of a tile, and of a packed panel of B.
  static constexpr std::size_t columns = 2 * lanes;
  /// Distance between two k of a packed panel of A: `rows` rounded up to whole packets, so that packing may store them.
  static constexpr std::size_t a_step = gemm_ceil(rows, lanes) * lanes;
  /// Length of a block of k, and so of one chain of sums. A panel of A (`depth` × `a_step`) and one of B stay in the
  /// first-level cache. Without fused multiply-add the products round too; chains are then half as long, so that
  /// float's relus near 0 disagree with double's just as rarely.
  static constexpr std::size_t depth = (fused ? 512 : 256) / sizeof(T);
  /// The most columns of B in one chunk of work: for a block of k they stay in the second-level cache. (Half as many
  /// make AVX2 about 3 % slower: A is packed again for each chunk.)
  static constexpr std::size_t width = 2048 / sizeof(T);
  static_assert(width % columns == 0);
  /// A tile of few registers issues about as many instructions as the machine takes, so saving some pays: more k per
  /// turn of the loop, and a known distance between two k of packed B.
  static constexpr bool crowded = rows <= 10;
  static constexpr std::size_t turn = crowded ? 4 : 2;
  /// Panels of A in one chunk of work: about 50 rows. Fewer would read too little of each k of a transposed A.
  static constexpr std::size_t row_panels = crowded ? 8 : 4;
  /// How many rows ahead B is prefetched, once per cache line: a prefetch takes the place of a load, and AVX2 has few
  /// to spare.
  static constexpr std::size_t ahead = 16;
  static constexpr std::size_t line = 64 / sizeof(T);
  /// Up to this many rows of A, row-major B is used as stored. What a panel reads of B's rows lies far apart, in few
  /// sets of the first-level cache, so a copy pays if many rows use it or if each row gives only one line.
  static constexpr std::size_t direct_rows = columns > line ? 256 : 32;
};

template <class T>
struct gemm_strip;

/// Finishes a tile and writes it into C: `gemm_finish` with one function.
template <class T>
using gemm_finisher = void (*)(const gemm_strip<T>& strip, const T* tile, std::size_t tile_step, std::size_t row,
                               std::size_t rows, std::size_t column, std::size_t columns);

template <class T, class Function>
void gemm_finish(const gemm_strip<T>& strip, const T* tile, std::size_t tile_step, std::size_t row, std::size_t rows,
                 std::size_t column, std::size_t columns);

/// A strip of C for one block of k, as wide as the panels of B that it is multiplied with.
///
/// Between blocks the sums wait in `partial`, where each tile is contiguous: C's rows may lie a power of two apart, and
/// then a tile of C fills few sets of the cache. C itself is read before the first block of a part of k, if at all, and
/// written after the last.
template <class T>
struct gemm_strip {
  std::size_t depth;    ///< length of this block of k
  std::size_t a_step;   ///< distance between two k of A: in A itself if it has one row, else as packed
  const T* b;           ///< first panel of B
  std::size_t b_step;   ///< distance between two k inside a panel
  std::size_t b_panel;  ///< distance between two panels
  std::size_t columns;  ///< columns of C; the last panel may hold anything beyond
  T* c;
  std::size_t ldc;
  T* partial;
  bool first;               ///< whether this is the first block of this part of k
  bool last;                ///< whether this is the last block of this part of k
  bool add;                 ///< whether C holds a sum from before the first block
  const T* bias;            ///< of the first column, or null; added with the last block
  gemm_finisher<T> finish;  ///< has the product's function if this is the last block of all

  bool finishes() const { return bias != nullptr || finish != &gemm_finish<T, identity_function>; }
};

/// The start of the first block's chains: what C holds, copied into `tile`.
template <class T>
void gemm_begin(const gemm_strip<T>& strip, T* tile, std::size_t tile_step, std::size_t row, std::size_t rows,
                std::size_t column, std::size_t columns) {
  for (std::size_t i = 0; i < rows; ++i) {
    std::memcpy(tile + i * tile_step, strip.c + (row + i) * strip.ldc + column, columns * sizeof(T));
  }
}

/// Adds the bias, applies the function and writes into C. A lane computes an element as it does in the function's own
/// operation, whether or not other elements fill the rest of the register.
template <class T, class Function>
VSCG_NOINLINE void gemm_finish(const gemm_strip<T>& strip, const T* tile, std::size_t tile_step, std::size_t row,
                               std::size_t rows, std::size_t column, std::size_t columns) {
  using values = lanes<T>;
  const T* const bias = strip.bias == nullptr ? nullptr : strip.bias + column;
  for (std::size_t i = 0; i < rows; ++i, tile += tile_step) {
    T* const c = strip.c + (row + i) * strip.ldc + column;
    std::size_t j = 0;
    for (; j + values::size <= columns; j += values::size) {
      values value = values::load(tile + j);
      if (bias != nullptr) value = value + values::load(bias + j);
      Function::value(value).store(c + j);
    }
    for (; j < columns; ++j) {
      T value = tile[j];
      if (bias != nullptr) value += bias[j];
      c[j] = std::is_same_v<Function, identity_function> ? value : Function::value(values(value)).first();
    }
  }
}

/// Sums of a tile: what was there before (null: nothing), and where they go.
template <class T>
struct gemm_sums {
  const T* before;
  std::size_t before_step;
  T* to;
  std::size_t to_step;
};

/// One k of a tile: sum += a·b, `a` from the tile's first row on.
template <class T, std::size_t Rows, std::size_t Packets>
VSCG_ALWAYS_INLINE void gemm_step(const T* a, const T* b, std::size_t b_step, std::size_t b_panel,
                                  typename gemm_sizes<T>::packet (&sum)[Rows][Packets]) {
  namespace ei = Eigen::internal;
  using sizes = gemm_sizes<T>;
  using packet = typename sizes::packet;
  // One or two rows already load as much as the machine can: prefetching would slow them down.
  constexpr bool asks = Rows > 2;
  packet right[Packets];
  VSCG_UNROLL for (std::size_t p = 0; p < Packets; ++p) {
    const T* const from = b + (p / 2) * b_panel + (p % 2) * sizes::lanes;
    right[p] = ei::ploadu<packet>(from);
    // Not Eigen's function: g++ takes it for a call without effect and drops it when it inlines.
    if (asks && p * sizes::lanes % sizes::line == 0) __builtin_prefetch(from + sizes::ahead * b_step);
  }
  VSCG_UNROLL for (std::size_t i = 0; i < Rows; ++i) {
    const packet left = ei::pset1<packet>(a[i]);
    VSCG_UNROLL for (std::size_t p = 0; p < Packets; ++p) sum[i][p] = ei::pmadd(left, right[p], sum[i][p]);
  }
}

/// The sums of [Rows, Packets · lanes] += A·B over `depth`. `a` is a packed panel from this tile's first row on.
/// `BStep`: `strip.b_step` if it is known, or 0.
template <class T, std::size_t Rows, std::size_t Packets, std::size_t BStep>
VSCG_NOINLINE void gemm_tile(const gemm_strip<T>& strip, const T* a, const T* b, const gemm_sums<T>& sums) {
  namespace ei = Eigen::internal;
  using sizes = gemm_sizes<T>;
  using packet = typename sizes::packet;
  constexpr std::size_t lanes = sizes::lanes;
  constexpr std::size_t turn = Rows > 2 ? sizes::turn : 1;
  const std::size_t a_step = Rows == 1 ? strip.a_step : sizes::a_step;
  const std::size_t b_step = BStep != 0 ? BStep : strip.b_step;
  const std::size_t b_panel = strip.b_panel;
  packet sum[Rows][Packets];
  VSCG_UNROLL for (std::size_t i = 0; i < Rows; ++i) {
    VSCG_UNROLL for (std::size_t p = 0; p < Packets; ++p) sum[i][p] = ei::pset1<packet>(T(0));
  }
  std::size_t k = strip.depth;
  for (; k >= turn; k -= turn, a += turn * a_step, b += turn * b_step) {
    VSCG_UNROLL for (std::size_t t = 0; t < turn; ++t) {
      gemm_step<T>(a + t * a_step, b + t * b_step, b_step, b_panel, sum);
    }
  }
  if constexpr (turn > 1) {
    for (; k != 0; --k, a += a_step, b += b_step) gemm_step<T>(a, b, b_step, b_panel, sum);
  }
  T* to = sums.to;
  const std::size_t to_step = sums.to_step;
  if (const T* before = sums.before; before != nullptr) {
    const std::size_t before_step = sums.before_step;
    VSCG_UNROLL for (std::size_t i = 0; i < Rows; ++i, to += to_step, before += before_step) {
      VSCG_UNROLL for (std::size_t p = 0; p < Packets; ++p) {
        ei::pstoreu(to + p * lanes, ei::padd(ei::ploadu<packet>(before + p * lanes), sum[i][p]));
      }
    }
  } else {
    VSCG_UNROLL for (std::size_t i = 0; i < Rows; ++i, to += to_step) {
      VSCG_UNROLL for (std::size_t p = 0; p < Packets; ++p) ei::pstoreu(to + p * lanes, sum[i][p]);
    }
  }
}

/// The same tile, from start to finish: rows from `row` on, columns from `column` on.
template <class T, std::size_t Rows, std::size_t Packets>
void gemm_whole_tile(const gemm_strip<T>& strip, const T* a, const T* b, std::size_t row, std::size_t column,
                     std::size_t columns) {
  constexpr std::size_t lanes = gemm_sizes<T>::lanes;
  constexpr std::size_t width = Packets * lanes;
  const std::size_t partial_step = gemm_ceil(strip.columns, lanes) * lanes;
  T* const tile = strip.partial + row * partial_step + Rows * column;
  T* const c = strip.c + row * strip.ldc + column;
  const bool whole = columns == width;
  gemm_sums<T> sums{tile, width, tile, width};
  if (strip.first) {
    if (!strip.add) {
      sums.before = nullptr;
    } else if (whole) {
      sums.before = c;
      sums.before_step = strip.ldc;
    } else {
      gemm_begin(strip, tile, width, row, Rows, column, columns);
    }
  }
  if (strip.last || sums.before == c) {
    for (std::size_t i = 0; i < Rows; ++i) {
      for (std::size_t j = 0; j < width; j += gemm_sizes<T>::line) __builtin_prefetch(c + i * strip.ldc + j);
    }
  }
  const bool finishes = strip.last && (!whole || strip.finishes());
  if (strip.last && !finishes) {
    sums.to = c;
    sums.to_step = strip.ldc;
  }
  constexpr std::size_t packed = gemm_sizes<T>::columns;
  constexpr std::size_t b_step = gemm_sizes<T>::crowded && Rows > 2 ? packed : 0;
  strip.b_step == packed ? gemm_tile<T, Rows, Packets, b_step>(strip, a, b, sums)
                         : gemm_tile<T, Rows, Packets, 0>(strip, a, b, sums);
  if (finishes) strip.finish(strip, tile, width, row, Rows, column, columns);
}

/// `Rows` rows of C from `row` on, over all columns of the strip. `a` is the packed panel in which these rows begin.
template <class T, std::size_t Rows>
void gemm_sweep(const gemm_strip<T>& strip, const T* a, std::size_t row, std::size_t within) {
  constexpr std::size_t lanes = gemm_sizes<T>::lanes;
  constexpr std::size_t width = gemm_sizes<T>::columns;
  // One or two rows alone would wait for the latency of their few chains, so they take several panels at a time.
  constexpr std::size_t panels = Rows == 1 ? 4 : Rows == 2 ? 2 : 1;
  a += within;
  row += within;
  const T* b = strip.b;
  std::size_t j = 0;
  for (; j + panels * width <= strip.columns; j += panels * width, b += panels * strip.b_panel) {
    gemm_whole_tile<T, Rows, 2 * panels>(strip, a, b, row, j, panels * width);
  }
  for (; j < strip.columns; j += width, b += strip.b_panel) {
    const std::size_t columns = std::min(width, strip.columns - j);
    if (panels > 1 && columns > lanes) {
      gemm_whole_tile<T, Rows, 2>(strip, a, b, row, j, columns);
    } else {
      gemm_whole_tile<T, Rows, 1>(strip, a, b, row, j, std::min(columns, lanes));
      if (columns > lanes) gemm_whole_tile<T, Rows, 1>(strip, a, b + lanes, row, j + lanes, columns - lanes);
    }
  }
}

/// Columns past the last whole packet, if they are few: here lanes are rows, so that none is wasted. `Panels` packed
/// panels of A lie `a_panel` apart; `target` gets their columns one after another.
template <class T, std::size_t Panels>
VSCG_NOINLINE void gemm_column(std::size_t depth, const T* a, std::size_t a_panel, const T* b, std::size_t b_step,
                               T* target, bool adds) {
  namespace ei = Eigen::internal;
  using sizes = gemm_sizes<T>;
  using packet = typename sizes::packet;
  constexpr std::size_t packets = sizes::a_step / sizes::lanes;
  packet sum[Panels][packets];
  VSCG_UNROLL for (std::size_t i = 0; i < Panels; ++i) {
    VSCG_UNROLL for (std::size_t p = 0; p < packets; ++p) sum[i][p] = ei::pset1<packet>(T(0));
  }
  for (; depth != 0; --depth, a += sizes::a_step, b += b_step) {
    const packet right = ei::pset1<packet>(*b);
    VSCG_UNROLL for (std::size_t i = 0; i < Panels; ++i) {
      VSCG_UNROLL for (std::size_t p = 0; p < packets; ++p) {
        sum[i][p] = ei::pmadd(ei::ploadu<packet>(a + i * a_panel + p * sizes::lanes), right, sum[i][p]);
      }
    }
  }
  VSCG_UNROLL for (std::size_t i = 0; i < Panels; ++i) {
    VSCG_UNROLL for (std::size_t p = 0; p < packets; ++p) {
      T* const to = target + i * sizes::a_step + p * sizes::lanes;
      ei::pstoreu(to, adds ? ei::padd(ei::ploadu<packet>(to), sum[i][p]) : sum[i][p]);
    }
  }
}

/// The rows (at most a full tile's) of one packed panel of A times the strip's panels of B.
template <class T>
VSCG_NOINLINE void gemm_multiply(const gemm_strip<T>& strip, const T* a, std::size_t row, std::size_t rows) {
  constexpr std::size_t full = gemm_sizes<T>::rows;
  if (rows == full) return gemm_sweep<T, full>(strip, a, row, 0);
  std::size_t done = 0;
  if constexpr (full > 10) {  // the segments of a video, and a side of its 7 x 7 map
    if (rows - done >= 10) gemm_sweep<T, 10>(strip, a, row, done), done += 10;
    if (rows - done >= 7) gemm_sweep<T, 7>(strip, a, row, done), done += 7;
  }
  if (rows - done >= 4) gemm_sweep<T, 4>(strip, a, row, done), done += 4;
  if (rows - done >= 2) gemm_sweep<T, 2>(strip, a, row, done), done += 2;
  if (rows - done >= 1) gemm_sweep<T, 1>(strip, a, row, done);
}

/// `rows` rows of C, from several packed panels of A that lie `a_panel` apart, times the strip's panels of B.
template <class T>
VSCG_NOINLINE void gemm_multiply_panels(gemm_strip<T> strip, const T* a, std::size_t a_panel, std::size_t rows) {
  using sizes = gemm_sizes<T>;
  const std::size_t columns = strip.columns;
  if (rows > 1 && columns % sizes::lanes <= sizes::rows / 3) strip.columns -= columns % sizes::lanes;
  for (std::size_t i = 0, p = 0; strip.columns != 0 && i < rows; i += sizes::rows, ++p) {
    gemm_multiply(strip, a + p * a_panel, i, std::min(sizes::rows, rows - i));
  }
  // Several panels side by side, so that no chain waits for itself: at most eight sums, as many as registers hold.
  constexpr std::size_t together = std::min(sizes::row_panels, 8 * sizes::lanes / sizes::a_step);
  T* column = strip.partial + sizes::row_panels * sizes::rows * strip.columns;
  for (std::size_t j = strip.columns; j < columns; ++j) {
    const T* const b = strip.b + j / sizes::columns * strip.b_panel + j % sizes::columns;
    for (std::size_t i = 0; i < rows;) {
      const std::size_t panels = rows - i > sizes::rows ? together : 1;
      const T* const panel = a + i / sizes::rows * a_panel;
      const auto each_panel = [&](auto&& f) {
        for (std::size_t p = 0, at = i; p < panels && at < rows; ++p, at += sizes::rows) {
          f(column + p * sizes::a_step, at, std::min(sizes::rows, rows - at));
        }
      };
      if (strip.first && strip.add) {
        each_panel([&](T* sums, std::size_t at, std::size_t count) { gemm_begin(strip, sums, 1, at, count, j, 1); });
      }
      const bool adds = strip.add || !strip.first;
      if (panels == 1) {
        gemm_column<T, 1>(strip.depth, panel, a_panel, b, strip.b_step, column, adds);
      } else {
        gemm_column<T, together>(strip.depth, panel, a_panel, b, strip.b_step, column, adds);
      }
      if (strip.last) {
        each_panel([&](T* sums, std::size_t at, std::size_t count) { strip.finish(strip, sums, 1, at, count, j, 1); });
      }
      column += panels * sizes::a_step;
      i += panels * sizes::rows;
    }
  }
}

}  // namespace eigen_detail
}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg

#include <vscg/core/end.hpp>
