// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <vscg/core/checked_size.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/start_thread.hpp>
#include <vscg/core/stopped.hpp>
#include <vscg/data/ave_dataset.hpp>
#include <vscg/data/types.hpp>

namespace vscg::data {

/// The system's memory.
struct heap_memory {
  static void* allocate(std::size_t bytes) { return ::operator new(bytes); }
  static void release(void* p) noexcept { ::operator delete(p); }
};

/// Some videos with what is known about them; the loader that hands out the batch owns the memory of its spans.
template <std::floating_point T>
struct batch {
  std::vector<std::size_t> rows;                  ///< N rows of the data set
  std::span<const T> audio;                       ///< [N,10,128]
  std::span<const T> visual;                      ///< [N,10,7,7,512]
  std::span<const std::uint8_t> segment_classes;  ///< [N,10], empty if the data set has no labels
  std::span<const T> tags;                        ///< [N,29], empty if the data set has no labels
};

/// Reads and converts the next batch while its caller works on this one.
///
/// Owns one thread, from construction to destruction, and memory for two batches, allocated in the constructor: about
/// 504,000 numbers for each of `capacity` videos. It takes one caller at a time. Throws vscg::expectation_error if the
/// system does not give it the thread or the memory.
///
/// Features are converted straight from the file's pages into `Memory`. A backend's `memory::host` is best for a
/// device, which copies from there by itself: then the host writes each number once, or twice if the device keeps
/// inputs rounded.
template <std::floating_point T, class Memory = heap_memory>
class batch_loader {
 public:
  batch_loader(const ave_dataset& data, std::size_t capacity) : data_(data), capacity_(capacity) {
    const std::size_t bytes =
        checked_product("bytes of two batches", {2, capacity, audio_video_values + visual_video_values, sizeof(T)});
    try {
      for (slot& s : slots_) {
        // Not initialized: a page of the system's memory that no batch reaches is never touched.
        s.audio = new_block(capacity * audio_video_values);
        s.visual = new_block(capacity * visual_video_values);
        s.classes.resize(capacity * segments);
        s.tags.resize(capacity * classes);
      }
    } catch (const std::bad_alloc&) {
      refuse(bytes);
    } catch (const out_of_memory&) {
      refuse(bytes);
    }
    worker_ = start_thread([&] { return std::thread([this] { work(); }); }, "one more, which reads ahead");
  }
  batch_loader(const batch_loader&) = delete;
  batch_loader& operator=(const batch_loader&) = delete;
  ~batch_loader() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    worker_.join();
  }

  /// Puts a batch at the end of the queue and returns immediately. Two may be under way: the one that wait() hands out
  /// and the one after it; more requests only wait their turn. Throws vscg::expectation_error if there are more rows
  /// than `capacity`.
  void request(std::vector<std::size_t> rows) {
    if (rows.size() > capacity_) {
      throw expectation_error("batch", "at most " + std::to_string(capacity_) + " videos", std::to_string(rows.size()));
    }
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(std::move(rows));
      ++outstanding_;
    }
    changed_.notify_all();
  }

  /// The earliest request that was not handed out yet; valid until the next wait(). If it failed, its error is thrown
  /// here and the following request is next. Throws vscg::expectation_error if nothing was requested, and vscg::stopped
  /// when `stop`, which is asked while the batch is not ready, says so; the request then stays the earliest.
  const batch<T>& wait(const std::function<bool()>& stop = nullptr) {
    const auto begin = std::chrono::steady_clock::now();
    std::unique_lock lock(mutex_);
    if (outstanding_ == 0) throw expectation_error("batch_loader::wait", "a batch that was requested", "none");
    if (handed_out_) {
      slots_[next_out_].state = stage::free;
      next_out_ = 1 - next_out_;
      handed_out_ = false;
      changed_.notify_all();
    }
    slot& s = slots_[next_out_];
    const auto ready = [&] { return s.state == stage::ready; };
    if (!stop) changed_.wait(lock, ready);
    while (!changed_.wait_for(lock, std::chrono::milliseconds(20), ready)) expect_no_stop(stop);
    handed_out_ = true;
    --outstanding_;
    waited_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (s.failure) std::rethrow_exception(std::exchange(s.failure, nullptr));
    return s.out;
  }

  /// Requests that wait() has not handed out yet.
  std::size_t outstanding() const {
    const std::lock_guard lock(mutex_);
    return outstanding_;
  }

  /// How many seconds wait() has waited since construction: 0 if reading hides completely behind the work.
  double seconds_waited() const {
    const std::lock_guard lock(mutex_);
    return waited_;
  }

 private:
  enum class stage { free, filling, ready };

  struct release {
    void operator()(T* p) const noexcept { Memory::release(p); }
  };
  using block = std::unique_ptr<T, release>;
  static block new_block(std::size_t numbers) { return block(static_cast<T*>(Memory::allocate(numbers * sizeof(T)))); }

  [[noreturn]] void refuse(std::size_t bytes) const {
    throw expectation_error("memory for two batches of " + std::to_string(capacity_) + " videos", bytes_text(bytes),
                            "that the system does not give it");
  }

  struct slot {
    stage state = stage::free;
    block audio, visual;
    std::vector<std::uint8_t> classes;
    std::vector<T> tags;
    batch<T> out;
    std::exception_ptr failure;
  };

  void work() {
    for (std::size_t next = 0;; next = 1 - next) {
      slot& s = slots_[next];
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return stop_ || (!requests_.empty() && s.state == stage::free); });
        if (stop_) return;
        s.out.rows = std::move(requests_.front());
        requests_.pop_front();
        s.state = stage::filling;
      }
      try {
        fill(s);
      } catch (...) {
        s.failure = std::current_exception();
      }
      {
        const std::lock_guard lock(mutex_);
        s.state = stage::ready;
      }
      changed_.notify_all();
    }
  }

  bool ending() const {
    const std::lock_guard lock(mutex_);
    return stop_;
  }

  void fill(slot& s) const {
    const std::vector<std::size_t>& rows = s.out.rows;
    const std::size_t n = rows.size();
    const std::span<T> audio(s.audio.get(), n * audio_video_values), visual(s.visual.get(), n * visual_video_values);
    for (std::size_t i = 0; i < n; ++i) {
      if (ending()) return;
      data_.read(std::span<const std::size_t>(rows).subspan(i, 1),
                 audio.subspan(i * audio_video_values, audio_video_values),
                 visual.subspan(i * visual_video_values, visual_video_values));
    }
    s.out.audio = audio;
    s.out.visual = visual;
    s.out.segment_classes = {};
    s.out.tags = {};
    if (!data_.has_labels()) return;
    for (std::size_t i = 0; i < n; ++i) {
      const auto seconds = data_.segment_classes(rows[i]);
      const auto shares = data_.tag(rows[i]);
      for (std::size_t t = 0; t < segments; ++t) s.classes[i * segments + t] = seconds[t];
      for (std::size_t c = 0; c < classes; ++c) s.tags[i * classes + c] = static_cast<T>(shares[c]);
    }
    s.out.segment_classes = {s.classes.data(), n * segments};
    s.out.tags = {s.tags.data(), n * classes};
  }

  ave_dataset data_;
  std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::vector<std::size_t>> requests_;
  std::array<slot, 2> slots_;
  std::size_t next_out_ = 0, outstanding_ = 0;
  bool handed_out_ = false, stop_ = false;
  double waited_ = 0;
  std::thread worker_;
};

}  // namespace vscg::data

#include <vscg/core/end.hpp>
