// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <exception>
#include <functional>
#include <poll.h>
#include <string_view>
#include <unistd.h>
#include <utility>

// What Ctrl-C (SIGINT) and SIGTERM do to a program.

namespace programs {

/// A signal normally ends the program immediately, with 130, whatever it computes or waits for: nothing could be lost.
/// While something is half-written, a stop_hold lives: then the first signal is only noted, so that work that asks
/// heard() can come to an orderly end. A second signal always ends the program immediately.
class stop {
 public:
  static constexpr int exit_code = 130;

  /// Signals are handled from now on. `name` begins the line that reports them.
  static void listen(std::string_view name) {
    constexpr std::string_view rest = ": interrupted\n";
    length_ = std::min(name.size(), text_.size() - rest.size());
    std::memcpy(text_.data(), name.data(), length_);
    std::memcpy(text_.data() + length_, rest.data(), rest.size());
    length_ += rest.size();
    struct sigaction action {};
    action.sa_handler = take;
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
  }

  /// Whether a signal came while something was half-written.
  static bool heard() { return state_.load() == state::heard; }

 private:
  friend class stop_hold;
  enum class state : int { free, held, heard, leaving };

  // Calls only what a signal handler may call.
  static void take(int) {
    const int reason = errno;
    auto now = state::free;
    if (state_.compare_exchange_strong(now, state::leaving)) {
      tell();
      ::_exit(exit_code);
    }
    if (now == state::held && state_.compare_exchange_strong(now, state::heard)) {
      errno = reason;
      return;
    }
    ::_exit(exit_code);
  }

  // A pipe that nobody reads must not block the program.
  static void tell() {
    ::pollfd ready{STDERR_FILENO, POLLOUT, 0};
    if (::poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return;
    static_cast<void>(!::write(STDERR_FILENO, text_.data(), length_));
  }

  static_assert(std::atomic<state>::is_always_lock_free);
  inline static std::atomic<state> state_ = state::free;
  inline static std::array<char, 64> text_{};
  inline static std::size_t length_ = 0;
};

/// While it lives, something is half-written; only one may live. A signal that came meanwhile takes effect when it
/// ends: it calls `farewell`, which reports the signal, and leaves. If it ends by an exception, that is reported
/// instead.
class stop_hold {
 public:
  explicit stop_hold(std::function<void()> farewell = stop::tell)
      : farewell_(std::move(farewell)), exceptions_(std::uncaught_exceptions()) {
    auto now = stop::state::free;
    while (!stop::state_.compare_exchange_strong(now, stop::state::held)) ::pause();  // the handler is leaving
  }
  stop_hold(const stop_hold&) = delete;
  stop_hold& operator=(const stop_hold&) = delete;
  ~stop_hold() {
    auto now = stop::state::held;
    if (stop::state_.compare_exchange_strong(now, stop::state::free)) return;
    if (std::uncaught_exceptions() > exceptions_) return;
    farewell_();
    ::_exit(stop::exit_code);
  }

 private:
  std::function<void()> farewell_;
  int exceptions_;
};

}  // namespace programs
