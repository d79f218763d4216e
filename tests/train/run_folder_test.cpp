// SPDX-License-Identifier: MIT
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include <vscg/train/run_folder.hpp>

#include "support/error_of.hpp"
#include "support/temporary_folder.hpp"

using vscg::train::run_folder;

namespace {

void touch(const std::filesystem::path& path) { std::ofstream(path) << "x"; }

}  // namespace

TEST_CASE("a new folder is made, with or without --resume") {
  const temporary_folder here;
  for (const bool resume : {false, true}) {
    const auto path = here / (resume ? "a/b" : "c");
    CHECK_NOTHROW(run_folder::check(path, resume));
    CHECK(!std::filesystem::exists(path));
    const auto folder = run_folder::claim(path, resume);
    CHECK(std::filesystem::is_directory(path));
    CHECK(!folder.begun());
    CHECK(folder.checkpoint() == path / "last.checkpoint");
  }
}

TEST_CASE("a run is resumed only on request") {
  const temporary_folder here;
  touch(here / "last.checkpoint");
  CHECK(error_of([&] { run_folder::claim(here.path(), false); }) ==
        "--out " + here.path().string() +
            ": expected a new folder, or --resume to go on, found a run in it (last.checkpoint)");
  CHECK(run_folder::claim(here.path(), true).begun());
}

TEST_CASE("results without a checkpoint are not written over") {
  for (const char* name : {"best.safetensors", "metrics.jsonl", "summary.json"}) {
    const temporary_folder here;
    touch(here / name);
    CHECK(error_of([&] { run_folder::claim(here.path(), true); }) ==
          "--out " + here.path().string() + ": expected last.checkpoint, found " + name + " without it");
    CHECK(error_of([&] { run_folder::claim(here.path(), false); }) ==
          "--out " + here.path().string() + ": expected a new folder, found " + name + " of another run in it");
  }
  // What a killed process left of an unfinished file is nobody's result.
  const temporary_folder here;
  touch(here / "last.checkpoint.tmp");
  CHECK_NOTHROW(run_folder::claim(here.path(), false));
}

TEST_CASE("a checkpoint that is there but cannot be read is an error, not a new run") {
  for (const bool resume : {false, true}) {
    const temporary_folder here;
    std::filesystem::create_symlink("../store/1f", here / "last.checkpoint");
    const std::string message = error_of([&] { run_folder::check(here.path(), resume); });
    CHECK(message == (here / "last.checkpoint").string() +
                         ": expected a readable file, found a link to ../store/1f where there is nothing");
    CHECK(error_of([&] { run_folder::claim(here.path(), resume); }) == message);
    std::filesystem::create_symlink("unmounted", here / "run");
    CHECK(error_of([&] { run_folder::claim(here / "run", resume); }) ==
          (here / "run").string() + ": expected a folder, found a link to unmounted where there is nothing");
  }
}

TEST_CASE("a folder has one owner at a time") {
  const temporary_folder here;
  {
    std::optional<run_folder> owner(run_folder::claim(here.path(), true));
    CHECK(error_of([&] { run_folder::claim(here.path(), true); }) ==
          "--out " + here.path().string() + ": expected a folder of its own, found another process that trains in it");
  }
  CHECK_NOTHROW(run_folder::claim(here.path(), true));
}

TEST_CASE("a folder that cannot be made is an error with the system's reason") {
  const temporary_folder here;
  touch(here / "file");
  CHECK(error_of([&] {
          run_folder::claim(here / "file" / "run", false);
        }).starts_with((here / "file" / "run").string() + ": "));
}
