// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cuda_runtime_api.h>
#include <limits>
#include <string>
#include <string_view>

#include <vscg/core/error.hpp>
#include <vscg/cuda/card.hpp>
#include <vscg/cuda/queue.hpp>
#include <vscg/cuda/stream.hpp>

#include "check.hpp"

namespace vscg::cuda_detail {

namespace {

cudaStream_t stream_of(void* handle) { return static_cast<cudaStream_t>(handle); }

// More keys than a run ever has; if a program goes on inventing them, graphs must not fill the memory.
constexpr std::size_t most_kept = 512;

// It does not wait for the default stream, nor that one for it. Where launches compete for the device, those of the
// path come before those beside it.
cudaStream_t new_stream(bool of_the_path) {
  int last = 0;
  int first = 0;
  check(cudaDeviceGetStreamPriorityRange(&last, &first), "priorities of streams");
  cudaStream_t made = nullptr;
  check(cudaStreamCreateWithPriority(&made, cudaStreamNonBlocking, of_the_path ? first : last), "a stream");
  return made;
}

cudaEvent_t event_of(void* event) { return static_cast<cudaEvent_t>(event); }

cudaEvent_t new_event() {
  cudaEvent_t made = nullptr;
  check(cudaEventCreateWithFlags(&made, cudaEventDisableTiming), "an event");
  return made;
}

// What is launched in `later` from here on waits for what `earlier` has.
void wait_for(cudaStream_t earlier, cudaEvent_t event, cudaStream_t later) {
  check(cudaEventRecord(event, earlier), "an event");
  check(cudaStreamWaitEvent(later, event, 0), "a wait for an event");
}

void destroy(void* other_stream) {
  if (other_stream == nullptr) return;
  static_cast<void>(cudaStreamSynchronize(stream_of(other_stream)));
  static_cast<void>(cudaStreamDestroy(stream_of(other_stream)));
}

void destroy_event(void* event) {
  if (event != nullptr) static_cast<void>(cudaEventDestroy(event_of(event)));
}

}  // namespace

stream::stream() {
  expect_device();
  handle_ = new_stream(true);
  device_ = current_device();
}

stream::~stream() {
  finish();
  forget();
  static_cast<void>(cudaStreamDestroy(stream_of(handle_)));
  destroy(copying_);
  destroy_event(copied_);
  for (const branch_stream& one : branches_) {
    destroy(one.handle);
    for (void* event : {one.forked, one.joined, one.older}) destroy_event(event);
  }
}

void stream::copy_in(void* to, const void* from, std::size_t bytes) {
  if (bytes == 0) return;
  const on_device here(device_);
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream_of(handle_)), "a copy to the device");
}
void stream::copy_out(void* to, const void* from, std::size_t bytes) {
  if (bytes == 0) return;
  const on_device here(device_);
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream_of(handle_)), "a copy from the device");
}
void stream::copy_in_beside(void* to, const void* from, std::size_t bytes) {
  const on_device here(device_);
  if (copying_ == nullptr) copying_ = new_stream(false);
  if (copied_ == nullptr) copied_ = new_event();
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream_of(copying_)), "a copy to the device");
  check(cudaEventRecord(event_of(copied_), stream_of(copying_)), "an event after a copy");
}
void stream::join_copies() {
  if (copied_ == nullptr) return;
  const on_device here(device_);
  check(cudaStreamWaitEvent(stream_of(handle_), event_of(copied_), 0), "a wait for a copy");
}
void stream::fork(std::size_t which) {
  const on_device here(device_);
  branch_stream& to = branches_[which];
  for (void** event : {&to.forked, &to.joined, &to.older}) {
    if (*event == nullptr) *event = new_event();
  }
  if (to.handle == nullptr) to.handle = new_stream(false);
  wait_for(stream_of(handle_), event_of(to.forked), stream_of(to.handle));
  to.open = true;
}
void stream::join() {
  for (branch_stream& one : branches_) {
    if (!one.open) continue;
    const on_device here(device_);
    one.open = one.has_older = false;
    wait_for(stream_of(one.handle), event_of(one.joined), stream_of(handle_));
  }
}
void stream::join_older() {
  for (branch_stream& one : branches_) {
    if (!one.open) continue;
    const on_device here(device_);
    if (one.has_older) check(cudaStreamWaitEvent(stream_of(handle_), event_of(one.older), 0), "a wait for an event");
    check(cudaEventRecord(event_of(one.older), stream_of(one.handle)), "an event");
    one.has_older = true;
  }
}
void stream::wait_for_copies() {
  if (copied_ != nullptr) check(cudaEventSynchronize(event_of(copied_)), "a copy that has arrived");
}
void stream::wait() {
  join();
  check(cudaStreamSynchronize(stream_of(handle_)), "kernels without an error");
}

bool stream::launch_kept(std::uint64_t key) {
  const auto known = kept_.find(key);
  if (known == kept_.end() || known->second == nullptr) return false;
  const on_device here(device_);
  check(cudaGraphLaunch(static_cast<cudaGraphExec_t>(known->second), stream_of(handle_)), "a launched graph");
  return true;
}

bool stream::was_launched(std::uint64_t key) const { return kept_.find(key) != kept_.end(); }

void stream::remember(std::uint64_t key) {
  if (kept_.size() >= most_kept) {
    wait();
    forget();
  }
  kept_.emplace(key, nullptr);
}

// Of this thread only: other threads may allocate meanwhile.
void stream::begin_recording() {
  const on_device here(device_);
  check(cudaStreamBeginCapture(stream_of(handle_), cudaStreamCaptureModeThreadLocal), "the beginning of a graph");
}

void stream::abandon_recording() noexcept {
  for (branch_stream& one : branches_) {
    if (one.open) {  // a recording that leaves a branch open cannot be ended
      static_cast<void>(cudaEventRecord(event_of(one.joined), stream_of(one.handle)));
      static_cast<void>(cudaStreamWaitEvent(stream_of(handle_), event_of(one.joined), 0));
    }
    one.open = one.has_older = false;
  }
  cudaGraph_t graph = nullptr;
  static_cast<void>(cudaStreamEndCapture(stream_of(handle_), &graph));
  if (graph != nullptr) static_cast<void>(cudaGraphDestroy(graph));
  static_cast<void>(cudaGetLastError());
}

void stream::keep_recording(std::uint64_t key) {
  const on_device here(device_);
  cudaGraph_t graph = nullptr;
  check(cudaStreamEndCapture(stream_of(handle_), &graph), "the end of a graph");
  cudaGraphExec_t launchable = nullptr;
  const cudaError_t error = cudaGraphInstantiate(&launchable, graph, 0);
  static_cast<void>(cudaGraphDestroy(graph));
  check(error, "a graph that can be launched");
  kept_[key] = launchable;
  launch_kept(key);
}

void stream::finish() noexcept {
  for (branch_stream& one : branches_) {
    if (one.handle != nullptr) static_cast<void>(cudaStreamSynchronize(stream_of(one.handle)));
    one.open = one.has_older = false;
  }
  static_cast<void>(cudaStreamSynchronize(stream_of(handle_)));
}

void stream::forget() noexcept {
  for (const auto& [key, graph] : kept_) {
    if (graph != nullptr) static_cast<void>(cudaGraphExecDestroy(static_cast<cudaGraphExec_t>(graph)));
  }
  kept_.clear();
}

unsigned blocks_for(std::size_t n, unsigned rows_of_block) {
  constexpr std::size_t most = std::numeric_limits<std::int32_t>::max();
  const std::size_t blocks = (n + rows_of_block - 1) / rows_of_block;
  if (blocks > most) {
    throw expectation_error("cuda: rows of a launch", "at most " + std::to_string(most * rows_of_block),
                            std::to_string(n));
  }
  return static_cast<unsigned>(blocks);
}

void refuse_launch(std::string_view found) { throw expectation_error("cuda", "a launched kernel", found); }

}  // namespace vscg::cuda_detail
