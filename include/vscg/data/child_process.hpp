// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <vscg/core/config.hpp>

namespace vscg::data {

/// What became of a call in a child process.
struct child_answer {
  enum class outcome {
    answered,      ///< `text` is what the call returned
    died,          ///< `text` says how: "signal 11 (Segmentation fault)"
    not_possible,  ///< no child could be made, or it could not begin
  };
  outcome result = outcome::not_possible;
  std::string text;
};

namespace detail {

inline bool write_all(int descriptor, const void* from, std::size_t bytes) {
  const auto* next = static_cast<const char*>(from);
  while (bytes > 0) {
    const ssize_t done = ::write(descriptor, next, bytes);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    next += done;
    bytes -= static_cast<std::size_t>(done);
  }
  return true;
}

inline bool read_all(int descriptor, void* to, std::size_t bytes) {
  auto* next = static_cast<char*>(to);
  while (bytes > 0) {
    const ssize_t done = ::read(descriptor, next, bytes);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    next += done;
    bytes -= static_cast<std::size_t>(done);
  }
  return true;
}

inline void lower_limit(decltype(RLIMIT_CPU) which, rlim_t soft, rlim_t hard) {
  rlimit limit{};
  if (::getrlimit(which, &limit) != 0) return;
  limit.rlim_max = std::min(limit.rlim_max, hard);
  limit.rlim_cur = std::min({limit.rlim_cur, limit.rlim_max, soft});
  ::setrlimit(which, &limit);
}

// The child may use ten seconds of a processor and 4 GiB more than it has now. Its end concerns nobody else: no handler
// of the parent's runs, no core is written, nothing is printed.
inline void confine_child() {
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGXCPU, SIGPIPE, SIGALRM}) {
    ::signal(number, SIG_DFL);
  }
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  lower_limit(RLIMIT_CORE, 0, 0);
  lower_limit(RLIMIT_CPU, 10, 11);
  if (std::FILE* const facts = std::fopen("/proc/self/statm", "re")) {
    unsigned long pages = 0;
    const bool known = std::fscanf(facts, "%lu", &pages) == 1;
    std::fclose(facts);
    const auto now = static_cast<rlim_t>(pages) * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
    if (known) lower_limit(RLIMIT_AS, now + (rlim_t{4} << 30U), RLIM_INFINITY);
  }
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
}

template <class Begin, class Work>
[[noreturn]] void run_child(int descriptor, const Begin& begin, const Work& work) {
  try {
    confine_child();
    begin();
    if (!write_all(descriptor, "b", 1)) ::_exit(1);
    const std::string answer = work();
    const std::uint64_t size = answer.size();
    if (write_all(descriptor, &size, sizeof(size)) && write_all(descriptor, answer.data(), answer.size())) ::_exit(0);
  } catch (...) {
  }
  ::_exit(1);  // not exit(): the child must not run what the parent has registered for its end
}

// A child and our end of the pipe from it. The child does not outlive this object.
class running_child {
 public:
  running_child(pid_t id, int descriptor) : id_(id), descriptor_(descriptor) {}
  running_child(const running_child&) = delete;
  running_child& operator=(const running_child&) = delete;
  ~running_child() {
    if (id_ > 0) {
      ::kill(id_, SIGKILL);
      wait();
    }
    ::close(descriptor_);
  }

  // Whether the child has begun. It never does if another thread held a lock that `begin` needs at the moment of the
  // fork, because that thread does not exist in the child.
  bool has_begun() const {
    pollfd readable{descriptor_, POLLIN, 0};
    int ready = 0;
    do {
      ready = ::poll(&readable, 1, 10000);
    } while (ready < 0 && errno == EINTR);
    char letter = 0;
    return ready > 0 && read_all(descriptor_, &letter, 1);
  }

  bool read_answer(std::string& text) const {
    std::uint64_t size = 0;
    if (!read_all(descriptor_, &size, sizeof(size))) return false;
    text.resize(size);
    return read_all(descriptor_, text.data(), size);
  }

  // Waits for the child to end and says how it ended.
  std::string wait() {
    int status = 0;
    pid_t ended = 0;
    do {
      ended = ::waitpid(id_, &status, 0);
    } while (ended < 0 && errno == EINTR);
    const pid_t child = std::exchange(id_, -1);
    if (ended != child) return "it ended early";  // if SIGCHLD is ignored or handled, nobody can ask for the reason
    if (!WIFSIGNALED(status)) return "exit code " + std::to_string(WEXITSTATUS(status));
    const int number = WTERMSIG(status);
    if (number == SIGXCPU) return "it did not end";
    const char* const name = ::strsignal(number);
    return "signal " + std::to_string(number) + (name == nullptr ? "" : std::string(" (") + name + ")");
  }

 private:
  pid_t id_;
  int descriptor_;
};

}  // namespace detail

/// Calls `work`, which returns a std::string, in a copy of this process, so that a crash, an endless loop or too much
/// memory in it ends only the copy. `begin` is called first: it takes and releases every lock that `work` will need,
/// which detects a lock held by a thread that the copy does not have. It must not throw.
template <class Begin, class Work>
child_answer ask_child(const Begin& begin, const Work& work) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {};
  ::fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);  // fewer turns; without permission it only takes longer
  const pid_t id = ::fork();
  if (id == 0) detail::run_child(ends[1], begin, work);
  ::close(ends[1]);
  detail::running_child child(id, ends[0]);
  if (id < 0 || !child.has_begun()) return {};
  child_answer answer;
  const bool whole = child.read_answer(answer.text);
  const std::string end = child.wait();
  answer.result = whole ? child_answer::outcome::answered : child_answer::outcome::died;
  if (!whole) answer.text = end;
  return answer;
}

}  // namespace vscg::data

#include <vscg/core/end.hpp>
