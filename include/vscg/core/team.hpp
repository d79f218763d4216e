// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include <vscg/core/available_processors.hpp>
#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/start_thread.hpp>

namespace vscg {

/// How many threads a session or trainer may use, the calling one included.
struct threads {
  static constexpr std::size_t most = 65536;
  std::size_t count = 1;
  /// At least 1, whatever you ask for. Throws vscg::expectation_error for more than `most`.
  constexpr explicit threads(std::size_t n) : count(n < 1 ? 1 : n) {
    if (n > most) throw expectation_error("threads", "at most " + std::to_string(most), std::to_string(n));
  }
  /// As many as there are processors that this process may use.
  static threads all() {
    const std::size_t n = available_processors();
    return threads(n < most ? n : most);
  }
};

/// A few threads that share the chunks of one loop at a time. A session owns its team; teams share nothing.
///
/// The caller fixes the chunks and workers claim them one by one, so a worker that the machine takes away delays only
/// its own chunk. A region ends when all chunks are done, not when all workers have reported.
class team {
 public:
  /// Throws vscg::expectation_error if the system does not give that many threads. Those that started have then ended.
  explicit team(threads n) {
    workers_.reserve(n.count - 1);
    try {
      for (std::size_t worker = 1; worker < n.count; ++worker) {
        start_thread([&] { workers_.emplace_back([this, worker] { serve(worker); }); }, std::to_string(n.count),
                     std::to_string(worker));
      }
    } catch (...) {
      stop();
      throw;
    }
  }
  team(const team&) = delete;
  team& operator=(const team&) = delete;
  ~team() { stop(); }

  std::size_t size() const { return workers_.size() + 1; }

  /// Calls f(worker, chunk) once for every chunk in [0, chunks), worker in [0, size()); returns when all are done.
  /// `f` must not throw. Not reentrant: one caller, no nesting. Throws vscg::expectation_error for more than 2³² - 1
  /// chunks.
  template <class F>
  void run(std::size_t chunks, F&& f) {
    using Function = std::remove_reference_t<F>;
    run(
        chunks,
        [](void* function, std::size_t worker, std::size_t chunk) {
          (*static_cast<Function*>(function))(worker, chunk);
        },
        const_cast<void*>(static_cast<const void*>(std::addressof(f))));
  }

 private:
  using chunk_function = void (*)(void* function, std::size_t worker, std::size_t chunk);

  void stop() {
    stop_.store(true, std::memory_order_relaxed);
    epoch_.fetch_add(1, std::memory_order_release);
    epoch_.notify_all();
    for (auto& worker : workers_) worker.join();
  }

  VSCG_NOINLINE void run(std::size_t chunks, chunk_function call, void* function) {
    if (chunks > 0xffffffffU) throw expectation_error("team::run", "at most 4294967295 chunks", std::to_string(chunks));
    if (workers_.empty() || chunks < 2) {
      for (std::size_t chunk = 0; chunk < chunks; ++chunk) call(function, 0, chunk);
      return;
    }
    function_ = function;
    call_ = call;
    done_.store(0, std::memory_order_relaxed);
    const std::uint32_t epoch = epoch_.load(std::memory_order_relaxed) + 1;
    claims_.store(tag(epoch) | chunks, std::memory_order_release);
    epoch_.store(epoch, std::memory_order_release);
    epoch_.notify_all();
    work(epoch, 0);
    const auto all = static_cast<std::uint32_t>(chunks);
    std::uint32_t done = done_.load(std::memory_order_acquire);
    for (int spin = 0; done != all; ++spin) {
      if (spin < spins)
        pause();
      else
        done_.wait(done, std::memory_order_acquire);
      done = done_.load(std::memory_order_acquire);
    }
  }

  static constexpr int spins = 4000;  // about 50 µs: longer than the gap between two regions of a step
  static constexpr std::uint64_t tag(std::uint32_t epoch) { return std::uint64_t{epoch} << 32U; }

  static void pause() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#else
    std::this_thread::yield();
#endif
  }

  // A claim lowers a count tagged with its region's epoch, so a late worker cannot take a chunk of another region.
  // `function_` and `call_` are read only while a claimed chunk keeps the region open.
  void work(std::uint32_t epoch, std::size_t worker) {
    std::uint64_t claim = claims_.load(std::memory_order_acquire);
    while ((claim >> 32U) == epoch && static_cast<std::uint32_t>(claim) != 0) {
      if (!claims_.compare_exchange_weak(claim, claim - 1, std::memory_order_acq_rel, std::memory_order_acquire))
        continue;
      const bool last = static_cast<std::uint32_t>(claim) == 1;
      call_(function_, worker, static_cast<std::uint32_t>(claim) - 1);
      done_.fetch_add(1, std::memory_order_acq_rel);
      done_.notify_one();
      if (last) return;
      claim = claims_.load(std::memory_order_acquire);
    }
  }

  void serve(std::size_t worker) {
    std::uint32_t seen = 0;
    while (true) {
      std::uint32_t epoch = epoch_.load(std::memory_order_acquire);
      for (int spin = 0; epoch == seen; ++spin) {
        if (spin < spins)
          pause();
        else
          epoch_.wait(seen, std::memory_order_acquire);
        epoch = epoch_.load(std::memory_order_acquire);
      }
      if (stop_.load(std::memory_order_relaxed)) return;
      seen = epoch;
      work(epoch, worker);
    }
  }

  std::atomic<std::uint64_t> claims_{0};
  std::atomic<std::uint32_t> epoch_{0};
  std::atomic<std::uint32_t> done_{0};
  std::atomic<bool> stop_{false};
  void* function_ = nullptr;
  chunk_function call_ = nullptr;
  std::vector<std::thread> workers_;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
