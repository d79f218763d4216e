// SPDX-License-Identifier: MIT
#pragma once

// For .cu files: how kernels run on a device. A network is plain C++ and only names its kernels; one file that nvcc
// compiles instantiates them. A kernel of your own needs a .cu file that includes this header and says, for each
// scalar,
//
//   VSCG_CUDA_EACH(float, my_kernel<float>)    // launched by backend().each
//   VSCG_CUDA_ROWS(float, my_kernel<float>)    // launched by backend().rows
//   VSCG_CUDA_BLOCKS(float, my_kernel<float>)  // launched by backend().blocks

#include <cstddef>
#include <cuda_runtime.h>

#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/system/cuda/execution_policy.h>
#include <thrust/system_error.h>

#include <vscg/backend/thrust/group.hpp>
#include <vscg/core/config.hpp>
#include <vscg/cuda/block.cuh>
#include <vscg/cuda/group.cuh>
#include <vscg/cuda/lanes.hpp>
#include <vscg/cuda/phases.hpp>
#include <vscg/cuda/queue.hpp>

namespace vscg::cuda_detail {

/// Each row by `lanes` neighboring threads.
template <class T, class F>
__global__ void __launch_bounds__(block_lanes) run_rows(std::size_t n, unsigned lanes, F kernel) {
  const std::size_t row = std::size_t{blockIdx.x} * (block_lanes / lanes) + threadIdx.x / lanes;
  if (row >= n) return;  // for all lanes of the row
  kernel(device_group<T>(threadIdx.x % lanes, lanes), row);
}

/// Each block through the phases of a kernel.
template <class F>
__global__ void __launch_bounds__(F::threads) run_blocks(F kernel) {
  extern __shared__ __align__(16) unsigned char shared_bytes[];
  device_block<F> block(*reinterpret_cast<typename F::shared*>(shared_bytes));
  kernel(block);
}

template <class T>
template <class F>
void queue<T>::each(std::size_t n, std::size_t, const F& f) {
  try {
    ::thrust::for_each_n(::thrust::cuda::par_nosync.on(static_cast<cudaStream_t>(handle())),
                         ::thrust::counting_iterator<std::size_t>(0), n, thrust_detail::on_element<T, F>{f});
  } catch (const ::thrust::system_error& e) {
    refuse_launch(e.what());
  }
}

template <class T>
template <class F>
void queue<T>::rows(std::size_t n, std::size_t row_elements, const F& f) {
  if (n == 0) return;
  const unsigned lanes = lanes_of_row(row_elements);
  const unsigned blocks = blocks_for(n, block_lanes / lanes);
  run_rows<T, F><<<blocks, block_lanes, 0, static_cast<cudaStream_t>(handle())>>>(n, lanes, f);
  const cudaError_t error = cudaGetLastError();
  if (error != cudaSuccess) refuse_launch(cudaGetErrorString(error));
}

template <class T>
template <class F>
void queue<T>::blocks(std::size_t n, const F& f) {
  static_assert(phased_kernel<F>);
  if (n == 0) return;
  constexpr std::size_t shared = sizeof(typename F::shared);
  cudaError_t error = cudaSuccess;
  if constexpr (shared > most_shared_bytes_unasked)  // of the device that is current, so each time
    error = cudaFuncSetAttribute(run_blocks<F>, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared));
  if (error != cudaSuccess) refuse_launch(cudaGetErrorString(error));
  run_blocks<F><<<blocks_for(n, 1), F::threads, shared, static_cast<cudaStream_t>(handle())>>>(f);
  error = cudaGetLastError();
  if (error != cudaSuccess) refuse_launch(cudaGetErrorString(error));
}

}  // namespace vscg::cuda_detail

#define VSCG_CUDA_EACH(T, ...) \
  template void vscg::cuda_detail::queue<T>::each(std::size_t, std::size_t, const __VA_ARGS__&);
#define VSCG_CUDA_ROWS(T, ...) \
  template void vscg::cuda_detail::queue<T>::rows(std::size_t, std::size_t, const __VA_ARGS__&);
#define VSCG_CUDA_BLOCKS(T, ...) template void vscg::cuda_detail::queue<T>::blocks(std::size_t, const __VA_ARGS__&);
