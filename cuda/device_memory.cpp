// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstring>
#include <cuda_runtime_api.h>
#include <string>
#include <string_view>

#include <vscg/core/checked_size.hpp>
#include <vscg/core/error.hpp>
#include <vscg/cuda/device_memory.hpp>
#include <vscg/cuda/stream.hpp>

#include "check.hpp"

namespace vscg::cuda_detail {

namespace {

[[noreturn]] void refuse(cudaError_t error, std::string_view what, std::size_t bytes, std::string_view found) {
  cudaGetLastError();
  if (error == cudaErrorMemoryAllocation) throw out_of_memory(what, bytes_text(bytes) + " more", found);
  throw expectation_error(what, bytes_text(bytes) + " more", cudaGetErrorString(error));
}

std::string free_memory() {
  std::size_t free = 0;
  std::size_t total = 0;
  if (cudaMemGetInfo(&free, &total) != cudaSuccess) return "no more";
  return bytes_text(free) + " free of " + bytes_text(total);
}

// What a copy of pageable memory has left behind in the default stream: other streams do not wait for it.
void wait_for_copy() { check(cudaStreamSynchronize(cudaStreamLegacy), "a finished copy"); }

}  // namespace

void* pinned_memory::allocate(std::size_t bytes) {
  expect_device();
  void* memory = nullptr;
  const cudaError_t error = cudaHostAlloc(&memory, bytes, cudaHostAllocPortable);
  if (error != cudaSuccess) refuse(error, "cuda: pinned memory", bytes, "that the system does not give them");
  return memory;
}
// It fails only if the process ends and the driver is gone already.
void pinned_memory::release(void* p) noexcept { static_cast<void>(cudaFreeHost(p)); }
bool pinned_memory::holds(const void* p) noexcept {
  cudaPointerAttributes found{};
  if (cudaPointerGetAttributes(&found, p) == cudaSuccess) return found.type == cudaMemoryTypeHost;
  static_cast<void>(cudaGetLastError());
  return false;
}
void pinned_memory::copy_in(void* to, const void* from, std::size_t bytes) {
  if (bytes > 0) std::memcpy(to, from, bytes);
}
void pinned_memory::copy_out(void* to, const void* from, std::size_t bytes) {
  if (bytes > 0) std::memcpy(to, from, bytes);
}

void* device_memory::allocate(std::size_t bytes) {
  expect_device();
  void* memory = nullptr;
  const cudaError_t error = cudaMalloc(&memory, bytes);
  if (error != cudaSuccess) refuse(error, "cuda: memory of the device", bytes, free_memory());
  return memory;
}
void device_memory::release(void* p) noexcept { static_cast<void>(cudaFree(p)); }
void device_memory::copy_in(void* to, const void* from, std::size_t bytes) {
  if (bytes == 0) return;
  check(cudaMemcpy(to, from, bytes, cudaMemcpyHostToDevice), "a copy to the device");
  wait_for_copy();
}
void device_memory::copy_out(void* to, const void* from, std::size_t bytes) {
  if (bytes == 0) return;
  check(cudaMemcpy(to, from, bytes, cudaMemcpyDeviceToHost), "a copy from the device");
  wait_for_copy();
}

}  // namespace vscg::cuda_detail
