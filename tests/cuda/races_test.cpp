// SPDX-License-Identifier: MIT
#include <barrier>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/team.hpp>
#include <vscg/cuda/overrides.hpp>

#include "cuda/attend_regions_cases.hpp"
#include "cuda/host_overrides.hpp"
#include "cuda/recurrent_cases.hpp"

// Kernels of several phases on threads of the host, as a device runs them: each thread goes through the whole kernel
// with some of the lanes, and waits for the others after each phase. Thread sanitizer then sees lanes that meet.

namespace {

constexpr unsigned workers = 3;

/// One thread's view of a block.
template <class Kernel>
class threaded_block {
  using own = typename Kernel::own;

 public:
  threaded_block(unsigned number, unsigned worker, typename Kernel::shared& shared, std::barrier<>& all)
      : number_(number), worker_(worker), shared_(shared), all_(all), own_(new own[Kernel::threads]) {}

  unsigned number() const { return number_; }
  typename Kernel::shared& shared() const { return shared_; }
  template <class F>
  void lanes(const F& f) {
    for (unsigned lane = worker_; lane < Kernel::threads; lane += workers) f(lane, own_[lane]);
    all_.arrive_and_wait();
  }

 private:
  unsigned number_;
  unsigned worker_;
  typename Kernel::shared& shared_;
  std::barrier<>& all_;
  std::unique_ptr<own[]> own_;
};

struct on_threads : vscg::eigen_backend {
  template <class T>
  class executor : public host_cuda::executor_of_pairs<T> {
   public:
    explicit executor(vscg::threads) : host_cuda::executor_of_pairs<T>(vscg::threads{1}) {}
    template <class F>
    void blocks(std::size_t n, const F& f) {
      const auto shared = std::make_unique<typename F::shared>();
      std::barrier<> all(workers);
      std::vector<std::thread> started;
      for (unsigned worker = 0; worker < workers; ++worker) {
        started.emplace_back([&, worker] {
          for (unsigned number = 0; number < n; ++number) {
            threaded_block<F> block(number, worker, *shared, all);
            f(block);
          }
        });
      }
      for (auto& one : started) one.join();
    }
  };
};

/// It has the composites that need no more than this backend has.
struct fusing_host : host_cuda::host {
  static constexpr bool fuses = true;
};

}  // namespace

template <class Operation>
struct vscg::implementation<Operation, on_threads> : vscg::cuda_detail::override_of<Operation, fusing_host> {};

TEST_CASE("cuda: lanes on several threads do not meet: recurrent layers") {
  at_once::agree<at_once::pair_cases, double, on_threads>();
}

TEST_CASE("cuda: lanes on several threads do not meet: attention over regions") {
  at_once::agrees<fused_cases::large_pictures_case, double, on_threads>();
}
