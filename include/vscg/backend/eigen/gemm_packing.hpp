// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include <Eigen/Core>

#include <vscg/backend/eigen/gemm_kernel.hpp>
#include <vscg/core/config.hpp>

// Copies of parts of A and B in the order in which the tiles read them.

namespace vscg::eigen_detail {

/// Row 2·r of pairs {a[i], b[i]} made by exchanging blocks: lane j of the result is a[j] where bit `Block` of j is 0,
/// else b[j − Block]; `High` takes the other two blocks, b[j] and a[j + Block].
template <std::size_t Block, bool High, class Packet, std::size_t... J>
VSCG_ALWAYS_INLINE Packet exchange_blocks(const Packet& a, const Packet& b, std::index_sequence<J...> /*lanes*/) {
  constexpr std::size_t count = sizeof...(J);
  return __builtin_shufflevector(
      a, b, static_cast<int>((J & Block) != 0 ? count + J - (High ? 0 : Block) : J + (High ? Block : 0))...);
}

/// Transposes Count × Count elements in registers: log2(Count) rounds of exchanges between rows `Block` apart.
/// (Eigen's `ptranspose` does not compile without warnings under g++ 12 with AVX-512: GCC bug 105593.)
template <std::size_t Count, std::size_t Block = 1, class Packet>
VSCG_ALWAYS_INLINE void transpose(Packet (&row)[Count]) {
  if constexpr (Block < Count) {
    unrolled<Count>([&](auto i) __attribute__((always_inline)) {
      constexpr std::size_t r = decltype(i)::value;
      if constexpr ((r & Block) == 0) {
        const Packet low = exchange_blocks<Block, false>(row[r], row[r + Block], std::make_index_sequence<Count>{});
        row[r + Block] = exchange_blocks<Block, true>(row[r], row[r + Block], std::make_index_sequence<Count>{});
        row[r] = low;
      }
    });
    transpose<Count, 2 * Block>(row);
  }
}

/// target[k · step + i] = source[i · ld + k] for `lanes` rows i and `depth` columns k.
template <class T>
VSCG_ALWAYS_INLINE void pack_transposed(T* target, std::size_t step, const T* source, std::size_t ld,
                                        std::size_t depth) {
  namespace ei = Eigen::internal;
  using packet = typename gemm_sizes<T>::packet;
  constexpr std::size_t lanes = gemm_sizes<T>::lanes;
  std::size_t k = 0;
  for (; k + lanes <= depth; k += lanes) {
    packet row[lanes];
    unrolled<lanes>([&](auto i) __attribute__((always_inline)) { row[i] = ei::ploadu<packet>(source + i * ld + k); });
    transpose<lanes>(row);
    unrolled<lanes>([&](auto i) __attribute__((always_inline)) { ei::pstoreu(target + (k + i) * step, row[i]); });
  }
  for (; k < depth; ++k) {
    for (std::size_t i = 0; i < lanes; ++i) target[k * step + i] = source[i * ld + k];
  }
}

/// target[k · step + i] = i < rows ? source[i · ld + k] : 0 for i in [0, padded): stored rows become lanes.
template <class T>
VSCG_NOINLINE void pack_rows(T* target, std::size_t step, std::size_t padded, const T* source, std::size_t ld,
                             std::size_t rows, std::size_t depth) {
  constexpr std::size_t lanes = gemm_sizes<T>::lanes;
  std::size_t i = 0;
  for (; i + lanes <= rows; i += lanes) pack_transposed(target + i, step, source + i * ld, ld, depth);
  for (; i < padded; ++i) {
    for (std::size_t k = 0; k < depth; ++k) target[k * step + i] = i < rows ? source[i * ld + k] : T(0);
  }
}

/// target[k · step + j] = j < columns ? source[k · ld + j] : 0 for j in [0, padded): stored rows stay rows.
template <class T>
VSCG_NOINLINE void pack_columns(T* target, std::size_t step, std::size_t padded, const T* source, std::size_t ld,
                                std::size_t columns, std::size_t depth) {
  namespace ei = Eigen::internal;
  using packet = typename gemm_sizes<T>::packet;
  constexpr std::size_t lanes = gemm_sizes<T>::lanes;
  for (std::size_t k = 0; k < depth; ++k, target += step, source += ld) {
    std::size_t j = 0;
    for (; j + lanes <= columns; j += lanes) ei::pstoreu(target + j, ei::ploadu<packet>(source + j));
    for (; j < columns; ++j) target[j] = source[j];
    for (; j < padded; ++j) target[j] = T(0);
  }
}

}  // namespace vscg::eigen_detail
