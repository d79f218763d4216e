// SPDX-License-Identifier: MIT
#include <vscg/cuda/overrides.hpp>

#include "cuda/host_cuda.hpp"
#include "golden/golden_case.hpp"

namespace {

/// The networks' composites in few launches, with the lanes of a device; products by Eigen, which is fast.
struct backend : host_cuda::backend {
  template <class T>
  class executor : public host_cuda::backend::executor<T> {
   public:
    explicit executor(vscg::threads n) : host_cuda::backend::executor<T>(n), products_(vscg::threads{1}) {}
    template <class F>
    void independent_ranges(std::size_t n, const F& f) {
      f(*this, 0, n);
    }
    template <class Function = vscg::identity_function>
    void gemm(const vscg::gemm_arguments<T>& arguments, Function function = {}) {
      this->branch().launch([=, this] { products_.gemm(arguments, function); });
    }
    template <class Function = vscg::identity_function>
    void gemm_pair(const vscg::gemm_arguments<T>& first, const vscg::gemm_arguments<T>& second,
                   Function function = {}) {
      gemm(first, function);
      gemm(second, function);
    }

   private:
    typename vscg::cpu::executor<T> products_;
  };
};

}  // namespace

template <class Operation>
struct vscg::implementation<Operation, backend>
    : vscg::cuda_detail::override_of<Operation, vscg::cuda_detail::any_device> {};

TEST_CASE("vscg_fully float cuda, composites in few launches") {
  golden::check_all<vscg::vscg_net, vscg::negative_pair_filter_loss<>, float, backend>("vscg_fully");
}
TEST_CASE("vscg_weakly float cuda, composites in few launches") {
  golden::check_all<vscg::vscg_net_weakly, vscg::smooth_loss<>, float, backend>("vscg_weakly");
}
