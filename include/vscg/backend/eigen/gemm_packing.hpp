// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include <Eigen/Core>

#include <vscg/backend/eigen/gemm_kernel.hpp>
#include <vscg/core/config.hpp>

// Copies of parts of A and B, in the order in which the tiles read them.
namespace vscg {
inline namespace VSCG_INSTRUCTION_SET {
namespace eigen_detail {

/// `Count` elements side by side, as g++'s and clang's vector extension. (Eigen's `ptranspose` causes warnings under
/// g++ 12 with AVX-512, GCC bug 105593, and shuffles more than the copies below, which load halves.)
template <class T, std::size_t Count>
struct vector_of {
  typedef T type __attribute__((vector_size(Count * sizeof(T))));  // NOLINT: `using` loses the attribute under g++ 12

  static VSCG_ALWAYS_INLINE type load(const T* source) {
    type v;
    std::memcpy(&v, source, sizeof(v));
    return v;
  }
  static VSCG_ALWAYS_INLINE void store(T* target, const type& v) { std::memcpy(target, &v, sizeof(v)); }
};

/// Vectors are cut into groups of `Group` lanes, and groups into units of `Unit` lanes. Each group of the result takes
/// units in turn from a and b: from the first half of their group, or (`High`) from the second.
template <std::size_t Unit, std::size_t Group, bool High, class Vector, std::size_t... J>
VSCG_ALWAYS_INLINE Vector interleave(const Vector& a, const Vector& b, std::index_sequence<J...> /*lanes*/) {
  constexpr std::size_t count = sizeof...(J);
  return __builtin_shufflevector(a, b,
                                 static_cast<int>(J / Group * Group + J % Group / Unit / 2 * Unit +
                                                  (High ? Group / 2 : 0) + J % Unit + J / Unit % 2 * count)...);
}

/// rows a, b become interleave low, interleave high
template <std::size_t Unit, std::size_t Group, class T, std::size_t Count>
VSCG_ALWAYS_INLINE void interleave_rows(typename vector_of<T, Count>::type& a, typename vector_of<T, Count>::type& b) {
  const auto low = interleave<Unit, Group, false>(a, b, std::make_index_sequence<Count>{});
  b = interleave<Unit, Group, true>(a, b, std::make_index_sequence<Count>{});
  a = low;
}

template <class Half, std::size_t... J>
VSCG_ALWAYS_INLINE auto join_halves(const Half& low, const Half& high, std::index_sequence<J...> /*lanes*/) {
  return __builtin_shufflevector(low, high, static_cast<int>(J)...);
}

/// Transposes `lanes` rows i and `lanes` columns from k on: calls f(k, vector of row[i][k]) for each column in order.
///
/// A vector is loaded as two halves, of rows i and i + lanes/2, so only the transposition inside halves is left: first
/// inside groups of 16 bytes, where every instruction set has fast shuffles, then of the groups themselves.
template <class T, class F>
VSCG_ALWAYS_INLINE void transpose_block(const T* const* row, std::size_t k, F&& f) {
  constexpr std::size_t lanes = gemm_sizes<T>::lanes;
  constexpr std::size_t quad = 16 / sizeof(T);
  constexpr std::size_t side = lanes > quad ? lanes / 2 : lanes;  // of the square that is transposed
  using vector = vector_of<T, lanes>;
  using half = vector_of<T, side>;
  VSCG_UNROLL for (std::size_t part = 0; part < lanes; part += side, k += side) {
    typename vector::type v[side];
    VSCG_UNROLL for (std::size_t i = 0; i < side; ++i) {
      if constexpr (side == lanes) {
        v[i] = vector::load(row[i] + k);
      } else {
        v[i] = join_halves(half::load(row[i] + k), half::load(row[i + side] + k), std::make_index_sequence<lanes>{});
      }
    }
    VSCG_UNROLL for (std::size_t i = 0; i < side; i += quad) {
      if constexpr (quad == 4) {
        interleave_rows<1, 4, T, lanes>(v[i], v[i + 1]);
        interleave_rows<1, 4, T, lanes>(v[i + 2], v[i + 3]);
        interleave_rows<2, 4, T, lanes>(v[i], v[i + 2]);
        interleave_rows<2, 4, T, lanes>(v[i + 1], v[i + 3]);
        std::swap(v[i + 1], v[i + 2]);
      } else {
        interleave_rows<1, 2, T, lanes>(v[i], v[i + 1]);
      }
    }
    static_assert(side <= 2 * quad);
    if constexpr (side == 2 * quad) {
      VSCG_UNROLL for (std::size_t i = 0; i < quad; ++i) interleave_rows<quad, side, T, lanes>(v[i], v[i + quad]);
    }
    VSCG_UNROLL for (std::size_t i = 0; i < side; ++i) f(k + i, v[i]);
  }
}

/// Stored rows become lanes: target[k · step + i] = source[i · ld + k] for i in [0, rows) and k in [0, depth). Lanes in
/// [rows, step) get copies of the last row; results computed from them are never read.
template <class T>
VSCG_NOINLINE void pack_rows(T* target, std::size_t step, const T* source, std::size_t ld, std::size_t rows,
                             std::size_t depth) {
  constexpr std::size_t lanes = gemm_sizes<T>::lanes;
  for (std::size_t i = 0; i < step; i += lanes) {
    const T* row[lanes];
    for (std::size_t l = 0; l < lanes; ++l) row[l] = source + std::min(i + l, rows - 1) * ld;
    const auto store = [&](std::size_t k, const typename vector_of<T, lanes>::type& v) __attribute__((always_inline)) {
      vector_of<T, lanes>::store(target + k * step + i, v);
    };
    std::size_t k = 0;
    if constexpr (lanes > 1) {
      while (k < depth && depth >= lanes) {  // the last block may overlap and write the same again
        k = std::min(k, depth - lanes);
        transpose_block(row, k, store);
        k += lanes;
      }
    }
    for (; k < depth; ++k) {
      for (std::size_t l = 0; l < lanes; ++l) target[k * step + i + l] = row[l][k];
    }
  }
}

/// Stored rows stay rows, cut into panels of `width` columns that lie `panel` apart: column j of panel p at k is
/// target[p · panel + k · step + j] = source[k · ld + p · width + j], for j in [0, step) while columns last. Results
/// computed from elements beyond `width` or the columns are never read.
template <class T>
VSCG_NOINLINE void pack_columns(T* target, std::size_t panel, std::size_t width, std::size_t step, const T* source,
                                std::size_t ld, std::size_t columns, std::size_t depth) {
  constexpr std::size_t lanes = gemm_sizes<T>::lanes;
  constexpr std::size_t ahead = 8;  // rows; they lie too far apart for the hardware to guess
  using vector = vector_of<T, lanes>;
  for (std::size_t k = 0; k < depth; ++k, target += step, source += ld) {
    T* to = target;
    const T* const next = source + (k + ahead < depth ? ahead * ld : 0);
    for (std::size_t first = 0; first < columns; first += width, to += panel) {
      for (std::size_t j = 0; j < step; j += lanes) {
        __builtin_prefetch(next + std::min(first + j, columns - 1));
        if (first + j + lanes <= columns) {
          vector::store(to + j, vector::load(source + first + j));
        } else {
          for (std::size_t l = j; l < j + lanes; ++l) to[l] = first + l < columns ? source[first + l] : T(0);
        }
      }
    }
  }
}

}  // namespace eigen_detail
}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg

#include <vscg/core/end.hpp>
