// SPDX-License-Identifier: MIT
#include <csignal>
#include <filesystem>
#include <span>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/files/atomic_file.hpp>
#include <vscg/files/locked_file.hpp>
#include <vscg/files/rename_together.hpp>

#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"

using vscg::atomic_file;
using vscg::write_file;

namespace {

/// Keeps files of this process from growing beyond `bytes`, which looks like a full disk to a writer.
class file_size_limit {
 public:
  explicit file_size_limit(::rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  file_size_limit(const file_size_limit&) = delete;
  file_size_limit& operator=(const file_size_limit&) = delete;
  ~file_size_limit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  ::rlimit before_{};
  void (*handler_)(int) = nullptr;
};

}  // namespace

TEST_CASE("a file appears at commit, complete, and the temporary is gone") {
  const temporary_folder scratch;
  const auto path = scratch / "a.json";
  {
    atomic_file file(path);
    file.write("one ");
    file.write("two");
    CHECK_FALSE(std::filesystem::exists(path));
    file.commit();
    CHECK(bytes_of(path) == "one two");
    CHECK(contains(error_of([&] { file.write("more"); }), "already committed"));
    CHECK(contains(error_of([&] { file.commit(); }), "already committed"));
  }
  CHECK(scratch.names() == std::vector<std::string>{"a.json"});
}

TEST_CASE("without commit the old content stays and nothing is left over") {
  const temporary_folder scratch;
  const auto path = scratch / "a.json";
  put_bytes(path, "old");
  { atomic_file(path).write("new"); }
  CHECK(bytes_of(path) == "old");
  CHECK(scratch.names() == std::vector<std::string>{"a.json"});
  write_file(path, "new");
  CHECK(bytes_of(path) == "new");
}

TEST_CASE("what a killed process left behind is reused") {
  const temporary_folder scratch;
  put_bytes(scratch / "a.tmp", "much longer than what will be written");
  write_file(scratch / "a", "short");
  CHECK(bytes_of(scratch / "a") == "short");
  CHECK(scratch.names() == std::vector<std::string>{"a"});
}

TEST_CASE("two writers of one file: the second is refused, the first unharmed") {
  const temporary_folder scratch;
  atomic_file first(scratch / "a");
  first.write("first");
  CHECK(contains(error_of([&] { atomic_file second(scratch / "a"); }), "being written by another process"));
  first.commit();
  CHECK(bytes_of(scratch / "a") == "first");
  write_file(scratch / "a", "third");
  CHECK(bytes_of(scratch / "a") == "third");
}

TEST_CASE("a full disk: the error names path and reason, the old file stays, no temporary is left") {
  const temporary_folder scratch;
  const auto path = scratch / "a";
  put_bytes(path, "old");
  std::string message;
  {
    const file_size_limit limit(4096);
    message = error_of([&] { write_file(path, std::string(10000, 'x')); });
  }
  CHECK(contains(message, path.string()));
  CHECK(contains(message, "File too large"));
  CHECK(bytes_of(path) == "old");
  CHECK(scratch.names() == std::vector<std::string>{"a"});
}

TEST_CASE("places that cannot be written to") {
  const temporary_folder scratch;
  const auto nowhere = scratch / "missing/a";
  CHECK(error_of([&] { write_file(nowhere, "x"); }) == "cannot write " + nowhere.string() + ": expected the folder " +
                                                           (scratch / "missing").string() + ", found none");
  CHECK(error_of([&] { write_file("", "x"); }) == "cannot write a file: expected its name, found none");

  put_bytes(scratch / "file", "");
  CHECK(contains(error_of([&] { write_file(scratch / "file/a", "x"); }), "Not a directory"));
  CHECK(contains(error_of([&] { write_file(scratch / ".", "x"); }), "found a directory"));
  CHECK(contains(error_of([&] { write_file("/dev/null", "x"); }), "found a device or pipe"));
  CHECK(std::filesystem::is_character_file("/dev/null"));

  std::filesystem::create_directory(scratch / "closed");
  std::filesystem::permissions(scratch / "closed", std::filesystem::perms::owner_read);
  if (::geteuid() != 0) {  // root may write anywhere
    CHECK(contains(error_of([&] { write_file(scratch / "closed/a", "x"); }), "Permission denied"));
  }
  std::filesystem::permissions(scratch / "closed", std::filesystem::perms::owner_all);
}

TEST_CASE("a symbolic link keeps pointing where it did") {
  const temporary_folder scratch;
  put_bytes(scratch / "target", "old");
  std::filesystem::create_symlink(scratch / "target", scratch / "link");
  write_file(scratch / "link", "new");
  CHECK(std::filesystem::is_symlink(scratch / "link"));
  CHECK(bytes_of(scratch / "target") == "new");
}

TEST_CASE("several files take their names together or not at all") {
  const temporary_folder scratch;
  put_bytes(scratch / "a", "old a");
  put_bytes(scratch / "c", "old c");
  {
    atomic_file a(scratch / "a"), b(scratch / "b"), c(scratch / "c");
    for (auto* const file : {&a, &b, &c}) file->write("new");
    std::filesystem::remove(scratch / "c");
    std::filesystem::create_directory(scratch / "c");
    CHECK(error_of([&] {
            atomic_file::commit_together({&a, &b, &c});
          }) == "cannot write " + (scratch / "c").string() + ": Is a directory");
  }
  CHECK(bytes_of(scratch / "a") == "old a");
  CHECK_FALSE(std::filesystem::exists(scratch / "b"));
  CHECK(scratch.names().size() == 2);

  std::filesystem::remove(scratch / "c");
  atomic_file a(scratch / "a"), b(scratch / "b"), c(scratch / "c");
  for (auto* const file : {&a, &b, &c}) file->write("new");
  atomic_file::commit_together({&a, &b, &c});
  for (const char* const name : {"a", "b", "c"}) CHECK(bytes_of(scratch / name) == "new");
  CHECK(scratch.names().size() == 3);
}

TEST_CASE("files of an earlier set are removed with it, or come back") {
  const temporary_folder scratch;
  for (const bool possible : {false, true}) {
    put_bytes(scratch / "old", "old");
    put_bytes(scratch / "from", "new");
    vscg::rename_together names;
    names.remove(scratch / "old", scratch / "waiting");
    names.remove(scratch / "not there", scratch / "waiting too");
    names.replace(scratch / (possible ? "from" : "nowhere"), scratch / "to");
    if (!possible) {
      CHECK(contains(error_of([&] { names.commit(); }), "No such file or directory"));
      CHECK(bytes_of(scratch / "old") == "old");
      continue;
    }
    names.commit();
    CHECK(scratch.names() == std::vector<std::string>{"to"});
  }
}

TEST_CASE("bytes may be written in any order") {
  const temporary_folder scratch;
  atomic_file file(scratch / "a");
  const std::string text = "later";
  file.write_at(3, std::as_bytes(std::span(text)));
  file.write("now");
  file.commit();
  CHECK(bytes_of(scratch / "a") == "nowlater");
}

TEST_CASE("a locked file has one owner, who may be waited for, and is gone at the end") {
  const temporary_folder scratch;
  vscg::locked_file first, second;
  REQUIRE(first.open(scratch / "lock", "the thing"));
  CHECK_FALSE(second.open(scratch / "lock", "the thing"));
  int waited = 0;
  CHECK(second.open(scratch / "lock", "the thing", [&] {
    if (++waited == 2) first.remove();
  }));
  CHECK(waited == 2);
  second.remove();
  CHECK(scratch.names().empty());
  CHECK(error_of([&] { second.open(scratch / "nowhere/lock", "the thing"); }) ==
        "the thing: No such file or directory");
}
