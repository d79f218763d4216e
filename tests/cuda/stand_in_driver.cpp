// SPDX-License-Identifier: MIT
#include "cuda/stand_in_driver.hpp"

#include <cstddef>
#include <cuda_runtime_api.h>
#include <utility>

#include <vscg/cuda/card.hpp>
#include <vscg/cuda/stream.hpp>

namespace {

using stand_in::now;
using stand_in::of;

stand_in::event& of(cudaEvent_t e) { return *reinterpret_cast<stand_in::event*>(e); }

/// From here on it takes part in the recording, whose graph waits for nothing that came before.
void record(stand_in::stream& s) {
  if (s.recording != 0) return;
  s.recording = now.recordings;
  s.before_recording = std::exchange(s.before, {});
}

}  // namespace

extern "C" {
cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
  *least = 0, *greatest = -1;
  return cudaSuccess;
}
cudaError_t cudaStreamCreateWithPriority(cudaStream_t* made, unsigned, int) {
  *made = reinterpret_cast<cudaStream_t>(&now.streams.emplace_back());
  ++now.live;
  return cudaSuccess;
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* made, unsigned) {
  *made = reinterpret_cast<cudaEvent_t>(&now.events.emplace_back());
  ++now.live;
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t) {
  --now.live;
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t) {
  --now.live;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t e, cudaStream_t s) {
  of(e) = {of(s).before, of(s).recording};
  return cudaSuccess;
}
/// An event of a recording belongs to it, and takes another stream in; a recording waits for no event from outside.
cudaError_t cudaStreamWaitEvent(cudaStream_t s, cudaEvent_t e, unsigned) {
  const stand_in::event& waited = of(e);
  if (waited.recording == 0 && of(s).recording != 0) return cudaErrorStreamCaptureIsolation;
  if (waited.recording != 0) {
    if (waited.recording != now.recordings) return cudaErrorInvalidValue;
    record(of(s));
  }
  of(s).before.insert(waited.before.begin(), waited.before.end());
  return cudaSuccess;
}
/// A stream that records cannot be waited for.
cudaError_t cudaStreamSynchronize(cudaStream_t s) {
  if (of(s).recording != 0) return cudaErrorStreamCaptureUnsupported;
  now.done.insert(of(s).before.begin(), of(s).before.end());
  return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t) { return cudaSuccess; }
cudaError_t cudaMemcpyAsync(void*, const void*, std::size_t, cudaMemcpyKind, cudaStream_t) { return cudaSuccess; }
cudaError_t cudaStreamBeginCapture(cudaStream_t s, cudaStreamCaptureMode) {
  ++now.recordings;
  now.recorded.clear();
  record(of(s));
  return cudaSuccess;
}
/// Ends it in all streams; with no graph if one has something that was not joined.
cudaError_t cudaStreamEndCapture(cudaStream_t origin, cudaGraph_t* made) {
  bool joined = true;
  for (const auto& name : now.recorded) joined = joined && of(origin).before.contains(name);
  for (auto& s : now.streams) {
    if (std::exchange(s.recording, 0) != 0) s.before = std::move(s.before_recording);
  }
  ++now.recordings;  // its events belong to none
  if (joined) {
    *made = reinterpret_cast<cudaGraph_t>(&now.graphs.emplace_back());
    return cudaSuccess;
  }
  ++now.unjoined;
  return cudaErrorStreamCaptureUnjoined;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* made, cudaGraph_t from, unsigned long long) {
  *made = reinterpret_cast<cudaGraphExec_t>(from);
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t, cudaStream_t s) {
  of(s).before.insert(now.recorded.begin(), now.recorded.end());
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
