// SPDX-License-Identifier: MIT
// Writes a synthetic data set in the format of the AVE data set, so that everything can be tried, timed and tested
// without the real one: its features are made up, but its files have exactly the same form.
//
//   ave_synthesize --out data                                   600 generated videos
//   ave_synthesize --out data --annotations Annotations.txt     a row for each of the real annotations (8 GB at
//   float64)
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <vscg/core/error.hpp>
#include <vscg/data/synthesize.hpp>

#include "programs/files.hpp"
#include "programs/memory.hpp"
#include "programs/program.hpp"
#include "programs/stop.hpp"
#include "programs/synthesize_options.hpp"

namespace {

/// The annotations must stay as they are: neither replaced, nor swept away with what an earlier run left.
void expect_apart(const programs::synthesize_options& given) {
  const std::vector<programs::named_file> inputs{{"--annotations", given.annotations}};
  programs::expect_apart(inputs, programs::data_files("--out", given.out, true));
  if (given.annotations.empty()) return;
  std::error_code ignored;
  const auto swept = std::filesystem::path(given.out) / vscg::data::synthesis::workshop::name;
  if (std::filesystem::equivalent(std::filesystem::path(given.annotations).parent_path(), swept, ignored)) {
    throw vscg::expectation_error("--annotations", "a file that stays, not one in " + swept.string(),
                                  given.annotations);
  }
}

void synthesize(programs::synthesize_options given) {
  if (!given.annotations.empty()) given.synthesis.annotations = given.annotations;
  given.synthesis.seed = vscg::seed{given.seed};
  expect_apart(given);

  const bool terminal = isatty(STDERR_FILENO) == 1;
  std::optional<programs::stop_hold> hold;
  given.synthesis.stop = programs::stop::heard;
  given.synthesis.writing = [&] { hold.emplace(); };
  given.synthesis.progress = [&](std::size_t written, std::size_t all) {
    if (terminal && (written % 8 == 0 || written == all)) {
      std::fprintf(stderr, "\r%zu of %zu videos (%zu %%)%s", written, all, written * 100 / all,
                   written == all ? "\n" : "");
    }
  };
  vscg::data::synthesis_report report;
  try {
    report = programs::with_room_for("the events of the videos",
                                     [&] { return vscg::data::synthesize(given.out, given.synthesis); });
  } catch (...) {
    if (hold && terminal) std::fputc('\n', stderr);
    throw;
  }
  hold.reset();
  std::printf(
      "%s: %zu videos (train %zu, validation %zu, test %zu) and %zu of background; %.1f %% of the segments are "
      "background\n",
      given.out.c_str(), report.videos, report.train, report.validation, report.test, report.noisy,
      100 * report.background);
}

}  // namespace

int main(int argc, char** argv) {
  programs::run("ave_synthesize", [&] {
    CLI::App app("Writes a synthetic data set in exactly the format of the AVE data set.", "ave_synthesize");
    programs::synthesize_options given;
    programs::add_options(app, given);
    if (programs::parse(app, argc, argv)) synthesize(std::move(given));
  });
}
