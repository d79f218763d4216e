// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/backend/memory.hpp>
#include <vscg/core/config.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/stretch_limits.hpp>
#include <vscg/core/team.hpp>
#include <vscg/cuda/bf16_inputs.hpp>
#include <vscg/cuda/card.hpp>
#include <vscg/cuda/device_memory.hpp>
#include <vscg/cuda/fused.hpp>
#include <vscg/cuda/gemm.hpp>
#include <vscg/cuda/overrides.hpp>
#include <vscg/cuda/products.hpp>
#include <vscg/cuda/queue.hpp>
#include <vscg/cuda/stream.hpp>

namespace vscg {

namespace cuda_detail {

/// The room for copies of operands. It stays the same, so that recorded launches stay valid; copies this large are read
/// again before an H100's cache has lost them.
template <class T>
constexpr std::size_t copies_bytes(products precision) {
  const bool copies = precision == products::split || precision == products::bf16;
  return copies && std::is_same_v<T, float> ? std::size_t{32} << 20U : 0;
}

}  // namespace cuda_detail

inline namespace VSCG_INSTRUCTION_SET {

/// A CUDA device of compute capability 7.5 or newer. Link the target vscg::cuda: it holds the kernels of all of the
/// library's operations, so a program that names this backend is plain C++.
///
/// Whatever needs a device throws vscg::expectation_error if there is none, if it is too old or out of memory. Kernels
/// run in order, but for what an executor launches beside the path; the host waits only where it reads results.
template <products Precision = products::exact>
struct cuda_backend {
  static constexpr const char* name = cuda_detail::name_of_backend(Precision);
  using memory = cuda_detail::device_memory;
  static constexpr stretch_limits stretches{};
  /// Inputs of networks are bf16 numbers if products are; a data set that stays on the device is half as large.
  template <class T>
  using kept_as = typename cuda_detail::kept_for<T, Precision>::type;

  /// What the bits of a result depend on: the precision and the card.
  static std::string description() { return cuda_detail::description_of_backend(Precision); }
  /// The same in parts, for reports.
  static cuda_detail::used_card card_in_use() { return cuda_detail::card_of_backend(Precision); }

  /// Computes for one session, with its own queue and workspace.
  template <class T>
  class executor : public cuda_detail::queue<T> {
    static constexpr bool may_keep_bf16 =
        std::is_same_v<T, float> && (Precision == products::bf16 || Precision == products::chosen);

   public:
    /// The number of threads is that of the host: a device has its own.
    explicit executor(threads) : products_(cuda_detail::chosen(Precision)) {
      for (room& one : copies_) one = room(cuda_detail::copies_bytes<T>(products_.precision()));
    }

    static constexpr std::size_t workers() { return 1; }
    /// Bytes of memory that it holds for any program.
    std::size_t bytes() const { return products_.bytes() + copies_.size() * copies_[0].bytes(); }

    /// f(executor, begin, end) for independent ranges that make up [0, n): here a single one.
    template <class F>
    void independent_ranges(std::size_t n, const F& f) {
      f(*this, 0, n);
    }

    /// The product of `arguments`, with `Function::value` applied to each element. A function other than the library's
    /// own needs VSCG_CUDA_EACH(T, kernels::finish_product<Function, T>) in a .cu file.
    template <class Function = identity_function>
    void gemm(const gemm_arguments<T>& arguments, Function = {}) {
      if constexpr (std::is_same_v<T, float>) {
        if (copies_operands(arguments)) {
          if (products_.precision() == products::split)
            cuda_detail::gemm_of_copies<Function>(arguments, copies_of<float>(), *this, multiply());
          else
            cuda_detail::gemm_of_copies<Function>(arguments, copies_of<cuda_detail::bf16>(), *this, multiply());
          return;
        }
      }
      cuda_detail::gemm<Function>(arguments, multiply(), launch_each(), launch_rows());
    }
    /// Two products, at once if they differ only in their arrays and are not made of copies. `Function`: none, or
    /// relu_function.
    template <class Function = identity_function>
    void gemm_pair(const gemm_arguments<T>& first, const gemm_arguments<T>& second, Function function = {}) {
      if (copies_operands(first) || copies_operands(second)) {
        gemm(first, function);
        gemm(second, function);
      } else {
        cuda_detail::gemm_pair<Function>(first, second, multiply(), launch_each(), launch_rows());
      }
    }

    /// Whether operations keep bf16 numbers, where they can, of what their products read and write.
    bool keeps_bf16() const requires may_keep_bf16 { return products_.precision() == products::bf16; }
    /// The product of bf16 matrices a and b, which take the places of those of `arguments`: no operand is copied. Rows
    /// begin at multiples of 16 bytes. The result and its bias are float or bf16. `Function`: none, or relu_function.
    template <class Function = identity_function, class Result>
    void gemm_of_bf16(const gemm_arguments<Result>& arguments, const cuda_detail::bf16* a, const cuda_detail::bf16* b,
                      Function = {}) requires may_keep_bf16 {
      cuda_detail::gemm_of_bf16<Function>(arguments, a, b, multiply(), launch_each());
    }

    /// Nothing is packed beforehand.
    static constexpr std::size_t packed_elements(std::size_t, std::size_t) { return 0; }
    void pack(const gemm_arguments<T>&, T*) {}

   private:
    using room = buffer<std::byte, memory>;

    bool copies_operands(const gemm_arguments<T>& arguments) const {
      if (copies_[0].size() == 0) return false;
      return products_.precision() == products::split || cuda_detail::suits_bf16_copies(arguments);
    }
    template <class Number>
    std::span<Number> copies_of() {
      room& copies = copies_[this->queue_number()];
      return {static_cast<Number*>(static_cast<void*>(copies.data())), copies.size() / sizeof(Number)};
    }
    auto multiply() {
      return [this](const auto& product, bool relu) {
        return products_.multiply(this->handle(), this->queue_number(), product, relu);
      };
    }
    auto launch_each() {
      return [this](std::size_t n, const auto& kernel) { this->each(n, 1, kernel); };
    }
    auto launch_rows() {
      return
          [this](std::size_t n, std::size_t row_elements, const auto& kernel) { this->rows(n, row_elements, kernel); };
    }

    cuda_detail::product_library<T> products_;
    std::array<room, cuda_detail::stream::queues> copies_;  // of a product's operands, until the queue's next product
  };
};

using cuda = cuda_backend<>;
using cuda_split = cuda_backend<products::split>;
using cuda_tf32 = cuda_backend<products::tf32>;
using cuda_bf16 = cuda_backend<products::bf16>;
/// One type for all precisions, so that a program compiles its networks once: see `cuda_card`.
using cuda_chosen = cuda_backend<products::chosen>;

}  // namespace VSCG_INSTRUCTION_SET

template <class Operation, products Precision>
struct implementation<Operation, cuda_backend<Precision>>
    : cuda_detail::override_of<Operation, cuda_detail::any_device> {};

}  // namespace vscg

#include <vscg/core/end.hpp>
