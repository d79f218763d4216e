// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

#include <CLI/CLI.hpp>

#include <vscg/core/error.hpp>
#include <vscg/core/atomic_file.hpp>

// What the programs share: how they begin, fail and end.

namespace programs {

/// Parses the command line and runs `body`; the result is for main to return. Whatever is wrong is one line on stderr,
/// "<name>: error: <text>", and 1.
template <class Body>
int run(CLI::App& app, int argc, char** argv, Body body) {
  const std::string name = app.get_name();
  const auto fail = [&](const char* text) {
    std::fflush(stdout);
    std::fprintf(stderr, "%s: error: %s\n", name.c_str(), text);
    return 1;
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    if (problem.get_exit_code() == 0) return app.exit(problem);  // --help
    return fail(problem.what());
  }
  try {
    body();
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) return fail("cannot write to the standard output");
    return 0;
  } catch (const std::exception& problem) {
    return fail(problem.what());
  }
}

/// A function that writes warnings of `app` as it writes errors.
inline auto warn_as(const CLI::App& app) {
  return [name = app.get_name()](const std::string& text) {
    std::fprintf(stderr, "%s: warning: %s\n", name.c_str(), text.c_str());
  };
}

/// Throws vscg::error now, and not after minutes of work, when a file cannot be written there. Nothing stays behind.
inline void expect_writable(const std::filesystem::path& path) { const vscg::atomic_file probe(path); }

}  // namespace programs
