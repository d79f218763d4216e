// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <type_traits>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/team.hpp>
#include <vscg/cuda/overrides.hpp>
#include <vscg/cuda/recurrent_share.hpp>
#include <vscg/ops/lstm.hpp>

#include "cuda/host_block.hpp"

namespace host_cuda {

/// The host's processor, which takes the products of a pair one after the other.
template <class T>
class executor_of_pairs : public vscg::eigen_backend::executor<T> {
 public:
  using vscg::eigen_backend::executor<T>::executor;
  void gemm_pair(const vscg::gemm_arguments<T>& first, const vscg::gemm_arguments<T>& second) {
    this->gemm(first);
    this->gemm(second);
  }
};

/// The host's processor with the operations that a device has of its own. Besides them, nothing is a device's, which
/// saves time: the number of threads also chooses the order of lanes.
struct overrides : vscg::eigen_backend {
  static constexpr const char* name = "eigen with overrides";
  template <class T>
  class executor : public executor_of_pairs<T> {
   public:
    explicit executor(vscg::threads n) : executor_of_pairs<T>(n), threads_(n.count) {}
    template <class F>
    void blocks(std::size_t n, const F& f) {
      run_blocks(n, f, threads_);
    }

   private:
    std::size_t threads_;
  };
};

/// A host can hold every layer. H = 128 is divided as on a device, whatever the scalar; other sizes so that lanes have
/// some weights in their registers and some in shared memory.
struct host {
  template <class Cell, class T, int H>
  using recurrent_share = std::conditional_t<
      H == 128,
      std::conditional_t<std::is_same_v<Cell, vscg::lstm_cell>, vscg::cuda_detail::lstm_share_of_128<T>,
                         vscg::cuda_detail::gru_share_of_128<T>>,
      vscg::cuda_detail::recurrent_share<Cell, T, H, H % 2 == 0 ? 2 : 1, H - H / 3, 2>>;
};

}  // namespace host_cuda

template <class Operation>
struct vscg::implementation<Operation, host_cuda::overrides>
    : vscg::cuda_detail::override_of<Operation, host_cuda::host> {};
