// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstring>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/config.hpp>

// The two kernels of the product: copies of A and B in strips, and tiles of C from two strips. Both compute in double
// for any scalar: the backend is a reference, and if a rectifier follows, a sum near zero must have the right sign.

namespace vscg {
inline namespace VSCG_INSTRUCTION_SET {
namespace thrust_detail {

#if defined(__CUDACC__)

/// Neighboring columns of a tile that one thread keeps in registers.
struct column_pack {
  static constexpr std::size_t size = 8;
  double value[size];
  VSCG_HD static column_pack zero() {
    column_pack p{};
    return p;
  }
  VSCG_HD static column_pack load(const double* from) {
    column_pack p;
    for (std::size_t i = 0; i < size; ++i) p.value[i] = from[i];
    return p;
  }
  VSCG_HD void store(double* to) const {
    for (std::size_t i = 0; i < size; ++i) to[i] = value[i];
  }
  VSCG_HD void add_product(double a, const column_pack& b) {
    for (std::size_t i = 0; i < size; ++i) value[i] += a * b.value[i];
  }
};

#else

#if defined(__AVX512F__)
inline constexpr std::size_t register_bytes = 64;
#elif defined(__AVX__)
inline constexpr std::size_t register_bytes = 32;
#else
inline constexpr std::size_t register_bytes = 16;
#endif

/// Neighboring columns of a tile: one vector register, at any optimization level.
struct column_pack {
  using packet __attribute__((vector_size(register_bytes))) = double;
  static constexpr std::size_t size = register_bytes / sizeof(double);
  packet value;
  static column_pack zero() { return {packet{}}; }
  static column_pack load(const double* from) {
    column_pack p;
    std::memcpy(&p.value, from, sizeof(packet));
    return p;
  }
  void store(double* to) const { std::memcpy(to, &value, sizeof(packet)); }
  void add_product(double a, const column_pack& b) { value = a * b.value + value; }
};

#endif

/// The tile of C that one call of the kernel makes. Only speed depends on its size.
struct tile_size {
  static constexpr std::size_t packs = 2;
  static constexpr std::size_t columns = packs * column_pack::size;
  // As many accumulators as possible, with registers left for the operands: 16 of 32, or 8 of 16.
#if defined(__AVX512F__) && !defined(__CUDACC__)
  static constexpr std::size_t rows = 8;
#else
  static constexpr std::size_t rows = 4;
#endif
};

/// Copies a matrix [count, depth] into strips of `Width` rows, so that a tile reads contiguous numbers: to[item, strip,
/// k, w] = from(item, strip · Width + w, k), zero beyond the last row. One call copies a few k of one strip.
template <class T, std::size_t Width>
struct pack_strips {
  static constexpr std::size_t together = 16;
  std::size_t count;         // rows
  std::size_t strips;        // of `Width` rows
  std::size_t depth;         // columns
  std::size_t row_stride;    // elements from row to row of `from`
  std::size_t depth_stride;  // elements from column to column of `from`
  std::size_t item_stride;   // elements from matrix to matrix of `from`
  const T* from;
  double* to;

  VSCG_HD std::size_t pieces() const { return (depth + together - 1) / together; }
  VSCG_HD void operator()(std::size_t task) const {
    const std::size_t begin = task % pieces() * together;
    const std::size_t place = task / pieces();
    const std::size_t row = place % strips * Width;
    const std::size_t used = count - row < Width ? count - row : Width;
    const std::size_t steps = depth - begin < together ? depth - begin : together;
    const T* source = from + place / strips * item_stride + row * row_stride + begin * depth_stride;
    double* target = to + (place * depth + begin) * Width;
    if (depth_stride == 1) {  // along the stored rows, whether or not the matrix is transposed
      for (std::size_t w = 0; w < used; ++w) {
        for (std::size_t k = 0; k < steps; ++k) target[k * Width + w] = source[w * row_stride + k];
      }
    } else {
      for (std::size_t k = 0; k < steps; ++k) {
        for (std::size_t w = 0; w < used; ++w) target[k * Width + w] = source[w * row_stride + k * depth_stride];
      }
    }
    if (used == Width) return;
    for (std::size_t k = 0; k < steps; ++k) {
      for (std::size_t w = used; w < Width; ++w) target[k * Width + w] = 0;
    }
  }
};

/// One block of a product for some items: C (+)= strips of A · strips of B, then the bias and the function after the
/// last block of k. One call makes one tile of C. Every element of every tile goes through the same instructions.
template <class T, class Function>
struct multiply_tile {
  static constexpr std::size_t rows = tile_size::rows;
  static constexpr std::size_t columns = tile_size::columns;
  static constexpr std::size_t packs = tile_size::packs;
  static constexpr std::size_t pack = column_pack::size;
  std::size_t m, n, depth;                   // of the block
  std::size_t row_strips, column_strips;     // of the block
  const double* a;                           // [item, row strip, k, rows]
  const double* b;                           // [item, column strip, k, columns]
  std::size_t a_item_stride, b_item_stride;  // 0: one operand for all items
  T* c;
  std::size_t ldc, c_item_stride;
  bool adds;      // to what C holds
  bool finishes;  // no block of k follows
  const T* bias;

  VSCG_HD void operator()(std::size_t task) const {
    const std::size_t row_strip = task % row_strips;  // neighbors share the strip of B, the larger one
    const std::size_t column_strip = task / row_strips % column_strips;
    const std::size_t item = task / row_strips / column_strips;
    const double* left = a + item * a_item_stride + row_strip * depth * rows;
    const double* right = b + item * b_item_stride + column_strip * depth * columns;

    column_pack sums[rows][packs];
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t p = 0; p < packs; ++p) sums[r][p] = column_pack::zero();
    }
    for (std::size_t k = 0; k < depth; ++k) {
      column_pack factors[packs];
      for (std::size_t p = 0; p < packs; ++p) factors[p] = column_pack::load(right + k * columns + p * pack);
      for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t p = 0; p < packs; ++p) sums[r][p].add_product(left[k * rows + r], factors[p]);
      }
    }

    double products[rows][columns];
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t p = 0; p < packs; ++p) sums[r][p].store(products[r] + p * pack);
    }

    const std::size_t row = row_strip * rows;
    const std::size_t column = column_strip * columns;
    const std::size_t used_rows = m - row < rows ? m - row : rows;
    const std::size_t used_columns = n - column < columns ? n - column : columns;
    for (std::size_t r = 0; r < used_rows; ++r) {
      T* to = c + item * c_item_stride + (row + r) * ldc + column;
      for (std::size_t j = 0; j < used_columns; ++j) to[j] = finished(products[r][j], to + j, column + j);
    }
  }

 private:
  VSCG_HD T finished(double product, const T* held, std::size_t column) const {
    double value = adds ? static_cast<double>(*held) + product : product;
    if (finishes && bias != nullptr) value += static_cast<double>(bias[column]);
    return finishes ? Function::value(static_cast<T>(value)) : static_cast<T>(value);
  }
};

}  // namespace thrust_detail
}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg

#include <vscg/core/end.hpp>
