// SPDX-License-Identifier: MIT
#include "cuda/stand_in_driver.hpp"

#include <cstddef>
#include <cuda_runtime_api.h>

#include <vscg/cuda/card.hpp>
#include <vscg/cuda/stream.hpp>

namespace {

using stand_in::now;
using stand_in::of;

stand_in::event& of(cudaEvent_t e) { return *reinterpret_cast<stand_in::event*>(e); }

}  // namespace

extern "C" {
cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
  *least = 0, *greatest = -1;
  return cudaSuccess;
}
cudaError_t cudaStreamCreateWithPriority(cudaStream_t* made, unsigned, int) {
  *made = reinterpret_cast<cudaStream_t>(&now.streams.emplace_back());
  return cudaSuccess;
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* made, unsigned) {
  *made = reinterpret_cast<cudaEvent_t>(&now.events.emplace_back());
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t) { return cudaSuccess; }
cudaError_t cudaEventDestroy(cudaEvent_t) { return cudaSuccess; }
cudaError_t cudaEventRecord(cudaEvent_t e, cudaStream_t s) {
  of(e) = {of(s).before, of(s).records};
  return cudaSuccess;
}
cudaError_t cudaStreamWaitEvent(cudaStream_t s, cudaEvent_t e, unsigned) {
  const stand_in::event& waited = of(e);
  if (of(s).records && !waited.recorded) return cudaErrorStreamCaptureIsolation;
  of(s).before.insert(waited.before.begin(), waited.before.end());
  of(s).records = of(s).records || waited.recorded;
  return cudaSuccess;
}
/// A stream that records cannot be waited for.
cudaError_t cudaStreamSynchronize(cudaStream_t s) {
  return of(s).records ? cudaErrorStreamCaptureUnsupported : cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t) { return cudaSuccess; }
cudaError_t cudaMemcpyAsync(void*, const void*, std::size_t, cudaMemcpyKind, cudaStream_t) { return cudaSuccess; }
cudaError_t cudaStreamBeginCapture(cudaStream_t s, cudaStreamCaptureMode) {
  now.origin = &of(s);
  now.origin->records = true;
  now.recorded.clear();
  for (auto& one : now.streams) one.before.clear();  // a graph waits for nothing that came before
  return cudaSuccess;
}
/// It cannot end while something that another stream recorded is not joined.
cudaError_t cudaStreamEndCapture(cudaStream_t, cudaGraph_t* made) {
  for (const auto& name : now.recorded) {
    if (!now.origin->before.contains(name)) return cudaErrorStreamCaptureUnjoined;
  }
  for (auto& s : now.streams) s.records = false;
  *made = reinterpret_cast<cudaGraph_t>(&now.graphs.emplace_back());
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* made, cudaGraph_t from, unsigned long long) {
  *made = reinterpret_cast<cudaGraphExec_t>(from);
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t, cudaStream_t) {
  ++now.graph_launches;
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t) { return cudaSuccess; }
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t) { return cudaSuccess; }
cudaError_t cudaGetLastError() { return cudaSuccess; }
const char* cudaGetErrorString(cudaError_t error) {
  return error == cudaErrorStreamCaptureUnjoined ? "unjoined work" : "an error";
}
}

namespace vscg::cuda_detail {

void expect_device() {}
int current_device() { return 0; }
on_device::on_device(int device) : device_(device) {}
on_device::~on_device() { static_cast<void>(device_ + before_); }

}  // namespace vscg::cuda_detail
