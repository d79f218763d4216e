// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <new>
#include <string>
#include <sys/mman.h>
#include <type_traits>
#include <typeinfo>
#include <unistd.h>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/backend/memory.hpp>
#include <vscg/backend/thrust/gemm.hpp>
#include <vscg/backend/thrust/group.hpp>
#include <vscg/core/stretch_limits.hpp>
#include <vscg/core/team.hpp>

#include "support/sanitized.hpp"

// A backend whose memory is not the host's and that records everything it is told to do. It computes one number at a
// time, like thrust's sequential system. Only one thread of the test may use it.

namespace recording {

/// A copy or a launch, with the bytes that reached the backend.
struct event {
  enum class kind : unsigned char { copy_in, copy_out, launch } what;
  std::string bytes;
  bool operator==(const event&) const = default;
};

/// The events since the last look.
inline std::vector<event> events;
/// Whether executors keep the launches of each key and launch them again, as a graph would.
inline bool replays = false;
/// How often such a key came again.
inline std::size_t replayed = 0;
/// Whether a device might still be at work: launches or copies came after the last `wait()`.
inline bool busy = false;
/// What a device may leave for later: a copy beside the launches until they join it, or launches until the host waits.
enum class late : unsigned char { nothing, copies_beside, launches };
inline late comes_late = late::nothing;

/// Memory that the host can reach only during launches and copies: looking into it ends the test. Blocks lie where they
/// lay in an earlier test that asked for the same ones.
class far_memory {
 public:
  static constexpr bool borrows_host_arrays = false;
  using host = vscg::host_memory;

  static inline bool full = false;  // no more blocks are given

  static void* allocate(std::size_t bytes) {
    if (full) throw std::bad_alloc();
    const std::size_t rounded = (bytes + 63) / 64 * 64;
    REQUIRE(used + rounded <= size);
    ++blocks;
    used += rounded;
    return base() + used - rounded;
  }
  static void release(void*) noexcept {
    if (--blocks == 0) used = 0;
  }
  static void copy_in(void* to, const void* from, std::size_t bytes) {
    REQUIRE(!busy);
    REQUIRE(holds(to, bytes));
    REQUIRE(!holds(from, 0));
    events.push_back({event::kind::copy_in, std::to_string(bytes)});
    const opened now;
    if (bytes > 0) std::memcpy(to, from, bytes);
  }
  static void copy_out(void* to, const void* from, std::size_t bytes) {
    REQUIRE(!busy);
    REQUIRE(holds(from, bytes));
    REQUIRE(!holds(to, 0));
    events.push_back({event::kind::copy_out, std::to_string(bytes)});
    const opened now;
    if (bytes > 0) std::memcpy(to, from, bytes);
  }

  static bool holds(const void* p, std::size_t bytes) {
    const auto* const at = static_cast<const std::byte*>(p);
    return at >= base() && at + bytes <= base() + size;
  }

  /// Opens the memory while this lives.
  class opened {
   public:
    opened() { protect(PROT_READ | PROT_WRITE); }
    opened(const opened&) = delete;
    opened& operator=(const opened&) = delete;
    ~opened() { protect(PROT_NONE); }

   private:
    static void protect(int access) { REQUIRE(mprotect(base(), size, access) == 0); }
  };

 private:
  static constexpr std::size_t size = std::size_t{64} << 20U;
  static inline std::size_t used = 0;
  static inline std::size_t blocks = 0;

  static std::byte* base() {
    static void* const pages = mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    REQUIRE(pages != MAP_FAILED);
    return static_cast<std::byte*>(pages);
  }
};

/// The bytes of a launch's argument, with padding set to 0 if the compiler can do that.
template <class Kernel>
std::string bytes_of([[maybe_unused]] Kernel kernel) {
  static_assert(std::is_trivially_copyable_v<Kernel>, "what is launched is copied as bytes");
#if defined(__has_builtin)
#if __has_builtin(__builtin_clear_padding)
  __builtin_clear_padding(&kernel);
  return {reinterpret_cast<const char*>(&kernel), sizeof(kernel)};
#endif
#endif
  return "";
}
inline const bool knows_bytes = !bytes_of(1).empty();

/// Whether one of the words of a launch is an address that the host could read.
inline bool holds_host_address(const std::string& bytes) {
  if (VSCG_TEST_SANITIZED != 0) return false;  // there, much is mapped that nothing points to
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  for (std::size_t at = 0; at + sizeof(void*) <= bytes.size(); at += sizeof(void*)) {
    std::uintptr_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof(word));
    void* const start = reinterpret_cast<void*>(word / page * page);
    if (word >= page && !far_memory::holds(start, 0) && msync(start, 1, MS_ASYNC) == 0) return true;
  }
  return false;
}

template <class Memory>
struct backend {
  static constexpr const char* name = "recording";
  using memory = Memory;
  static constexpr vscg::stretch_limits stretches{64, 64, 2};

  template <class T>
  class executor {
    static constexpr bool is_far = !Memory::borrows_host_arrays;
    using launches = std::vector<std::function<void()>>;

   public:
    explicit executor(vscg::threads) : workspace_(vscg::thrust_detail::gemm_workspace_elements) {}
    static std::size_t workers() { return 1; }
    std::size_t bytes() const { return workspace_.bytes(); }

    template <class F>
    void each(std::size_t n, std::size_t, const F& f) {
      (*this)(n, vscg::thrust_detail::on_element<T, F>{f});
    }
    template <class F>
    void rows(std::size_t n, std::size_t, const F& f) {
      (*this)(n, vscg::thrust_detail::on_row<T, F>{f});
    }
    template <class F>
    void independent_ranges(std::size_t n, const F& f) {
      f(*this, 0, n);
    }
    template <class Function = vscg::identity_function>
    void gemm(const vscg::gemm_arguments<T>& arguments, Function = {}) {
      vscg::thrust_detail::gemm<Function>(*this, workspace_.data(), arguments);
    }
    static constexpr std::size_t packed_elements(std::size_t, std::size_t) { return 0; }
    void pack(const vscg::gemm_arguments<T>&, T*) {}

    /// A launch: f(i) for the integers 0 … n-1.
    template <class F>
    void operator()(std::size_t n, const F& f) const {
      const std::string bytes = bytes_of(f);
      if (is_far && holds_host_address(bytes)) FAIL_CHECK("a host address is passed to " << typeid(F).name());
      const event what{event::kind::launch, typeid(F).name() + std::to_string(n) + bytes};
      perform([what, n, f] {
        events.push_back(what);
        if constexpr (is_far) {
          const far_memory::opened now;
          for (std::size_t i = 0; i < n; ++i) f(i);
        } else {
          for (std::size_t i = 0; i < n; ++i) f(i);
        }
      });
    }

    void copy_in(void* to, const void* from, std::size_t bytes) {
      perform([=] { Memory::copy_in(to, from, bytes); });
    }
    void copy_out(void* to, const void* from, std::size_t bytes) {
      perform([=] { Memory::copy_out(to, from, bytes); });
    }
    void copy_in_beside(void* to, const void* from, std::size_t bytes) {
      REQUIRE(capturing_ == nullptr);  // it is not part of a graph, which comes again
      const std::string asked(static_cast<const char*>(from), bytes);
      const auto copy = [=] {
        REQUIRE(std::memcmp(from, asked.data(), bytes) == 0);  // the host has left it alone
        const bool others = std::exchange(busy, false);
        Memory::copy_in(to, from, bytes);
        busy = others;
      };
      comes_late == late::copies_beside ? beside_.push_back(copy) : copy();
    }
    void join_copies() {
      REQUIRE(capturing_ == nullptr);
      for (const auto& copy : std::exchange(beside_, {})) copy();
    }
    void wait_for_copies() { join_copies(); }
    void wait() {
      for (const auto& launch : std::exchange(queued_, {})) in_order(launch);
      busy = false;
    }
    template <class F>
    void replay(std::uint64_t key, const F& f) {
      if (!replays) {
        try {
          return f();
        } catch (...) {
          wait();
          throw;
        }
      }
      const auto known = kept_.find(key);
      if (known != kept_.end()) {
        ++replayed;
        for (const auto& launch : known->second) now_or_later(launch);
        return;
      }
      launches now;
      capturing_ = &now;
      try {
        f();
      } catch (...) {
        capturing_ = nullptr;
        wait();
        throw;
      }
      capturing_ = nullptr;
      kept_.emplace(key, std::move(now));
    }

   private:
    template <class F>
    void perform(F f) const {
      if (capturing_ != nullptr) capturing_->push_back(f);
      now_or_later(f);
    }
    template <class F>
    void now_or_later(const F& f) const {
      if (comes_late == late::launches) {
        queued_.push_back(f);
        busy = true;
      } else {
        in_order(f);
      }
    }
    template <class F>
    static void in_order(const F& f) {
      busy = false;  // whatever came before is done by the time that a device comes to this
      f();
      busy = true;
    }

    vscg::buffer<double, Memory> workspace_;
    std::map<std::uint64_t, launches> kept_;
    launches* capturing_ = nullptr;
    mutable launches queued_;
    launches beside_;
  };
};

/// What the backend does while this lives.
struct behavior {
  explicit behavior(late l = late::nothing, bool with_graphs = false) {
    comes_late = l;
    replays = with_graphs;
    replayed = 0;
  }
  behavior(const behavior&) = delete;
  behavior& operator=(const behavior&) = delete;
  ~behavior() {
    comes_late = late::nothing;
    replays = false;
    far_memory::full = false;
  }
};

/// Runs f and returns what reached the backend during it.
template <class F>
std::vector<event> during(F f) {
  events.clear();
  f();
  return std::exchange(events, {});
}

}  // namespace recording
