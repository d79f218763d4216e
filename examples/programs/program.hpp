// SPDX-License-Identifier: MIT
#pragma once

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <new>
#include <string>
#include <string_view>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include <vscg/core/error.hpp>
#include <vscg/core/stopped.hpp>
#include <vscg/files/atomic_file.hpp>

#include "programs/memory.hpp"
#include "programs/stop.hpp"

// What the programs share: how they begin, fail and end.

namespace programs {

/// Writes one line on stderr, "<name>: <text>"; control characters in the text cannot make it two.
inline void tell(const char* name, std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7F') c = '?';
  }
  std::fprintf(stderr, "%s: %s\n", name, text.c_str());
}

/// For an exception that nobody catches, such as before main() or in a destructor: running out of memory is still
/// reported, and the report needs no memory.
[[noreturn]] inline void end_without_memory() {
  const bool memory = [] {
    try {
      if (const auto problem = std::current_exception()) std::rethrow_exception(problem);
    } catch (const std::bad_alloc&) {
      return true;
    } catch (...) {
    }
    return false;
  }();
  if (!memory) std::abort();
  std::fprintf(stderr, "%s: error: out of memory\n", ::program_invocation_short_name);
  std::_Exit(1);
}

// This runs before the program's first initializer, which may need memory.
[[gnu::constructor(101), gnu::used]] static void expect_want_of_memory() { std::set_terminate(end_without_memory); }

/// Runs everything that a program does, from its options on, and ends the process. An error is one line on stderr,
/// "<name>: error: <text>", and 1, also when the standard output could not be written. Ctrl-C and SIGTERM end it with
/// 130, see `stop`.
template <class Body>
[[noreturn]] void run(const char* name, Body body) {
  stop::listen(name);
  // An opened file must not take the place of a standard stream: texts would go into it.
  while (true) {
    const int place = ::open("/dev/null", O_RDONLY);  // writing to it fails, and that is reported
    if (place > STDERR_FILENO) ::close(place);
    if (place < 0 || place > STDERR_FILENO) break;
  }
  const auto fail = [&](const std::string& text) {
    std::fflush(stdout);
    tell(name, "error: " + text);
    return 1;
  };
  int code = 0;
  try {
    try {
      body();
      if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) code = fail("cannot write to the standard output");
    } catch (const vscg::stopped&) {
      tell(name, "interrupted");
      code = stop::exit_code;
    } catch (const std::bad_alloc&) {
      code = fail("memory: expected more than there is, found at most " + vscg::bytes_text(largest_block()) +
                  " in one piece");
    } catch (const std::exception& problem) {
      code = fail(problem.what());
    }
  } catch (...) {  // there is no room for the text either
    std::fprintf(stderr, "%s: error: out of memory\n", name);
    code = 1;
  }
  // Everything is closed. The work that HDF5's library does by itself when a process exits may crash or write a page of
  // text once one of its calls has failed, for example on a full disk.
  std::fflush(nullptr);
  std::_Exit(code);
}

/// Parses the command line. Returns false when it asks for help, which is then printed.
inline bool parse(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    return true;
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return false;
  } catch (const CLI::Success&) {  // an option that is all there is to do
    return false;
  }
}

/// A function that writes warnings of `app` in the form of its errors.
inline auto warn_as(const CLI::App& app) {
  return [name = app.get_name()](const std::string& text) { tell(name.c_str(), "warning: " + text); };
}

/// Throws vscg::expectation_error now, and not after minutes of work, if a file cannot be written there. Leaves nothing
/// behind.
inline void expect_writable(const std::filesystem::path& path) {
  const stop_hold hold;
  const vscg::atomic_file probe(path);
}

}  // namespace programs
