// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cuda_runtime_api.h>
#include <deque>
#include <map>
#include <set>
#include <string>

#include <vscg/cuda/stream.hpp>

// What `cuda/stream.cpp` calls of the CUDA runtime, without a device: streams and events that only remember which
// launches come before which, and refuse what a recording refuses. stand_in_driver.cpp takes the runtime's place.

namespace stand_in {

using launches = std::set<std::string>;

struct stream {
  launches before;            // what its next launch waits for
  launches before_recording;  // the same, while it records
  std::size_t recording = 0;  // which one it takes part in, from 1; 0: none
};
struct event {
  launches before;
  std::size_t recording = 0;
};
struct graph {};

/// All of the runtime's state.
struct driver {
  std::deque<stream> streams;
  std::deque<event> events;
  std::deque<graph> graphs;
  std::map<std::string, launches> waits_for;  // by launch
  launches done;                              // what the host has waited for
  launches recorded;                          // of the recording
  std::size_t recordings = 0;                 // begun so far; a recording's number is among these
  std::size_t unjoined = 0;                   // recordings that ended while a stream had something that was not joined
  std::size_t graph_launches = 0;
  std::ptrdiff_t live = 0;  // streams and events
};
inline driver now;

inline stream& of(cudaStream_t s) { return *reinterpret_cast<stream*>(s); }

/// A kernel in the stream that `queue` is at.
inline void launch(const vscg::cuda_detail::stream& queue, const std::string& name) {
  stream& s = of(static_cast<cudaStream_t>(queue.handle()));
  now.waits_for[name] = s.before;
  s.before.insert(name);
  if (s.recording != 0) now.recorded.insert(name);
}
inline bool waits(const std::string& later, const std::string& earlier) {
  return now.waits_for.at(later).contains(earlier);
}

}  // namespace stand_in
