// SPDX-License-Identifier: MIT
// Writes a synthetic data set in the format of the AVE data set, so that everything can be tried, timed and tested
// without the real one: its features are made up, its files are not distinguishable in form.
//
//   ave_synthesize --out data                                   600 generated videos
//   ave_synthesize --out data --annotations Annotations.txt     a row for each of the real annotations (8 GB at
//   float64)
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <map>
#include <string>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include <vscg/data/synthesize.hpp>

namespace {

volatile std::sig_atomic_t interrupted = 0;

}  // namespace

int main(int argc, char** argv) {
  using vscg::data::stored_type;
  CLI::App app("Writes a synthetic data set in exactly the format of the AVE data set.", "ave_synthesize");
  std::string out, annotations;
  std::size_t videos = 0, noisy = 0;
  std::uint64_t seed = 1;
  vscg::data::synthesis_options options;
  app.add_option("--out", out, "directory to write (created; must be empty)")->required();
  auto* videos_given = app.add_option("--videos", videos, "number of videos (default: all of --annotations, else 600)");
  app.add_option("--annotations", annotations, "an Annotations.txt to follow (default: events are generated)");
  app.add_option("--seed", seed, "a seed names a world: its categories, videos and splits")->capture_default_str();
  auto* noisy_given =
      app.add_option("--noisy", noisy, "background videos for weak training (default: videos x 178 / 4143)");
  app.add_option("--type", options.type, "how features are stored: float64 (as AVE's), float32 or float16")
      ->transform(CLI::CheckedTransformer(std::map<std::string, stored_type>{
          {"float64", stored_type::float64}, {"float32", stored_type::float32}, {"float16", stored_type::float16}}))
      ->default_str("float64");
  app.add_option("--without", options.withheld, "withhold sound, sight or place (attention's choice), for controls")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, vscg::data::withheld_sense>{{"nothing", vscg::data::withheld_sense::nothing},
                                                            {"sound", vscg::data::withheld_sense::sound},
                                                            {"sight", vscg::data::withheld_sense::sight},
                                                            {"place", vscg::data::withheld_sense::place}}));
  app.add_flag("--compress", options.compress, "chunk by video and deflate");
  app.add_flag("--force", options.force, "write into a directory that is not empty, replacing files of the same names");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    if (problem.get_exit_code() == 0) return app.exit(problem);
    std::fprintf(stderr, "ave_synthesize: error: %s\n", problem.what());
    return 1;
  }
  options.seed = vscg::seed{seed};
  if (*videos_given) options.videos = videos;
  if (*noisy_given) options.noisy = noisy;
  if (!annotations.empty()) options.annotations = annotations;

  // Ctrl-C ends the work between two videos, so that nothing half-written stays behind.
  std::signal(SIGINT, [](int) { interrupted = 1; });
  std::signal(SIGTERM, [](int) { interrupted = 1; });
  const bool terminal = isatty(STDERR_FILENO) == 1;
  options.progress = [&](std::size_t written, std::size_t all) {
    if (interrupted != 0) throw vscg::error("interrupted");
    if (terminal && (written % 8 == 0 || written == all)) {
      std::fprintf(stderr, "\r%zu of %zu videos (%zu %%)%s", written, all, written * 100 / all,
                   written == all ? "\n" : "");
    }
  };
  try {
    const auto report = vscg::data::synthesize(out, options);
    std::printf(
        "%s: %zu videos (train %zu, validation %zu, test %zu) and %zu of background; %.1f %% of the segments are "
        "background\n",
        out.c_str(), report.videos, report.train, report.validation, report.test, report.noisy,
        100 * report.background);
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%save_synthesize: error: %s\n", terminal ? "\n" : "", problem.what());
    return interrupted != 0 ? 130 : 1;
  }
}
