// SPDX-License-Identifier: MIT
#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <sys/stat.h>
#include <utility>

#include <doctest/doctest.h>

#include <vscg/files/atomic_file.hpp>
#include <vscg/files/input_file.hpp>

#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"

using vscg::input_file;

namespace {

std::string read(const input_file& file, std::uint64_t offset, std::size_t count) {
  std::string text(count, '?');
  file.read_at(offset, std::as_writable_bytes(std::span(text)));
  return text;
}

}  // namespace

TEST_CASE("reads at any offset and names the end") {
  const temporary_folder scratch;
  put_bytes(scratch / "a", "0123456789");
  input_file file(scratch / "a");
  CHECK(file.size() == 10);
  CHECK(read(file, 7, 3) == "789");
  CHECK(read(file, 0, 2) == "01");
  CHECK(read(file, 10, 0).empty());
  const std::string message = error_of([&] { read(file, 7, 4); });
  CHECK(contains(message, (scratch / "a").string()));
  CHECK(contains(message, "expected at least 11 bytes, found 10"));

  const input_file moved = std::move(file);
  CHECK(read(moved, 3, 2) == "34");
}

TEST_CASE("an open file keeps its content while another is renamed over it") {
  const temporary_folder scratch;
  put_bytes(scratch / "a", "before");
  const input_file file(scratch / "a");
  vscg::write_file(scratch / "a", "after!");
  CHECK(read(file, 0, 6) == "before");
}

TEST_CASE("anything but a regular file is refused, a pipe without waiting for its writer") {
  const temporary_folder scratch;
  CHECK(contains(error_of([&] { input_file(scratch / "absent"); }), "No such file or directory"));
  CHECK(contains(error_of([&] { input_file(scratch / "."); }), "found a directory"));
  std::filesystem::create_symlink("../objects/1f", scratch / "link");
  CHECK(contains(error_of([&] { input_file(scratch / "link"); }),
                 "found a link to ../objects/1f where there is nothing"));
  REQUIRE(::mkfifo((scratch / "pipe").c_str(), 0600) == 0);
  CHECK(contains(error_of([&] { input_file(scratch / "pipe"); }), "expected a regular file"));
}
