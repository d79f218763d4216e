// SPDX-License-Identifier: MIT
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <vscg/files/file_presence.hpp>

#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"

using std::filesystem::create_symlink;
using vscg::file_is_there;
using vscg::folder_is_there;

namespace {

std::string why_no_file(const std::filesystem::path& path) {
  return error_of([&] { file_is_there(path); });
}

}  // namespace

TEST_CASE("a file is there, even behind links, or nothing is") {
  const temporary_folder dir;
  put_bytes(dir / "file", "");
  create_symlink("file", dir / "link");
  create_symlink("link", dir / "link of a link");
  for (const char* name : {"file", "link", "link of a link"}) CHECK(file_is_there(dir / name));
  CHECK_FALSE(file_is_there(dir / "absent"));
  CHECK_FALSE(file_is_there(dir / "no folder" / "absent"));
  CHECK_FALSE(file_is_there("no folder/absent"));
}

TEST_CASE("something that is there but is not a readable file is an error that says why") {
  const temporary_folder dir;
  const auto link = [&](const std::filesystem::path& target) {
    std::filesystem::remove(dir / "link");
    create_symlink(target, dir / "link");
    return why_no_file(dir / "link");
  };
  CHECK(link("../.git/annex/objects/1f") ==
        (dir / "link").string() +
            ": expected a readable file, found a link to ../.git/annex/objects/1f where there is nothing");
  CHECK(contains(link(dir / "absent"), "found a link to " + (dir / "absent").string() + " where there is nothing"));
  CHECK(contains(link("link"), "found a link to link that leads in a circle"));
  create_symlink("nowhere", dir / "first");
  CHECK(contains(link("first"), "found a link to nowhere where there is nothing"));
  CHECK(contains(link("."), "found a directory"));

  put_bytes(dir / "file", "");
  CHECK(contains(why_no_file(dir / "file" / "below"), "found one that cannot be opened: Not a directory"));
  CHECK(contains(link("file/below"), "found a link to file/below that cannot be opened: Not a directory"));
  CHECK(contains(why_no_file(dir / std::string(300, 'n')), "File name too long"));
  CHECK(contains(why_no_file(dir.path()), "found a directory"));
  REQUIRE(::mkfifo((dir / "pipe").c_str(), 0600) == 0);
  CHECK(contains(why_no_file(dir / "pipe"), "found a pipe"));
  CHECK(contains(why_no_file("/dev/null"), "found a device"));
  if (::geteuid() != 0) {  // root ignores permissions
    std::filesystem::permissions(dir / "file", std::filesystem::perms::none);
    CHECK(contains(why_no_file(dir / "file"), "found one that cannot be opened: Permission denied"));
  }
}

TEST_CASE("a folder that is a link to nowhere hides nothing") {
  const temporary_folder dir;
  create_symlink("unmounted", dir / "run");
  const std::string why = (dir / "run").string() + ", a link to unmounted where there is nothing";
  CHECK(contains(why_no_file(dir / "run" / "last.checkpoint"), "found " + why));
  CHECK(contains(why_no_file(dir / "run" / "deeper" / "last.checkpoint"), "found " + why));
  CHECK(contains(error_of([&] { folder_is_there(dir / "run"); }),
                 "expected a folder, found a link to unmounted where there is nothing"));
  CHECK(contains(error_of([&] { folder_is_there((dir / "run").string() + "/"); }), why));
}

TEST_CASE("a folder is there, or nothing, or something else") {
  const temporary_folder dir;
  put_bytes(dir / "file", "");
  create_symlink(".", dir / "link");
  CHECK(folder_is_there(dir.path()));
  CHECK(folder_is_there(dir / "link"));
  CHECK_FALSE(folder_is_there(dir / "absent"));
  CHECK(contains(error_of([&] { folder_is_there(dir / "file"); }), "expected a folder, found something else, a file"));
}
