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
#include <vscg/cuda/roundings.hpp>
#include <vscg/cuda/stream.hpp>

namespace vscg {

/// How a device multiplies matrices of float; the rest is float everywhere, and so are the sums. Products of double are
/// exact in all.
enum class products : unsigned char {
  exact,   ///< in float
  split,   ///< each factor is the sum of two TF32 numbers: nearly exact, by three TF32 products
  tf32,    ///< factors have 10 bits after the point
  bf16,    ///< factors of large products have 7 bits after the point, of others 10
  chosen,  ///< as the thread's `cuda_card` says when the program runs
};

namespace cuda_detail {

/// As --precision names them.
constexpr const char* text_of(products precision) {
  switch (precision) {
    case products::split:
      return "split";
    case products::tf32:
      return "tf32";
    case products::bf16:
      return "bf16";
    case products::chosen:
      return "chosen";
    default:
      return "exact";
  }
}

constexpr const char* name_of_backend(products precision) {
  switch (precision) {
    case products::split:
      return "cuda_split";
    case products::tf32:
      return "cuda_tf32";
    case products::bf16:
      return "cuda_bf16";
    case products::chosen:
      return "cuda_chosen";
    default:
      return "cuda";
  }
}

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

  products precision() const { return precision_; }
  /// Bytes of the device's memory that it holds.
  std::size_t bytes() const { return workspaces_.size() * workspaces_[0].bytes(); }

  /// The product, in order with what the stream already has. Streams may compute at once if `queue` tells them apart,
  /// a number below `stream::queues`. Returns whether it applied bias and, if `relu`, max(x, 0); if not, it has done
  /// neither: the library can end a product in this way only for some scalars and sizes. Where T is float, operands may
  /// be bf16, and then the result with its bias too; sums are float.
  template <class Result, class Operand>
  bool multiply(void* stream, std::size_t queue, const column_major_product<Result, Operand>& product, bool relu);

 private:
  struct algorithm {
    std::array<std::uint64_t, 8> words;  // cublasLtMatmulAlgo_t
    bool ends;                           // with bias and relu
  };
  using kind = std::array<std::uint64_t, 8>;
  struct description;

  template <class Result, class Operand>
  static kind kind_of(const column_major_product<Result, Operand>& product, bool relu);
  template <class Result, class Operand>
  const algorithm& algorithm_for(const kind& k, const column_major_product<Result, Operand>& product, bool relu);
  template <class Result, class Operand>
  algorithm chosen(const column_major_product<Result, Operand>& product, bool relu);
  template <class Result, class Operand>
  int run(void* stream, std::size_t queue, const column_major_product<Result, Operand>& product, bool relu,
          const algorithm& a);  // cublasStatus_t

  products precision_;
  int device_;
  void* handle_ = nullptr;                                                   // cublasLtHandle_t
  std::array<buffer<std::byte, device_memory>, stream::queues> workspaces_;  // by queue
  std::map<kind, algorithm> algorithms_;
};

extern template class product_library<float>;
extern template class product_library<double>;
extern template bool product_library<float>::multiply(void*, std::size_t, const column_major_product<float>&, bool);
extern template bool product_library<float>::multiply(void*, std::size_t, const column_major_product<float, bf16>&,
                                                      bool);
extern template bool product_library<float>::multiply(void*, std::size_t, const column_major_product<bf16>&, bool);
extern template bool product_library<double>::multiply(void*, std::size_t, const column_major_product<double>&, bool);

}  // namespace cuda_detail

}  // namespace vscg

#include <vscg/core/end.hpp>
