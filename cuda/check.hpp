// SPDX-License-Identifier: MIT
#pragma once

#include <cublasLt.h>
#include <cuda_runtime_api.h>
#include <string>
#include <string_view>

#include <vscg/core/error.hpp>

namespace vscg::cuda_detail {

/// Throws vscg::expectation_error unless a call succeeded: "cuda: expected <what>, found <the driver's words>".
inline void check(cudaError_t error, std::string_view what) {
  if (error == cudaSuccess) return;
  cudaGetLastError();  // otherwise a later launch would report it again
  throw expectation_error("cuda", what, cudaGetErrorString(error));
}

inline void check(cublasStatus_t status, std::string_view what) {
  if (status != CUBLAS_STATUS_SUCCESS) throw expectation_error("cuda", what, cublasLtGetStatusString(status));
}

}  // namespace vscg::cuda_detail
