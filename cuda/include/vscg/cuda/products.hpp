// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>

#include <vscg/backend/memory.hpp>
#include <vscg/core/config.hpp>
#include <vscg/cuda/column_major.hpp>
#include <vscg/cuda/device_memory.hpp>

namespace vscg {

/// How a device multiplies matrices of float; the rest is float everywhere. Products of double are exact in both.
enum class products : unsigned char {
  exact,  ///< in float
  tf32,   ///< factors rounded to 10 bits after the point, sums in float
};

namespace cuda_detail {

/// Matrix products by cublasLt. It chooses an algorithm for the first product of a kind, and takes the same one for
/// all that differ only in the number of items, so that an item's bits do not depend on its batch as far as the library
/// keeps to that. Only the first product of a kind allocates.
template <class T>
class product_library {
 public:
  explicit product_library(products precision);
  product_library(const product_library&) = delete;
  product_library& operator=(const product_library&) = delete;
  ~product_library();

  /// Bytes of the device's memory that it holds.
  std::size_t bytes() const { return workspace_.bytes(); }

  /// The product, in order with what the stream already has. Returns whether it applied bias and, if `relu`, max(x, 0);
  /// if not, it has done neither: the library can end a product in this way only for some scalars and sizes.
  bool multiply(void* stream, const column_major_product<T>& product, bool relu);

 private:
  struct algorithm {
    std::array<std::uint64_t, 8> words;  // cublasLtMatmulAlgo_t
    bool ends;                           // with bias and relu
  };
  using kind = std::array<std::uint64_t, 8>;
  struct description;

  static kind kind_of(const column_major_product<T>& product, bool relu);
  const algorithm& algorithm_for(const kind& k, const column_major_product<T>& product, bool relu);
  algorithm chosen(const column_major_product<T>& product, bool relu);
  int run(void* stream, const column_major_product<T>& product, bool relu, const algorithm& a);  // cublasStatus_t

  products precision_;
  void* handle_ = nullptr;  // cublasLtHandle_t
  buffer<std::byte, device_memory> workspace_;
  std::map<kind, algorithm> algorithms_;
};

extern template class product_library<float>;
extern template class product_library<double>;

}  // namespace cuda_detail

}  // namespace vscg

#include <vscg/core/end.hpp>
