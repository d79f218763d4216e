// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/io/json.hpp>

#include "program_run.hpp"
#include "support/contains.hpp"
#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"

using namespace programs_test;
using vscg::data::split;

TEST_CASE("ave_evaluate: the figures of a network whose answers are known") {
  const auto program = find_program("ave_evaluate");
  if (program.empty()) return;
  const temporary_folder dir;
  const auto ave = make_data(dir);
  for (const split part : {split::test, split::train}) {
    // The network predicts the category of the split's first video everywhere.
    const auto order = ave.order(part);
    const std::size_t category = ave.category(order[0]);
    save_constant<vscg::vscg_net, float>(dir / "w", category, ave.category_names());
    std::size_t right = 0;
    std::size_t background = 0;
    for (const std::size_t row : order) {
      for (const auto c : ave.segment_classes(row)) {
        right += c == category ? 1 : 0;
        background += c == 28 ? 1 : 0;
      }
    }
    REQUIRE(right > 0);
    const auto r =
        run(program, dir, "--data data --weights w --json e.json --threads 2 --split " + std::string(name_of(part)));
    REQUIRE(r.code == 0);
    const auto e = vscg::io::read_json(dir / "e.json");
    const std::size_t all = 10 * order.size();
    CHECK(e["network"] == "vscg");
    CHECK(e["form"] == "released");
    CHECK(e["setting"] == "fully");
    CHECK(e["split"] == name_of(part));
    CHECK(e["videos"] == order.size());
    CHECK(e["segments"] == all);
    CHECK(e["segments_right"] == right);
    CHECK(e["accuracy"].get<double>() == doctest::Approx(static_cast<double>(right) / static_cast<double>(all)));
    CHECK(e["relevance_threshold"] == 0.7);
    CHECK(e["device"] == "cpu");
    CHECK(e["card"].is_null());
    CHECK(e["precision"] == "float");
    CHECK(e["confusion"][28][category] == background);
    CHECK(e["classes"][category]["said"] == all);
    CHECK(e["classes"][category]["accuracy"] == 1.0);
    CHECK(e["classes"][28]["right"] == 0);
    std::size_t counted = 0;
    for (const auto& row : e["confusion"]) {
      for (const auto& n : row) counted += n.get<std::size_t>();
    }
    CHECK(counted == all);
    std::size_t most = 0;
    for (const auto& one : e["classes"]) most = std::max(most, one["segments"].get<std::size_t>());
    CHECK(e["majority_accuracy"].get<double>() * static_cast<double>(all) ==
          doctest::Approx(static_cast<double>(most)));
    CHECK(contains(r.out, "majority class: always " + e["majority_class"].get<std::string>()));
    CHECK(contains(r.out, "(" + std::to_string(right) + " of " + std::to_string(all) + " segments)"));
    CHECK(contains(r.out, ave.category_names()[category]));

    // With a threshold at or above the relevance, everything is background.
    REQUIRE(run(program, dir,
                "--data data --weights w --json e.json --threshold 0.91 --split " + std::string(name_of(part)))
                .code == 0);
    CHECK(vscg::io::read_json(dir / "e.json")["segments_right"] == background);
  }
}

TEST_CASE("ave_evaluate: every network in both precisions, as the file says") {
  const auto program = find_program("ave_evaluate");
  if (program.empty()) return;
  const temporary_folder dir;
  const auto ave = make_data(dir);
  const auto& names = ave.category_names();
  save_constant<vscg::vscg_net, double>(dir / "double", 3, names);
  save_constant<vscg::vscg_net_paper, float>(dir / "paper", 3, names);
  save_undecided<vscg::vscg_net_weakly>(dir / "weakly", names);
  save_undecided<vscg::vscg_net_weakly_paper>(dir / "weakly_paper", names);
  std::size_t third = 0;
  std::size_t first = 0;
  for (const std::size_t row : ave.order(split::test)) {
    for (const auto c : ave.segment_classes(row)) {
      third += c == 3 ? 1 : 0;
      first += c == 0 ? 1 : 0;
    }
  }
  const auto right = [&](const std::string& weights, const std::string& says) {
    const auto r = run(program, dir, "--data data --weights " + weights + " --json e.json");
    INFO(r.err);
    REQUIRE(r.code == 0);
    CHECK(contains(r.out, says));
    return vscg::io::read_json(dir / "e.json")["segments_right"].get<std::size_t>();
  };
  CHECK(right("double", "vscg fully (released)") == third);
  CHECK(vscg::io::read_json(dir / "e.json")["precision"] == "double");
  CHECK(right("paper", "vscg fully (paper)") == third);
  CHECK(right("weakly", "vscg weakly (released)") == first);
  CHECK(right("weakly_paper", "vscg weakly (paper)") == first);
  CHECK(vscg::io::read_json(dir / "e.json")["relevance_threshold"].is_null());
}

TEST_CASE("ave_evaluate: unusable input gives one line, and no file is left") {
  const auto program = find_program("ave_evaluate");
  if (program.empty()) return;
  const temporary_folder dir;
  const auto ave = make_data(dir);
  auto names = ave.category_names();
  save_constant<vscg::vscg_net, float>(dir / "w", 3, names);
  save_undecided<vscg::vscg_net_weakly>(dir / "weakly", names);
  std::swap(names[0], names[1]);
  save_constant<vscg::vscg_net, float>(dir / "swapped", 3, names);
  vscg::io::network_metadata other = metadata_of<vscg::vscg_net>(names);
  other.network = "avrb";
  vscg::io::save_weights(vscg::weights<vscg::nn::linear<2, 3>, float, vscg::cpu>(vscg::seed{1}), dir / "avrb", other);
  other.network = "vscg";
  vscg::io::save_weights(vscg::weights<vscg::nn::linear<2, 3>, float, vscg::cpu>(vscg::seed{1}), dir / "false", other);
  put_bytes(dir / "half", bytes_of(dir / "w").substr(0, 100000));

  const auto before = dir.names().size();
  const auto error = [&](const std::string& arguments) { return refused(program, dir, arguments + " --json e.json"); };
  CHECK(contains(error("--weights w"), "--data is required"));
  CHECK(contains(error("--data data"), "--weights is required"));
  CHECK(contains(error("--data data --weights w --bogus"), "--bogus"));
  CHECK(contains(error("--data data --weights w --split val2"), "val2"));
  CHECK(contains(error("--data data --weights w --threads 0"), "--threads"));
  CHECK(contains(error("--data data --weights w --threshold 1.5"), "--threshold: expected a number from 0 to 1"));
  CHECK(contains(error("--data data --weights w --threshold nan"), "--threshold"));
  CHECK(contains(error("--data data --weights weakly --threshold 0.5"),
                 "--threshold: expected a network that judges the relevance of segments"));
  CHECK(contains(error("--data data --weights none"), "none"));
  CHECK(contains(error("--data data --weights half"), "half: expected"));
  CHECK(contains(error("--data nowhere --weights w"), "nowhere"));
  const std::string unknown = error("--data data --weights avrb");
  CHECK(contains(unknown, "avrb: expected weights of one of: vscg fully (released), vscg fully (paper), "));
  CHECK(contains(unknown, ", dmin weakly (released), "));
  CHECK(contains(unknown, ", found weights of avrb fully (released)"));
  CHECK(contains(error("--data data --weights false"), "the weights do not fit the network; missing"));
  CHECK(contains(error("--data data --weights swapped"), "data: expected the categories that swapped was trained for"));
  CHECK(contains(refused(program, dir, "--data data --weights w --json nowhere/e.json"), "nowhere/e.json"));
  std::filesystem::remove(dir / "data" / "test_order.h5");
  CHECK(contains(error("--data data --weights w"), "test_order.h5"));
  CHECK(dir.names().size() == before + 2);  // stdout.txt and stderr.txt
}
