// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <vector>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/team.hpp>
#include <vscg/cuda/overrides.hpp>
#include <vscg/cuda/roundings.hpp>

#include "cuda/host_cuda.hpp"
#include "cuda/rounded_host.hpp"

namespace rounded_host {

/// Whether activations are bf16 where products are.
inline bool keeps_bf16 = true;
/// Products of bf16 matrices so far.
inline std::size_t products_of_bf16 = 0;

/// The networks' composites in few launches, with the lanes of a device; products by Eigen, which is fast, of operands
/// that are rounded.
template <class Memory>
struct fused : host_cuda::backend {
  static constexpr const char* name = "cuda on the host, fused and rounded";
  using memory = Memory;

  template <class T>
  class executor : public host_cuda::backend::executor<T> {
    using bf16 = vscg::cuda_detail::bf16;

   public:
    explicit executor(vscg::threads n) : host_cuda::backend::executor<T>(n), products_(vscg::threads{1}) {}
    template <class F>
    void independent_ranges(std::size_t n, const F& f) {
      f(*this, 0, n);
    }
    template <class Function = vscg::identity_function>
    void gemm(const vscg::gemm_arguments<T>& arguments, Function function = {}) {
      this->branches().launch([=, this] { products_.gemm(arguments, function); });
    }
    template <class Function = vscg::identity_function>
    void gemm_pair(const vscg::gemm_arguments<T>& first, const vscg::gemm_arguments<T>& second,
                   Function function = {}) {
      gemm(first, function);
      gemm(second, function);
    }

    bool keeps_bf16() const requires std::is_same_v<T, float> { return computes_in_bf16() && rounded_host::keeps_bf16; }
    /// As a library computes it: a bf16 result is rounded once, after bias and function.
    template <class Function = vscg::identity_function, class Result>
    void gemm_of_bf16(const vscg::gemm_arguments<Result>& p, const bf16* a, const bf16* b, Function function = {}) {
      ++products_of_bf16;
      this->branches().launch([=, this] { multiply(p, a, b, function); });
    }

   private:
    template <class Function, class Result>
    void multiply(const vscg::gemm_arguments<Result>& p, const bf16* a, const bf16* b, Function function) {
      using host = typename rounded_host::backend::template executor<T>;
      auto wide = host_cuda::of_same_sizes<float>(p);
      const auto all_a =
          widened(a, host::extent(p.batch, p.stride_a, p.trans_a ? p.k : p.m, p.lda, p.trans_a ? p.m : p.k));
      const auto all_b =
          widened(b, host::extent(p.batch, p.stride_b, p.trans_b ? p.n : p.k, p.ldb, p.trans_b ? p.k : p.n));
      wide.a = all_a.data(), wide.b = all_b.data();
      if constexpr (std::is_same_v<Result, bf16>) {
        const std::size_t size = host::extent(p.batch, p.stride_c, p.m, p.ldc, p.n);
        const auto bias = widened(p.bias, p.bias == nullptr ? 0 : p.n);
        auto c = widened(p.c, size);
        wide.c = c.data();
        if (p.bias != nullptr) wide.bias = bias.data();
        products_.gemm(wide, function);
        std::transform(c.begin(), c.end(), p.c, vscg::cuda_detail::to_bf16);
      } else {
        wide.c = p.c, wide.bias = p.bias;
        products_.gemm(wide, function);
      }
    }
    static std::vector<float> widened(const bf16* from, std::size_t n) {
      std::vector<float> all(n);
      for (std::size_t i = 0; i < n; ++i) all[i] = to_float(from[i]);
      return all;
    }

    typename rounded_host::backend::template executor<T> products_;
  };
};

}  // namespace rounded_host

template <class Operation, class Memory>
struct vscg::implementation<Operation, rounded_host::fused<Memory>>
    : vscg::cuda_detail::override_of<Operation, vscg::cuda_detail::any_device> {};
