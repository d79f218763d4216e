// SPDX-License-Identifier: MIT
#include <cstddef>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/data/ave_dataset.hpp>
#include <vscg/data/synthesize.hpp>
#include <vscg/data/types.hpp>

#include "pages/page.hpp"
#include "report/measured_run.hpp"
#include "report/shown_report.hpp"
#include "report/video_strips.hpp"
#include "support/contains.hpp"
#include "support/occurrences.hpp"
#include "support/temporary_folder.hpp"

using namespace vscg::data;

TEST_CASE("a network without a map is shown with its timeline only, beside one with maps, and the page says so") {
  const temporary_folder folder;
  synthesis_options options;
  options.videos = 3;
  options.type = stored_type::float16;
  synthesize(folder / "data", options);
  const report::report_videos videos{ave_dataset::open(folder / "data", {}), {1}, 1};
  const auto truth = videos.data.segment_classes(1);

  std::vector<report::measured_run> runs(2);
  runs[0].name = "<with>";
  runs[0].classes.assign(truth.begin(), truth.end());
  runs[0].attention.assign(segments * regions, 0.5F / 48);
  for (std::size_t t = 0; t < segments; ++t) runs[0].attention[t * regions + 8] = 0.5F;
  runs[1].name = "<without>";
  runs[1].classes = runs[0].classes;
  for (const std::size_t t : {std::size_t{0}, segments - 1}) runs[1].classes[t] = truth[t] == 3 ? 4 : 3;
  for (auto& run : runs) run.scores.assign(segments * classes, 0.0F);

  report::shown_report shown{videos, runs, "test", videos.data.category_names()};
  shown.names.emplace_back("background");
  pages::page page("videos");
  report::add_videos(page, shown, {0}, "Chosen.", "", [](const std::string&) { FAIL("a warning without a reason"); });
  const std::string text = page.text();
  CHECK(contains(text, "&lt;without&gt; has no map"));
  CHECK_FALSE(contains(text, "&lt;with&gt; has no map"));
  CHECK(contains(text, "10 of 10 right</p>"));
  CHECK(contains(text, "8 of 10 right; "));
  CHECK(occurrences(text, "class=\"mark\"") == 2);
  CHECK(occurrences(text, "data-map=") == segments);
  CHECK(contains(text, "Maps have the full color from 50.0 % on."));

  const auto& data = page.data();
  REQUIRE(data["maps"].size() == segments);
  CHECK(data["maps"][3]["values"][8] == 0.5);
  CHECK(data["maps"][3]["values"][7] == 0.01042);  // 1 / 96
  CHECK(data["videos"][0]["runs"][0]["first_map"] == 0);
  CHECK_FALSE(data["videos"][0]["runs"][1].contains("first_map"));
  CHECK(data["videos"][0]["runs"][0]["verdicts"][9] == "right");
  CHECK(data["videos"][0]["runs"][1]["verdicts"][9] != "right");
}
