// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/io/json.hpp>
#include <vscg/io/npy.hpp>

#include "program_run.hpp"
#include "support/contains.hpp"
#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"

using namespace programs_test;
using vscg::io::json;
using extents = std::vector<std::size_t>;

namespace {

/// Writes the features of rows as people do who have no data set.
void save_features(const temporary_folder& dir, const vscg::data::ave_dataset& ave, std::vector<std::size_t> rows,
                   bool several) {
  std::vector<float> audio(rows.size() * 1280), visual(rows.size() * 250880);
  ave.read(std::span<const std::size_t>(rows), std::span(audio), std::span(visual));
  extents a{10, 128}, v{10, 7, 7, 512};
  if (several) {
    a.insert(a.begin(), rows.size());
    v.insert(v.begin(), rows.size());
  }
  vscg::io::write_npy<float>(dir / "a.npy", audio, a);
  vscg::io::write_npy<float>(dir / "v.npy", visual, v);
}

json events_of(const temporary_folder& dir) { return vscg::io::read_json(dir / "l.json")["videos"]; }

}  // namespace

TEST_CASE("ave_localize: videos of a data set, along with the truth") {
  const auto program = find_program("ave_localize");
  if (program.empty()) return;
  const temporary_folder dir;
  const auto ave = make_data(dir);
  const auto& names = ave.category_names();
  save_constant<vscg::vscg_net, float>(dir / "w", 3, names);
  const auto r = run(program, dir, "--weights w --data data --videos 7 2 --json l.json --attention a.npy --threads 2");
  INFO(r.err);
  REQUIRE(r.code == 0);
  const json fields = vscg::io::read_json(dir / "l.json");
  CHECK(fields["network"] == "vscg");
  CHECK(fields["setting"] == "fully");
  CHECK(fields["form"] == "released");
  CHECK(fields["relevance_threshold"] == 0.7);
  CHECK(fields["device"] == "cpu");
  CHECK(fields["card"].is_null());
  CHECK(fields["precision"] == "float");
  REQUIRE(fields["videos"].size() == 2);
  const std::size_t rows[] = {7, 2};
  for (std::size_t i = 0; i < 2; ++i) {
    const json& video = fields["videos"][i];
    const auto annotation = ave.annotation_of(rows[i]);
    REQUIRE(annotation.has_value());
    CHECK(video["row"] == rows[i]);
    CHECK(video["id"] == annotation->video_id);
    CHECK(video["category"] == names[3]);
    REQUIRE(video["events"].size() == 1);
    CHECK(video["events"][0]["category"] == names[3]);
    CHECK(video["events"][0]["start"] == 0.0);
    CHECK(video["events"][0]["end"] == 10.0);
    CHECK(video["events"][0]["score"].get<double>() == doctest::Approx(relevance * category_share));
    REQUIRE(video["truth"].size() == (annotation->start == annotation->end ? 0U : 1U));
    if (annotation->start == annotation->end) continue;
    CHECK(video["truth"][0]["category"] == annotation->category);
    CHECK(video["truth"][0]["start"] == annotation->start);
    CHECK(video["truth"][0]["end"] == annotation->end);
  }
  CHECK(contains(r.out, "said  |##########|  # " + names[3] + " 0-10 s, score 0.72"));
  CHECK(contains(r.out, "truth |"));
  CHECK(contains(r.out, "of 20 segments right"));

  const auto attention = vscg::io::read_npy<float>(dir / "a.npy");
  CHECK(extents(attention.shape().begin(), attention.shape().end()) == extents{2, 10, 7, 7});
  for (std::size_t i = 0; i < 20; ++i) {
    CHECK(std::accumulate(attention.data() + 49 * i, attention.data() + 49 * (i + 1), 0.0) == doctest::Approx(1));
  }
}

TEST_CASE("ave_localize: the threshold of the file, of the command line, and what is not above it") {
  const auto program = find_program("ave_localize");
  if (program.empty()) return;
  const temporary_folder dir;
  const auto ave = make_data(dir);
  const auto& names = ave.category_names();
  const auto events = [&](const std::string& arguments) {
    const auto r = run(program, dir, "--data data --videos 0 --json l.json --weights " + arguments);
    INFO(r.err);
    REQUIRE(r.code == 0);
    return events_of(dir)[0]["events"].size();
  };
  save_constant<vscg::vscg_net, float>(dir / "w", 3, names);
  CHECK(events("w") == 1);
  CHECK(events("w --threshold 0.89") == 1);
  CHECK(events("w --threshold 0.91") == 0);
  CHECK(contains(bytes_of(dir / "stdout.txt"), "background, at most " + names[3]));
  save_constant<vscg::vscg_net, float>(dir / "strict", 3, names, 0.95);
  CHECK(events("strict") == 0);
  CHECK(vscg::io::read_json(dir / "l.json")["relevance_threshold"] == 0.95);
  CHECK(events("strict --threshold 0.5") == 1);

  save_undecided<vscg::vscg_net_weakly>(dir / "weakly", names);
  CHECK(events("weakly") == 1);
  CHECK(events_of(dir)[0]["events"][0]["score"].get<double>() == doctest::Approx(1.0 / 29));
  CHECK(refused(program, dir, "--weights weakly --data data --threshold 0.5") ==
        "--threshold: expected a network that judges the relevance of segments, found weights of vscg weakly "
        "(released)");
}

TEST_CASE("ave_localize: features alone give the same as the data set, one by one or in groups") {
  const auto program = find_program("ave_localize");
  if (program.empty()) return;
  const temporary_folder dir;
  const auto ave = make_data(dir);
  // Initial weights give every video other numbers.
  vscg::weights<vscg::vscg_net, float, vscg::cpu> w(vscg::seed{1});
  vscg::io::save_weights(w, dir / "w", metadata_of<vscg::vscg_net>(ave.category_names()));
  const auto all = [&](const std::string& arguments) {
    const auto r = run(program, dir, "--weights w --threshold 0.3 --json l.json --attention att.npy " + arguments);
    INFO(r.err);
    REQUIRE(r.code == 0);
    return events_of(dir);
  };
  const json of_data = all("--data data");
  REQUIRE(of_data.size() == 20);
  REQUIRE_FALSE(of_data[18]["events"].empty());
  const auto attention = bytes_of(dir / "att.npy");

  std::vector<std::size_t> rows(20);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  std::filesystem::create_directory(dir / "elsewhere");
  save_features(dir, ave, rows, true);
  const json of_features = all("--audio a.npy --visual v.npy");
  REQUIRE(of_features.size() == 20);
  CHECK(bytes_of(dir / "att.npy") == attention);
  for (std::size_t i = 0; i < 20; ++i) {
    CHECK(of_features[i]["row"] == i);
    CHECK(of_features[i]["category"] == of_data[i]["category"]);
    CHECK(of_features[i]["events"] == of_data[i]["events"]);
    CHECK_FALSE(of_features[i].contains("truth"));
    CHECK_FALSE(of_features[i].contains("id"));
  }
  save_features(dir, ave, {18}, false);
  const json of_one = all("--audio a.npy --visual v.npy");
  REQUIRE(of_one.size() == 1);
  CHECK(of_one[0]["row"] == 0);
  CHECK(of_one[0]["events"] == of_data[18]["events"]);
}

TEST_CASE("ave_localize: a folder with features alone needs no other file") {
  const auto program = find_program("ave_localize");
  if (program.empty()) return;
  const temporary_folder dir;
  const auto ave = make_data(dir);
  save_constant<vscg::vscg_net, double>(dir / "w", 3, ave.category_names());
  std::filesystem::create_directory(dir / "bare");
  for (const char* name : {"audio_feature.h5", "visual_feature.h5"}) {
    std::filesystem::rename(dir / "data" / name, dir / "bare" / name);
  }
  const auto r = run(program, dir, "--weights w --data bare --json l.json");
  INFO(r.err);
  REQUIRE(r.code == 0);
  CHECK_FALSE(contains(r.out, "truth"));
  REQUIRE(events_of(dir).size() == 20);
  CHECK_FALSE(events_of(dir)[0].contains("truth"));
  CHECK(events_of(dir)[19]["events"][0]["score"].get<double>() == doctest::Approx(relevance * category_share));
}

TEST_CASE("ave_localize: a longer video is what its windows say one by one, a shorter one is filled up") {
  const auto program = find_program("ave_localize");
  if (program.empty()) return;
  const temporary_folder dir;
  const auto ave = make_data(dir);
  vscg::weights<vscg::vscg_net, float, vscg::cpu> w(vscg::seed{1});
  vscg::io::save_weights(w, dir / "w", metadata_of<vscg::vscg_net>(ave.category_names()));
  const std::string options = "--weights w --threshold 0.3 --json l.json --attention att.npy --audio a.npy --visual ";
  const auto video = [&](const std::string& arguments) {
    const auto r = run(program, dir, options + arguments);
    INFO(r.err);
    REQUIRE(r.code == 0);
    REQUIRE(events_of(dir).size() == 1);
    return events_of(dir)[0];
  };
  // 25 seconds: two videos and a half, one after the other.
  std::vector<float> audio(30 * 128), visual(30 * 25088);
  ave.read(std::vector<std::size_t>{18, 3, 7}, std::span(audio), std::span(visual));
  const auto save = [&](std::size_t first, std::size_t seconds) {
    const auto a = std::span<const float>(audio).subspan(first * 128, seconds * 128);
    const auto v = std::span<const float>(visual).subspan(first * 25088, seconds * 25088);
    vscg::io::write_npy<float>(dir / "a.npy", a, extents{seconds, 128});
    vscg::io::write_npy<float>(dir / "v.npy", v, extents{seconds, 7, 7, 512});
  };
  std::vector<json> windows;
  std::vector<std::vector<float>> maps;
  for (const std::size_t start : {0U, 10U, 15U}) {
    save(start, 10);
    windows.push_back(video("v.npy"));
    const auto map = vscg::io::read_npy<float>(dir / "att.npy");
    maps.emplace_back(map.begin(), map.end());
  }
  save(0, 25);
  const json joined = video("v.npy --overlap 0");
  CHECK(joined["seconds"] == 25);
  CHECK(joined["windows"] == 3);
  CHECK(contains(bytes_of(dir / "stdout.txt"), "video of 25 s, 3 windows: "));
  const auto in_seconds = [](const json& found, std::size_t first, std::size_t last) {
    std::vector<std::string> names(last, "background");
    for (const json& event : found["events"]) {
      for (auto t = event["start"].get<std::size_t>(); t < std::min(last, event["end"].get<std::size_t>()); ++t) {
        names[t] = event["category"].get<std::string>();
      }
    }
    return std::vector<std::string>(names.begin() + static_cast<std::ptrdiff_t>(first), names.end());
  };
  CHECK(in_seconds(joined, 0, 10) == in_seconds(windows[0], 0, 10));
  CHECK(in_seconds(joined, 10, 15) == in_seconds(windows[1], 0, 5));
  CHECK(in_seconds(joined, 20, 25) == in_seconds(windows[2], 5, 10));
  const auto attention = vscg::io::read_npy<float>(dir / "att.npy");
  CHECK(extents(attention.shape().begin(), attention.shape().end()) == extents{25, 7, 7});
  const std::vector<float> seen(attention.begin(), attention.end());
  CHECK(std::vector<float>(seen.begin(), seen.begin() + 490) == maps[0]);
  for (std::size_t i = 0; i < 49; ++i) {
    CHECK(seen[17 * 49 + i] == doctest::Approx((maps[1][7 * 49 + i] + maps[2][2 * 49 + i]) / 2));
  }
  CHECK(video("v.npy --overlap 9")["windows"] == 16);

  save(0, 7);
  const json brief = video("v.npy");
  CHECK(brief["seconds"] == 7);
  CHECK(brief["windows"] == 1);
  CHECK(contains(bytes_of(dir / "stderr.txt"), "ave_localize: warning: a.npy: 7 seconds, filled up to ten"));
  for (const json& event : brief["events"]) CHECK(event["end"].get<double>() <= 7);
}

TEST_CASE("ave_localize: a path may hold any bytes, and a stop in the middle leaves no file") {
  const auto program = find_program("ave_localize");
  if (program.empty()) return;
  const temporary_folder dir;
  const auto ave = make_data(dir);
  save_constant<vscg::vscg_net, float>(dir / "w\xE9", 3, ave.category_names());
  const std::string begin = "--weights w\xE9 --data data --json l.json --videos 0";
  const auto r = run(program, dir, begin);
  INFO(r.err);
  REQUIRE(r.code == 0);
  CHECK(vscg::io::read_json(dir / "l.json")["weights"] == "w\uFFFD");
  std::filesystem::remove(dir / "l.json");

  std::string rows;
  for (int i = 0; i < 4000; ++i) rows += ",0";
  const std::string wait = "timeout --preserve-status -s TERM 1 '" + program.string();
  const auto ended = run("env", dir, wait + "' " + begin + rows);
  CHECK(ended.code == 130);
  CHECK(ended.err == "ave_localize: interrupted\n");
  CHECK_FALSE(std::filesystem::exists(dir / "l.json"));
}

TEST_CASE("ave_localize: unusable input gives one line, and no file is left") {
  const auto program = find_program("ave_localize");
  if (program.empty()) return;
  const temporary_folder dir;
  const auto ave = make_data(dir);
  save_constant<vscg::vscg_net, float>(dir / "w", 3, ave.category_names());
  save_features(dir, ave, {0, 1, 2}, true);
  const auto array = [&](const char* name, const extents& shape, float value = 0.5F) {
    const std::size_t size = std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>{});
    std::vector<float> values(size, 0.5F);
    if (size > 0) values[size - 1] = value;
    vscg::io::write_npy<float>(dir / name, values, shape);
  };
  array("two.npy", {2, 10, 128});
  array("nine.npy", {9, 128});
  array("longer.npy", {2, 20, 128});
  array("twelve.npy", {12, 128}, std::numeric_limits<float>::infinity());
  array("v_twelve.npy", {12, 7, 7, 512});
  array("empty.npy", {0, 128});
  array("wide.npy", {10, 129});
  array("flat.npy", {10, 49, 512});
  array("none.npy", {0, 10, 128});
  array("nan.npy", {3, 10, 128}, std::numeric_limits<float>::quiet_NaN());
  array("inf.npy", {3, 10, 7, 7, 512}, std::numeric_limits<float>::infinity());
  put_bytes(dir / "text.npy", "no array");

  const auto before = dir.names().size();
  const auto error = [&](const std::string& arguments) {
    return refused(program, dir, "--weights w --json l.json --attention att.npy " + arguments);
  };
  CHECK(error("") == "videos to localize: expected --data DIR, or --audio FILE and --visual FILE, found neither");
  CHECK(contains(error("--audio a.npy"), "--audio requires --visual"));
  CHECK(contains(error("--visual v.npy"), "--visual requires --audio"));
  CHECK(contains(error("--data data --audio a.npy --visual v.npy"), "--data"));
  CHECK(contains(error("--audio a.npy --visual v.npy --videos 0"), "--videos requires --data"));
  CHECK(error("--data data --videos 3 20") == "--videos: expected rows below 20, the videos of data, found 20");
  CHECK(contains(error("--data data --videos x"), "--videos"));
  CHECK(contains(error("--data nowhere"), "nowhere"));
  CHECK(contains(error("--audio two.npy --visual v.npy"), "v.npy: expected 2 videos as in two.npy, found 3"));
  CHECK(error("--audio nine.npy --visual v.npy") ==
        "v.npy: expected [9, 7, 7, 512], as many seconds as in nine.npy, found [3, 10, 7, 7, 512]");
  CHECK(error("--audio wide.npy --visual v.npy") ==
        "wide.npy: expected [10, 128], [N, 10, 128], or [S, 128] of one video of S seconds, found [10, 129]");
  CHECK(error("--audio longer.npy --visual v.npy") ==
        "longer.npy: expected [10, 128], [N, 10, 128], or [S, 128] of one video of S seconds, found [2, 20, 128]");
  CHECK(error("--audio a.npy --visual flat.npy") ==
        "flat.npy: expected [10, 7, 7, 512], [N, 10, 7, 7, 512], or [S, 7, 7, 512] of one video of S seconds, found "
        "[10, 49, 512]");
  CHECK(error("--audio twelve.npy --visual v_twelve.npy") ==
        "twelve.npy: second 11: expected finite features, found infinity");
  CHECK(error("--audio empty.npy --visual v.npy") ==
        "empty.npy: expected [10, 128], [N, 10, 128], or [S, 128] of one video of S seconds, found [0, 128]");
  CHECK(contains(error("--data data --overlap 3"), "--overlap requires --audio"));
  CHECK(error("--audio a.npy --visual v.npy --overlap 10") ==
        "--overlap: expected a whole number from 0 to 9, found 10");
  CHECK(error("--audio none.npy --visual v.npy") == "none.npy: expected at least one video, found none");
  CHECK(error("--audio nan.npy --visual v.npy") == "nan.npy: video 2, segment 9: expected finite features, found NaN");
  CHECK(error("--audio a.npy --visual inf.npy") ==
        "inf.npy: video 2, segment 9: expected finite features, found infinity");
  CHECK(contains(error("--audio text.npy --visual v.npy"), "text.npy: expected a .npy file"));
  CHECK(contains(error("--audio missing.npy --visual v.npy"), "missing.npy"));
  CHECK(contains(refused(program, dir, "--weights w --data data --json nowhere/l.json"), "nowhere/l.json"));
  CHECK(contains(refused(program, dir, "--weights w --data data --attention nowhere/a.npy"), "nowhere/a.npy"));
  CHECK(contains(refused(program, dir, "--weights w --data data --json x --attention x"),
                 "--attention: expected another file than --json, found x"));
  CHECK(dir.names().size() == before + 2);  // stdout.txt and stderr.txt
}
