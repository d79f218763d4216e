// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include <vscg/core/config.hpp>
#include <vscg/cuda/column_major.hpp>
#include <vscg/cuda/roundings.hpp>

namespace vscg::cuda_detail {

/// How a matrix lies in its copy. The copy has zeros where the depth of the product is filled up to a multiple of 8, so
/// that all its columns begin at multiples of 16 bytes.
struct copy_layout {
  std::size_t items, rows, columns, leading, stride;  // of the matrix, as stored
  std::size_t copied_rows, copied_columns;            // as stored; the depth filled up
  std::size_t copied_leading, copied_stride;
  std::size_t second;  // from an element of the first part to that of the second, where a copy has two
};

inline constexpr std::size_t fill_to = 8;
constexpr std::size_t filled(std::size_t n) { return (n + fill_to - 1) / fill_to * fill_to; }

/// `depth_is_rows`: the product adds over the stored rows. `parts`: how many numbers take the place of one; the depth
/// of the copy is that of its parts one after the other.
template <class T>
copy_layout layout_of_copy(const column_major_matrix<T>& m, std::size_t batch, bool depth_is_rows, std::size_t parts) {
  copy_layout l{};
  l.items = m.stride == 0 ? 1 : batch;
  l.rows = m.rows, l.columns = m.columns, l.leading = m.leading, l.stride = m.stride;
  l.copied_rows = depth_is_rows ? filled(m.rows) : m.rows;
  l.copied_columns = depth_is_rows ? m.columns : filled(m.columns);
  l.copied_leading = filled(m.rows) * (depth_is_rows ? parts : 1);
  l.second = depth_is_rows ? filled(m.rows) : l.copied_leading * l.copied_columns;
  l.copied_stride = l.copied_leading * l.copied_columns * (depth_is_rows ? 1 : parts);
  return l;
}

}  // namespace vscg::cuda_detail

namespace vscg::kernels {

/// Copies both operands of a product, a stored column a row of the kernel. As bf16: rounded. As float: split, the left
/// one as big and small parts, the right one as small and big parts, so that the product of the copies adds
/// big · small + small · big.
template <class Number>
struct copy_operands {
  cuda_detail::copy_layout left, right;
  const float* from_left;
  const float* from_right;
  Number* to_left;
  Number* to_right;

  VSCG_HD static void put(float x, cuda_detail::bf16* to, std::size_t, bool) { *to = cuda_detail::to_bf16(x); }
  VSCG_HD static void put(float x, float* to, std::size_t second, bool small_first) {
    const cuda_detail::tf32_pair parts = cuda_detail::split(x);
    to[small_first ? second : 0] = parts.big;
    to[small_first ? 0 : second] = parts.small;
  }

  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const std::size_t columns_of_left = left.items * left.copied_columns;
    const bool is_left = row < columns_of_left;
    const cuda_detail::copy_layout& l = is_left ? left : right;
    const std::size_t at = is_left ? row : row - columns_of_left;
    const std::size_t item = at / l.copied_columns;
    const std::size_t column = at % l.copied_columns;
    const std::size_t rows = column < l.columns ? l.rows : 0;
    const float* const from = (is_left ? from_left : from_right) + item * l.stride + column * l.leading;
    Number* const to = (is_left ? to_left : to_right) + item * l.copied_stride + column * l.copied_leading;
    group.integers(l.copied_rows, [=](std::size_t i) { put(i < rows ? from[i] : 0.0F, to + i, l.second, !is_left); });
  }
};

}  // namespace vscg::kernels

namespace vscg::cuda_detail {

/// The copies of a product's operands, one after the other in a workspace, and the products of the copies.
template <class Number>
class operand_copies {
 public:
  static constexpr std::size_t parts = std::is_same_v<Number, float> ? 2 : 1;

  explicit operand_copies(const column_major_product<float>& p)
      : left_(layout_of_copy(p.left, p.batch, p.left.transposed, parts)),
        right_(layout_of_copy(p.right, p.batch, !p.right.transposed, parts)) {}

  /// Numbers in both.
  std::size_t numbers() const { return right_begins() + right_.items * right_.copied_stride; }

  /// Launches the copying: queue.rows(n, row_elements, kernel).
  template <class Queue>
  void make(const column_major_product<float>& p, Number* workspace, Queue& queue) const {
    queue.rows(left_.items * left_.copied_columns + right_.items * right_.copied_columns,
               std::max(left_.copied_rows, right_.copied_rows),
               kernels::copy_operands<Number>{left_, right_, p.left.data, p.right.data, workspace,
                                              workspace + right_begins()});
  }

  /// The product by calls of multiply(product of copies, relu), whose last result is returned.
  template <class Multiply>
  bool multiply(const column_major_product<float>& p, const Number* workspace, bool relu,
                const Multiply& multiply) const {
    column_major_product<float, Number> all{};
    all.left = copied(p.left, left_, workspace);
    all.right = copied(p.right, right_, workspace + right_begins());
    all.result = p.result;
    all.inner = filled(p.inner);
    all.batch = p.batch;
    all.accumulate = p.accumulate;
    all.bias = p.bias;
    all.bias_stride = p.bias_stride;
    all.items_are_columns = p.items_are_columns;
    if constexpr (parts == 2) {
      // The small terms first, because they would be lost one by one in the sum of the others. The library adds a sum
      // to what C holds when the sum is complete.
      column_major_product<float, Number> small = all;
      small.inner = 2 * all.inner;
      (small.left.transposed ? small.left.rows : small.left.columns) = small.inner;
      (small.right.transposed ? small.right.columns : small.right.rows) = small.inner;
      small.bias = nullptr;
      multiply(small, false);
      all.right.data += right_.second;
      all.accumulate = true;
    }
    return multiply(all, relu);
  }

 private:
  static column_major_matrix<const Number> copied(const column_major_matrix<const float>& m, const copy_layout& l,
                                                  const Number* data) {
    return {data, l.copied_rows, l.copied_columns, l.copied_leading, m.transposed, m.stride == 0 ? 0 : l.copied_stride};
  }

  // At a multiple of 256 bytes.
  std::size_t right_begins() const { return (left_.items * left_.copied_stride + 127) / 128 * 128; }

  copy_layout left_, right_;
};

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
