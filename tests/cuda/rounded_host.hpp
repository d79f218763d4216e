// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/team.hpp>
#include <vscg/cuda/bf16_inputs.hpp>
#include <vscg/cuda/gemm.hpp>
#include <vscg/cuda/roundings.hpp>

#include "support/apart.hpp"

// What the rounding of a device's products costs in accuracy, found on the host: the products of the host's backend, on
// copies of their operands that are rounded as the device rounds them.

namespace rounded_host {

/// How the operands of a product are rounded. A library may cut numbers off instead of rounding them to TF32. `coarse`:
/// to 3 bits, to see that a test notices. `bf16_inputs`: only what networks compute from. `bf16_if_large`: as a device
/// rounds, to TF32 where bf16 copies are not worth their time.
enum class rounding : unsigned char { none, split, tf32, cut_to_tf32, bf16, coarse, bf16_inputs, bf16_if_large };

inline rounding now = rounding::none;

/// Chooses a rounding while it lives.
class chosen {
 public:
  explicit chosen(rounding r) { now = r; }
  chosen(const chosen&) = delete;
  chosen& operator=(const chosen&) = delete;
  ~chosen() { now = rounding::none; }
};

inline float cut_to_tf32(float x) { return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & 0xFFFFE000U); }

/// What takes the place of one number.
inline float (*function_of(rounding r))(float) {
  namespace numbers = vscg::cuda_detail;
  switch (r) {
    case rounding::tf32:
      return numbers::to_tf32;
    case rounding::cut_to_tf32:
      return cut_to_tf32;
    case rounding::bf16:
      return numbers::rounded<7>;
    default:
      return numbers::rounded<3>;
  }
}

/// Whether bf16 is the precision.
inline bool computes_in_bf16() { return now == rounding::bf16 || now == rounding::bf16_if_large; }

/// Inputs are bf16 numbers if products are.
struct inputs : vscg::cuda_detail::bf16_inputs {
  static bool in_use() { return computes_in_bf16() || now == rounding::bf16_inputs; }
};

/// The backend of the host, but for the products of float and for its memory, to which inputs are brought.
struct backend {
  static constexpr const char* name = "eigen rounded";
  using memory = apart_memory;
  template <class T>
  using kept_as = std::conditional_t<std::is_same_v<T, float>, inputs, void>;
  static constexpr vscg::stretch_limits stretches = vscg::cpu::stretches;

  template <class T>
  class executor : public vscg::cpu::executor<T> {
    using host = vscg::cpu::executor<T>;

   public:
    using host::host;

    template <class F>
    void independent_ranges(std::size_t n, const F& f) {
      f(*this, 0, n);
    }
    static constexpr std::size_t packed_elements(std::size_t, std::size_t) { return 0; }
    void pack(const vscg::gemm_arguments<T>&, T*) {}

    template <class Function = vscg::identity_function>
    void gemm(vscg::gemm_arguments<T> args, Function function = {}) {
      if constexpr (std::is_same_v<T, float>) {
        if (now != rounding::none && now != rounding::bf16_inputs && args.m * args.n * args.k * args.batch > 0) {
          const std::size_t size_a = extent(args.batch, args.stride_a, args.trans_a ? args.k : args.m, args.lda,
                                            args.trans_a ? args.m : args.k);
          const std::size_t size_b = extent(args.batch, args.stride_b, args.trans_b ? args.n : args.k, args.ldb,
                                            args.trans_b ? args.k : args.n);
          if (now == rounding::split) return split(args, size_a, size_b, function);
          const auto f = function_of(rounding_of(args));
          copy(a_, args.a, size_a, f);
          copy(b_, args.b, size_b, f);
          args.a = a_.data(), args.b = b_.data();
        }
      }
      host::gemm(args, function);
    }

    /// Numbers from the first to the last of a product's operand.
    static std::size_t extent(std::size_t batch, std::size_t stride, std::size_t rows, std::size_t leading,
                              std::size_t columns) {
      return (batch - 1) * stride + (rows - 1) * leading + columns;
    }

   private:
    static rounding rounding_of(const vscg::gemm_arguments<T>& args) {
      if (now != rounding::bf16_if_large) return now;
      return vscg::cuda_detail::suits_bf16_copies(args) ? rounding::bf16 : rounding::tf32;
    }
    // Pointers, because these loops are most of the work of a test that is not optimized.
    static void copy(std::vector<T>& copies, const T* from, std::size_t n, float (*f)(float)) {
      copies.resize(n);
      for (T* to = copies.data(); n > 0; --n) *to++ = f(*from++);
    }
    static void copy_split(std::vector<T>& big, std::vector<T>& small, const T* from, std::size_t n) {
      big.resize(n);
      small.resize(n);
      T* to_small = small.data();
      for (T* to_big = big.data(); n > 0; --n) {
        const auto parts = vscg::cuda_detail::split(*from++);
        *to_big++ = parts.big;
        *to_small++ = parts.small;
      }
    }

    template <class Function>
    void split(vscg::gemm_arguments<T> args, std::size_t size_a, std::size_t size_b, Function function) {
      copy_split(a_, small_a_, args.a, size_a);
      copy_split(b_, small_b_, args.b, size_b);
      vscg::gemm_arguments<T> part = args;
      part.bias = nullptr;
      part.a = a_.data(), part.b = small_b_.data();
      host::gemm(part);
      part.accumulate = true;
      part.a = small_a_.data(), part.b = b_.data();
      host::gemm(part);
      args.accumulate = true;
      args.a = a_.data(), args.b = b_.data();
      host::gemm(args, function);
    }

    std::vector<T> a_, b_, small_a_, small_b_;
  };
};

}  // namespace rounded_host
