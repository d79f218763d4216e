// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/files/descriptor.hpp>

#include "programs/stop.hpp"

// Runs other programs, several at a time.

namespace programs {

struct child_command {
  std::filesystem::path program;
  std::vector<std::string> arguments;
  std::filesystem::path output;  ///< a file for all that it prints; an earlier one is replaced
};

/// How a program ended: "", "exit code 1" or "signal 9 (Killed)".
inline std::string problem_of(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    const char* const name = ::strsignal(number);
    return "signal " + std::to_string(number) + (name == nullptr ? "" : std::string(" (") + name + ")");
  }
  return WEXITSTATUS(status) == 0 ? "" : "exit code " + std::to_string(WEXITSTATUS(status));
}

namespace children_detail {

/// Becomes the program. Calls only what a process may call after fork().
[[noreturn]] inline void become(const char* program, char* const* arguments, const char* output, pid_t parent) {
  // A group of its own: Ctrl-C in the terminal reaches only the parent, which passes it on once. A child that got it
  // twice would give up more than the step.
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // if the parent is killed
  if (::getppid() != parent) ::_exit(127);
  const int nothing = ::open("/dev/null", O_RDONLY);
  const int text = ::open(output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (nothing < 0 || text < 0) ::_exit(127);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(text, STDOUT_FILENO);
  ::dup2(text, STDERR_FILENO);
  ::execv(program, arguments);
  ::_exit(127);
}

inline pid_t start(const child_command& command) {
  std::vector<std::string> words{command.program.string()};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const pid_t self = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) become(words.front().c_str(), pointers.data(), command.output.c_str(), self);
  if (child < 0) {
    throw vscg::expectation_error("cannot start " + command.program.string() + ": " + vscg::system_reason(errno));
  }
  return child;
}

}  // namespace children_detail

/// Runs all commands in their order, `jobs` at a time, and calls ended(number, problem_of(status)) after each. Returns
/// whether all of them ran: when stop::heard(), those that run get SIGTERM, no others start, and their ends are awaited
/// but not told. Call it under a stop_hold, from a program with one thread.
///
/// The commands have the parent's environment, and nothing on their standard input. If the parent is killed, they get
/// SIGTERM.
inline bool run_children(std::span<const child_command> commands, std::size_t jobs,
                         const std::function<void(std::size_t, const std::string&)>& ended) {
  struct running {
    pid_t id;
    std::size_t number;
  };
  std::vector<running> now;
  bool told = false;
  const auto stop_all = [&] {
    for (const running& one : now) ::kill(one.id, SIGTERM);
    told = true;
  };
  std::size_t next = 0;
  try {
    while (!now.empty() || (next < commands.size() && !told)) {
      if (stop::heard() && !told) stop_all();
      while (!told && next < commands.size() && now.size() < jobs) {
        now.push_back({children_detail::start(commands[next]), next});
        ++next;
      }
      int status = 0;
      const auto done = std::find_if(now.begin(), now.end(),
                                     [&](const running& one) { return ::waitpid(one.id, &status, WNOHANG) == one.id; });
      if (done != now.end()) {
        const std::size_t number = done->number;
        now.erase(done);
        if (!told) ended(number, problem_of(status));
        continue;
      }
      const timespec pause{0, 20'000'000};
      ::nanosleep(&pause, nullptr);  // a signal ends it early
    }
  } catch (...) {
    stop_all();
    for (const running& one : now) ::waitpid(one.id, nullptr, 0);
    throw;
  }
  return !told;
}

}  // namespace programs
