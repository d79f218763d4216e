// SPDX-License-Identifier: MIT
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/files/atomic_file.hpp>
#include <vscg/train/ave/settings.hpp>

#include "support/contains.hpp"
#include "support/temporary_folder.hpp"
#include "tables/document.hpp"
#include "tables/report.hpp"
#include "tables/results.hpp"
#include "tables/table.hpp"
#include "tables/text.hpp"

namespace {

networks::trainable trainable(std::string_view name) {
  return {name,   vscg::setting::fully, 0, [] { return networks::network_size{2629226, 2508366, 0}; }, nullptr, nullptr,
          nullptr};
}

/// A finished run of two epochs of three steps; validation chooses the first one.
tables::run_state run(double test, double best) {
  tables::run_state state;
  state.position.history.resize(2);
  for (auto& epoch : state.position.history) {
    epoch.seconds = 2;
    epoch.training_seconds = 1.5;
    epoch.validation_accuracy = 0.5;
  }
  state.position.history[0].test_accuracy = test;
  state.position.history[1].test_accuracy = best;
  state.position.steps = 6;
  state.position.peak_memory_mib = 100;
  return state;
}

tables::table small() {
  return {3,
          "Parts",
          {"Fully"},
          {{"ours*", {{"net_ours", 79.7}}},
           {"without", {{"net_without", 77.9, "*"}}, "ours*", "A note."},
           {"other", {{"net_other", 70}}, "ours*"},
           {"number, only", {{{}, 73.5}}, {}, "A note."},
           {"idle", {{"net_idle"}}, {}, "Another note."}},
          {"A word on the table."}};
}

}  // namespace

TEST_CASE("a report shows means and deviations, differences of the same seeds, and why a number is not there") {
  const auto ours = trainable("net_ours"), without = trainable("net_without"), idle = trainable("net_idle");
  tables::all_measurements all;
  all["net_ours"].network = &ours;
  all["net_without"].network = &without;
  all["net_idle"].network = &idle;
  all["net_ours"].add(run(0.80, 0.82), true, "cpu, float");
  all["net_ours"].add(run(0.84, 0.86), true, "cpu, float");
  all["net_ours"].add(run(0.85, 0.85), true, "cuda:0, card, tf32");
  all["net_without"].add(run(0.78, 0.79), true, "cpu, double");
  all["net_without"].add(run(0.81, 0.81), true, "cpu, double");
  all["net_without"].add(run(0.99, 0.99), false, "");  // not finished: it does not count
  for (int seed = 0; seed < 3; ++seed) all["net_idle"].add(std::nullopt, false, "");

  const auto d = tables::report(small(), all, {"ave_tables --table 3", 3, "2", "clean"});
  const auto text = tables::markdown_of(d);
  CHECK(text.starts_with("# Table III. Parts\n\nSeeds 1 to 3, epochs: 2, protocol clean. "));
  CHECK(contains(text, "```sh\nave_tables --table 3\n```\n"));
  CHECK(contains(text,
                 "| Method | Fully: published | Fully: test accuracy | Fully: best-test |\n|---|---:|---:|---:|\n"
                 "| ours\\* | 79.7 | 83.0 ± 2.6 | 84.3 ± 2.1 |\n"
                 "| without (a) | 77.9\\* | 79.5 ± 2.1 (2 of 3) | 80.0 ± 1.4 (2 of 3) |\n"
                 "| other | 70.0 | not built | not built |\n"
                 "| number, only (a) | 73.5 | – | – |\n"
                 "| idle (b) | – | no run | no run |\n"));
  // Of −2 and −3: the mean is −2.5, the deviation 1/√2, so the interval's half is 12.706·½.
  CHECK(contains(text, "| without − ours\\* | Fully | -2.50 | [-8.85, +3.85] | 2 |\n"));
  CHECK(!contains(text, "other − "));
  CHECK(
      contains(text, "| net_ours | 2,629,226 | 2,508,366 | 500.0 | 100 | 4.0 s | cpu, float; cuda:0, card, tf32 |\n"));
  CHECK(contains(text, "| net_without | 2,629,226 | 2,508,366 | 500.0 | 100 | 4.0 s | cpu, double |\n"));
  CHECK(contains(text, "| net_idle | 2,629,226 | 2,508,366 | – | – | – | – |\n"));
  CHECK(contains(text, "\n(a) A note.\n\n(b) Another note.\n\nA word on the table.\n\n"));
  CHECK(contains(text, "these programs have no network named net_other.\n"));

  const auto csv = tables::csv_of(small(), all);
  CHECK(contains(csv, "\n3,\"number, only\",Fully,,73.5,0,,,,,,,,,,,,,,0,\n"));
  CHECK(contains(csv, "\n3,other,Fully,net_other,70.0,0,,,,,,,,,,,ours*,,,0,\n"));
  CHECK(contains(csv, ",2629226,2508366,0.5,100.0,4.0,ours*,-2.5"));
  CHECK(contains(csv, ",2,\"cpu, double\"\n"));
}

TEST_CASE("what computed a run is what its summary says; without one, only the precision is known") {
  const temporary_folder out;
  vscg::train::ave_settings s;
  s.network = "net";
  s.precision = "double";
  CHECK(tables::computed_on_in(out.path(), s) == "double");
  const auto run = tables::run_path(out.path(), s);
  std::filesystem::create_directories(run);
  const auto with_summary = [&](const char* text) {
    vscg::write_file(run / "summary.json", text);
    return tables::computed_on_in(out.path(), s);
  };
  CHECK(with_summary(R"({"device": "cpu", "card": null, "precision": "double"})") == "cpu, double");
  CHECK(with_summary(R"({"device": "cuda:1", "card": "NVIDIA H200", "precision": "tf32"})") ==
        "cuda:1, NVIDIA H200, tf32");
  CHECK(with_summary("{}") == "double");  // of an older version
}

TEST_CASE("numbers as people read them") {
  CHECK(tables::grouped(0) == "0");
  CHECK(tables::grouped(999) == "999");
  CHECK(tables::grouped(1000) == "1,000");
  CHECK(tables::grouped(15863262) == "15,863,262");
  CHECK(tables::duration(12.34) == "12.3 s");
  CHECK(tables::duration(3240) == "54 min");
  CHECK(tables::duration(9060) == "2 h 31 min");
  CHECK(tables::duration(3599.9) == "1 h 0 min");
  CHECK(tables::roman(4) == "IV");
}
