// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>

#include <vscg/core/beside.hpp>
#include <vscg/core/config.hpp>

namespace vscg::cuda_detail {

/// Throws vscg::expectation_error, which says what was found, unless there is a device that this library can use.
void expect_device();

/// A queue of copies and launches, independent of every other one. Throws vscg::expectation_error if there is no device
/// or the device reports an error, which may be that of an earlier launch.
///
/// The first `replay` of a key launches its work as it is, which also loads the kernels; the second records it as a
/// graph; from then on the graph is launched. A host array that a copy reads or writes must stay where it is, pinned.
class stream {
 public:
  stream();
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;
  ~stream();

  /// The cudaStream_t that launches go to: a branch's while f of `beside` runs.
  void* handle() const { return queue_ == 0 ? handle_ : branches_[queue_ - 1].handle; }
  /// The path and its branches.
  static constexpr std::size_t queues = 1 + branches;
  /// Which of them launches go to: 0 is the path. What they must not use at once exists once for each.
  std::size_t queue_number() const { return queue_; }
  /// The number of the device that was the thread's current one when this was made.
  int device() const { return device_; }

  void copy_in(void* to, const void* from, std::size_t bytes);
  void copy_out(void* to, const void* from, std::size_t bytes);
  /// Starts a copy in a second stream, beside what was launched: nothing of that may use either place any more. It is
  /// never part of a graph.
  void copy_in_beside(void* to, const void* from, std::size_t bytes);
  /// What is launched from here on waits for those copies; the host does not.
  void join_copies();
  /// Returns when they have arrived: the host may change what they copied.
  void wait_for_copies();
  /// Returns when all launches are done, those of a branch too, and all copies out have arrived.
  void wait();

  /// f()'s launches go to a branch: see `LaunchesBeside`. Inside such an f they stay in its branch. With
  /// VSCG_CUDA_NO_BRANCHES defined, there are none: to find out whether a branch is to blame.
  template <class F>
  void beside(const F& f, [[maybe_unused]] branch where = branch::first) {
#if !defined(VSCG_CUDA_NO_BRANCHES)
    if (queue_ == 0) {
      const auto which = static_cast<std::size_t>(where);
      fork(which);
      const leaving guard{*this};
      queue_ = 1 + which;
      f();
      return;
    }
#endif
    f();
  }
  /// What is launched from here on waits for the branches.
  void join();
  /// What is launched from here on waits for what the branches had at the last call.
  void join_older();

  /// With VSCG_CUDA_NO_GRAPHS defined, nothing is recorded: to find out whether a graph is to blame.
  template <class F>
  void replay([[maybe_unused]] std::uint64_t key, const F& f) {
    join();  // what a graph holds begins and ends joined
#if defined(VSCG_CUDA_NO_GRAPHS)
    f();
    join();
#else
    if (launch_kept(key)) return;
    const bool records = was_launched(key);
    if (records) begin_recording();
    try {
      f();
      join();
    } catch (...) {
      records ? abandon_recording() : finish();
      throw;
    }
    if (records)
      keep_recording(key);
    else
      remember(key);
#endif
  }

 private:
  struct leaving {
    stream& of;
    ~leaving() { of.queue_ = 0; }
  };
  // The stream and its events are made when something is first launched in it.
  struct branch_stream {
    void* handle = nullptr;  // cudaStream_t
    void* forked = nullptr;  // cudaEvent_t
    void* joined = nullptr;  // cudaEvent_t
    void* older = nullptr;   // cudaEvent_t: what it had at the last join_older
    bool open = false;       // something is not joined yet
    bool has_older = false;  // `older` was recorded since the last join
  };

  void fork(std::size_t which);
  bool launch_kept(std::uint64_t key);
  bool was_launched(std::uint64_t key) const;
  void remember(std::uint64_t key);
  void begin_recording();
  void abandon_recording() noexcept;
  void keep_recording(std::uint64_t key);
  void finish() noexcept;  // as wait(), but for a queue that nobody will read from
  void forget() noexcept;

  void* handle_ = nullptr;
  void* copying_ = nullptr;  // the second cudaStream_t, made when a copy needs it
  void* copied_ = nullptr;   // cudaEvent_t at its end
  std::array<branch_stream, branches> branches_;
  std::size_t queue_ = 0;
  int device_ = 0;
  std::map<std::uint64_t, void*> kept_;  // cudaGraphExec_t, null after the first launch
};

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
