// SPDX-License-Identifier: MIT
#pragma once

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <sys/wait.h>

#include <doctest/doctest.h>

#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"

// Runs a program as a user does.

namespace programs_test {

struct result {
  int code = -1;
  std::string out, err;
};

/// The program of that name, or an empty path, reported as skipped, if the programs were not built.
inline std::filesystem::path find_program(const std::string& name) {
  const char* const folder = std::getenv("VSCG_PROGRAMS_DIR");
  const auto path = std::filesystem::path(folder == nullptr ? "." : folder) / name;
  if (std::filesystem::exists(path)) return path;
  std::cout << "skipped: there is no program " << path.string() << '\n';
  return {};
}

/// Runs it in `dir`; a shell reads the arguments, and whatever is `before` the program.
inline result run(const std::filesystem::path& program, const temporary_folder& dir, const std::string& arguments,
                  const std::string& before = "") {
  const std::string command = "cd '" + (dir / "").string() + "' && " + before + " '" + program.string() + "' " +
                              arguments + " >stdout.txt 2>stderr.txt";
  const int status = std::system(command.c_str());
  result r;
  r.code = WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
  r.out = bytes_of(dir / "stdout.txt");
  r.err = bytes_of(dir / "stderr.txt");
  return r;
}

/// The one line of an error, without the program's name; checks that everything else is as it must be.
inline std::string refused(const std::filesystem::path& program, const temporary_folder& dir,
                           const std::string& arguments) {
  const result r = run(program, dir, arguments);
  CHECK(r.code == 1);
  const std::string start = program.filename().string() + ": error: ";
  INFO(r.err);
  CHECK(r.err.rfind(start, 0) == 0);
  CHECK(r.err.find('\n') + 1 == r.err.size());
  return r.err.size() > start.size() ? r.err.substr(start.size(), r.err.size() - start.size() - 1) : "";
}

}  // namespace programs_test
