// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <vscg/cuda/overrides.hpp>
#include <vscg/testing/trace_trial.hpp>
#include <vscg/testing/trial.hpp>

#include "cuda/host_cuda.hpp"
#include "ops/contract.hpp"

namespace host_cuda {

/// The backend that computes the networks' composites in few launches.
struct fused_backend : backend {};

/// The result of a case. By default its composites are the library's own operations.
template <class Case, class T = double, class Backend = backend>
std::vector<double> result_of_operations(std::size_t items, const contract::arrays& x) {
  vscg::testing::trial<T, Backend> t(
      vscg::testing::trace_trial<typename Case::operands, T, Backend, Case::active>(Case{}), vscg::threads{1}, items);
  for (std::size_t k = 0; k < x.size(); ++k) t.set(k, std::span<const T>(std::vector<T>(x[k].begin(), x[k].end())));
  t.forward();
  const std::vector<T> found = t.result();
  return {found.begin(), found.end()};
}

}  // namespace host_cuda

template <class Operation>
struct vscg::implementation<Operation, host_cuda::fused_backend>
    : vscg::cuda_detail::override_of<Operation, vscg::cuda_detail::any_device> {};
