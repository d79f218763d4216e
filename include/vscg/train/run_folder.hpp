// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <filesystem>
#include <string>
#include <utility>

#include <vscg/core/error.hpp>
#include <vscg/files/file_presence.hpp>
#include <vscg/files/locked_file.hpp>
#include <vscg/files/make_folder.hpp>

namespace vscg::train {

/// The folder of one run: last.checkpoint, and metrics.jsonl, best.safetensors, summary.json, which can all be made
/// from it. Only its holder writes; a second process is refused. The lock ends with the process, even a killed one.
class run_folder {
 public:
  /// Claims a folder, creating it if missing. Throws vscg::expectation_error when it belongs to a running process, when
  /// it holds a run already and `resume` is not set, or when it holds results without a checkpoint to resume from.
  static run_folder claim(const std::filesystem::path& path, bool resume) {
    check(path, resume);
    make_folder(path);
    run_folder folder(path);
    check(path, resume);  // another process may have begun and ended since
    return folder;
  }

  /// Throws what claim() would throw, without creating anything. Also throws vscg::expectation_error when one of these
  /// files is there but cannot be read: a run that cannot be resumed must not be started over.
  static void check(const std::filesystem::path& path, bool resume) {
    if (!folder_is_there(path)) return;
    const bool begun = file_is_there(path / checkpoint_name);
    if (begun && resume) return;
    if (begun) {
      throw expectation_error("--out " + path.string(), "a new folder, or --resume to go on",
                              "a run in it (" + std::string(checkpoint_name) + ")");
    }
    for (const char* name : {metrics_name, best_name, summary_name}) {
      if (!file_is_there(path / name)) continue;
      throw expectation_error("--out " + path.string(), resume ? checkpoint_name : "a new folder",
                              std::string(name) + (resume ? " without it" : " of another run in it"));
    }
  }

  /// Whether there is something to resume.
  bool begun() const { return file_is_there(checkpoint()); }

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path checkpoint() const { return path_ / checkpoint_name; }
  std::filesystem::path metrics() const { return path_ / metrics_name; }
  std::filesystem::path best() const { return path_ / best_name; }
  std::filesystem::path summary() const { return path_ / summary_name; }

  static constexpr const char* checkpoint_name = "last.checkpoint";
  static constexpr const char* metrics_name = "metrics.jsonl";
  static constexpr const char* best_name = "best.safetensors";
  static constexpr const char* summary_name = "summary.json";
  static constexpr const char* lock_name = ".lock";  ///< there while a process writes

 private:
  explicit run_folder(std::filesystem::path path) : path_(std::move(path)) {
    if (!lock_.open(path_ / lock_name, path_.string())) {
      throw expectation_error("--out " + path_.string(), "a folder of its own", "another process that trains in it");
    }
  }

  std::filesystem::path path_;
  locked_file lock_;
};

}  // namespace vscg::train

#include <vscg/core/end.hpp>
