// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>

#include <vscg/cuda/phases.hpp>

#include "cuda/lane_order.hpp"

namespace host_cuda {

/// A block on the host: every phase goes through all lanes, one after another, in an order that `threads` chooses. Each
/// lane's own numbers are an element of an array. They and what lanes share begin as NaN.
template <class Kernel>
class block {
  using own = typename Kernel::own;
  using shared_type = typename Kernel::shared;

 public:
  explicit block(std::size_t threads) : threads_(threads), own_(new own[Kernel::threads]), shared_(new shared_type) {}

  unsigned number() const { return number_; }
  shared_type& shared() const { return *shared_; }

  template <class F>
  void lanes(const F& f) {
    for (unsigned k = 0; k < Kernel::threads; ++k) {
      const std::size_t lane = lane_at(k, Kernel::threads, threads_);
      f(static_cast<unsigned>(lane), own_[lane]);
    }
  }

  void run(unsigned number, const Kernel& kernel) {
    std::memset(own_.get(), 0xff, Kernel::threads * sizeof(own));
    std::memset(shared_.get(), 0xff, sizeof(shared_type));
    number_ = number;
    kernel(*this);
  }

 private:
  std::size_t threads_;
  std::unique_ptr<own[]> own_;
  std::unique_ptr<shared_type> shared_;
  unsigned number_ = 0;
};

/// What `blocks` of a CUDA queue does.
template <class Kernel>
void run_blocks(std::size_t n, const Kernel& kernel, std::size_t threads) {
  static_assert(vscg::cuda_detail::phased_kernel<Kernel>);
  block<Kernel> one(threads);
  for (std::size_t k = 0; k < n; ++k) one.run(static_cast<unsigned>(lane_at(k, n, threads)), kernel);
}

}  // namespace host_cuda
