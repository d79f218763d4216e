// SPDX-License-Identifier: MIT
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/io/checkpoint.hpp>
#include <vscg/io/json.hpp>
#include <vscg/io/safetensors.hpp>
#include <vscg/train/ave/evaluation.hpp>
#include <vscg/train/ave/run.hpp>

#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"
#include "train/ave/small_run.hpp"

using namespace vscg::train;

namespace {

using small_run = ave_run<small::network, small::loss, float, vscg::cpu>;

ave_settings settings(std::size_t epochs) {
  ave_settings s = default_settings(vscg::setting::fully);
  s.network = "small";
  s.epochs = epochs;
  s.batch = 5;
  s.micro_batch = 2;
  s.decay_after = {1};
  return s;
}

/// Trains into `out`; stops after `steps` steps unless that is 0.
run_end train(const std::filesystem::path& out, const ave_settings& s, std::size_t steps = 0, std::size_t threads = 1,
              run_callbacks callbacks = {}) {
  const auto ave = small::open_data();
  small_run r(ave, s, vscg::threads(threads), small::metadata(ave));
  std::size_t done = 0;
  callbacks.step = [&](const step_report&) { ++done; };
  if (steps > 0) callbacks.stop = [&] { return done >= steps; };
  return r(run_folder::claim(out, std::filesystem::exists(out)), callbacks);
}

/// Every array of a checkpoint, its position, and its metrics without times.
std::vector<std::string> content(const std::filesystem::path& out) {
  const auto file = vscg::io::open_checkpoint(out / "last.checkpoint");
  std::vector<std::string> all;
  for (const auto& tensor : file.tensors()) {
    std::vector<std::byte> bytes(tensor.bytes());
    file.read_bytes(tensor.begin, bytes);
    all.push_back(tensor.name + std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  }
  auto description = description_of<ave_settings>(file);
  for (auto& record : description.position.history) {
    record.seconds = 0;
    record.training_seconds = 0;
  }
  all.push_back(history_text(description.position.history));
  for (const double b : description.position.progress) all.push_back(std::to_string(b));
  all.push_back(std::to_string(description.position.steps));
  return all;
}

/// Gives a checkpoint another description.
template <class Change>
void rewrite(const std::filesystem::path& path, Change change) {
  const auto file = vscg::io::open_checkpoint(path);
  auto metadata = file.metadata();
  change(metadata);
  std::vector<std::vector<float>> numbers;
  std::vector<vscg::io::tensor_source> sources;
  for (const auto& tensor : file.tensors()) numbers.push_back(file.template read<float>(tensor));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    sources.push_back(vscg::io::make_tensor_source<float>(file.tensors()[i].name, file.tensors()[i].shape,
                                                          std::span<const float>(numbers[i])));
  }
  vscg::io::write_checkpoint(path, sources, metadata);
}

}  // namespace

TEST_CASE("a run that was stopped anywhere and resumed has the bits of one that was not") {
  const temporary_folder here;
  REQUIRE(train(here / "whole", settings(2)) == run_end::finished);
  const auto whole = content(here / "whole");
  // 16 videos to train with make 3 steps per epoch. Step 3 ends before the evaluation, step 5 within epoch 2.
  for (const std::size_t steps : {1U, 3U, 5U}) {
    CAPTURE(steps);
    const auto out = here / ("ended" + std::to_string(steps));
    REQUIRE(train(out, settings(2), steps) == run_end::interrupted);
    CHECK(content(out) != whole);
    REQUIRE(train(out, settings(2), 0, 3) == run_end::finished);  // another number of threads
    CHECK(content(out) == whole);
    CHECK(bytes_of(out / "best.safetensors") == bytes_of(here / "whole" / "best.safetensors"));
  }
}

TEST_CASE("a stop within a step leaves the checkpoint before it, and the same run object can go on") {
  const temporary_folder here;
  REQUIRE(train(here / "whole", settings(2)) == run_end::finished);
  const auto ave = small::open_data();
  small_run r(ave, settings(2), vscg::threads(1), small::metadata(ave));
  // Every step asks many times: before it, before each operation, and after it.
  std::size_t done = 0;
  std::size_t asked_behind = 0;
  run_callbacks callbacks;
  callbacks.step = [&](const step_report&) {
    ++done;
    asked_behind = 0;
  };
  callbacks.stop = [&] { return done == 1 && ++asked_behind == 10; };
  const auto out = here / "run";
  REQUIRE(r(run_folder::claim(out, false), callbacks) == run_end::interrupted);
  CHECK(asked_behind == 10);
  CHECK(description_of<ave_settings>(vscg::io::open_checkpoint(out / "last.checkpoint")).position.steps == 1);
  REQUIRE(r(run_folder::claim(out, true)) == run_end::finished);
  CHECK(content(out) == content(here / "whole"));
}

TEST_CASE("epochs may grow, other files may be lost: the checkpoint is the truth; another seed is another run") {
  const temporary_folder here;
  const auto out = here / "run";
  REQUIRE(train(here / "whole", settings(2)) == run_end::finished);
  REQUIRE(train(out, settings(1)) == run_end::finished);
  REQUIRE(train(out, settings(2)) == run_end::finished);
  const auto whole = content(here / "whole");
  CHECK(content(out) == whole);

  const auto best = bytes_of(out / "best.safetensors");
  const auto metrics = bytes_of(out / "metrics.jsonl");
  const auto summary = bytes_of(out / "summary.json");
  for (const char* name : {"best.safetensors", "metrics.jsonl", "summary.json"}) std::filesystem::remove(out / name);
  REQUIRE(train(out, settings(2)) == run_end::finished);
  CHECK(bytes_of(out / "best.safetensors") == best);
  CHECK(bytes_of(out / "metrics.jsonl") == metrics);
  CHECK(bytes_of(out / "summary.json") == summary);

  auto other = settings(2);
  other.seed = 2;
  const auto text = error_of([&] { train(out, other); });
  CHECK(contains(text, "--seed: expected 1, as "));
  CHECK(contains(text, "began with, found 2"));
  CHECK(content(out) == whole);
  REQUIRE(train(here / "other", other) == run_end::finished);
  CHECK(content(here / "other") != whole);
}

TEST_CASE("the released protocol's target memory survives a resume") {
  const temporary_folder here;
  auto s = settings(6);
  s.protocol = protocol_name::released;
  REQUIRE(train(here / "whole", s) == run_end::finished);
  REQUIRE(train(here / "ended", s, 4) == run_end::interrupted);
  CHECK(vscg::io::open_checkpoint(here / "ended" / "last.checkpoint").at("released_targets").size() == 50);
  REQUIRE(train(here / "ended", s) == run_end::finished);
  CHECK(content(here / "ended") == content(here / "whole"));
  // It is evaluated only after epoch 6.
  const auto summary = vscg::io::read_json(here / "whole" / "summary.json");
  CHECK(summary.at("epoch") == 6);
}

TEST_CASE("files of a finished run say what happened") {
  const temporary_folder here;
  REQUIRE(train(here / "run", settings(2)) == run_end::finished);
  const auto summary = vscg::io::read_json(here / "run" / "summary.json");
  for (const char* key : {"test_accuracy", "best_test_accuracy", "validation_accuracy", "epoch", "parameters",
                          "parameters_reached", "step_seconds", "seconds", "peak_memory_mib", "seed"}) {
    CAPTURE(key);
    REQUIRE(summary.contains(key));
    CHECK(summary.at(key).is_number());
  }
  CHECK(summary.at("finished") == true);
  CHECK(summary.at("epochs_done") == 2);
  CHECK(summary.at("steps") == 6);
  CHECK(summary.at("parameters_reached") < summary.at("parameters"));
  CHECK(6 * summary.at("step_seconds").get<double>() < summary.at("seconds").get<double>());
  CHECK(summary.at("best_test_accuracy").get<double>() >= summary.at("test_accuracy").get<double>());
  const auto history = history_from_text(bytes_of(here / "run" / "metrics.jsonl"), "metrics");
  REQUIRE(history.size() == 2);
  CHECK(history[0].learning_rate == 1e-3);
  CHECK(history[1].learning_rate == 1e-3 * 0.8);
  double sum = 0;
  for (const auto& [name, value] : history[0].terms) sum += value;
  CHECK(sum == doctest::Approx(history[0].loss));
  CHECK(history[1].loss < history[0].loss);

  // The kept weights are those whose test accuracy is reported.
  const auto ave = small::open_data();
  vscg::model<small::network, float, vscg::cpu> best(vscg::seed{9});
  vscg::io::load_weights(best, here / "run" / "best.safetensors");
  evaluator<small::network, float, vscg::cpu> evaluate(best.weights(), vscg::threads{1});
  vscg::data::batch_loader<float> loader(ave, evaluate.videos);
  const auto counts = evaluate(loader, ave.order(vscg::data::split::test));
  REQUIRE(counts);
  CHECK(counts->accuracy() == summary.at("test_accuracy").get<double>());
}

TEST_CASE("a loss that is not finite ends the run, with the checkpoint of the step before") {
  const temporary_folder here;
  auto s = settings(3);
  s.learning_rate = 1e30;  // after one step the products overflow
  const auto text = error_of([&] { train(here / "run", s); });
  CHECK(contains(text, "epoch 1, step 2: expected a finite loss"));
  const auto file = vscg::io::open_checkpoint(here / "run" / "last.checkpoint");
  CHECK(description_of<ave_settings>(file).position.steps == 1);
  CHECK(error_of([&] { train(here / "run", s); }) == text);
}

TEST_CASE("settings that do not suit the data are refused before a folder is made") {
  const temporary_folder here;
  auto s = settings(1);
  s.batch = 17;
  const auto text = error_of([&] { train(here / "run", s); });
  CHECK(text == "--batch: expected at most 16, the videos there are to train with, found 17");
  CHECK(!std::filesystem::exists(here / "run"));

  const auto ave = small::open_data();
  auto metadata = small::metadata(ave);
  metadata.settings["categories"] = "[\"bell\",\"bell\"]";
  CHECK(error_of([&] { small_run(ave, settings(1), vscg::threads(1), metadata); }) ==
        "metadata to write: vscg.categories: expected every name once, found bell twice");
}

TEST_CASE("a checkpoint of another build is resumed, with a warning") {
  const temporary_folder here;
  REQUIRE(train(here / "run", settings(2), 2) == run_end::interrupted);
  const auto path = here / "run" / "last.checkpoint";
  rewrite(path, [](auto& metadata) { metadata["vscg.run.build"] = "vscg 0.0.9, backend abacus"; });
  std::vector<std::string> said;
  run_callbacks callbacks;
  callbacks.warn = [&](const std::string& text) { said.push_back(text); };
  REQUIRE(train(here / "run", settings(2), 0, 1, callbacks) == run_end::finished);
  REQUIRE(said.size() == 1);
  CHECK(contains(said[0], "abacus"));
}

TEST_CASE("a checkpoint beyond the end of an epoch is refused") {
  const temporary_folder here;
  REQUIRE(train(here / "run", settings(2), 2) == run_end::interrupted);
  const auto path = here / "run" / "last.checkpoint";
  rewrite(path, [](auto& metadata) {
    auto position = vscg::io::parse_json(metadata["vscg.run.position"], "position");
    position["batches"] = 4;
    metadata["vscg.run.position"] = position.dump();
  });
  CHECK(error_of([&] { train(here / "run", settings(2)); }) ==
        path.string() + ": expected at most 3 batches of an epoch, found 4");
}

TEST_CASE("a run that version 0.1.0 began and that was interrupted in its second epoch continues and ends") {
  const temporary_folder here;
  REQUIRE(train(here / "run", settings(2), 4) == run_end::interrupted);
  const auto path = here / "run" / "last.checkpoint";
  rewrite(path, [](auto& metadata) {
    metadata["vscg.run.settings"] =
        R"({"setting":"fully","network":"small","epochs":2,"batch":5,"learning_rate":0.001,"decay_after":[1],)"
        R"("decay":0.8,"seed":1,"precision":"float","protocol":"clean","micro_batch":2,"cache":false})";
    metadata["vscg.run.position"] =
        R"({"epochs":1,"batches":1,"steps":4,"sums":[2.7446248531341553,0.7130555510520935,2.0113494396209717,)"
        R"(0.020219769328832626],"seconds_of_epoch":0.0096843,"peak_memory_mib":33.47265625,)"
        R"("adam":[4.0,0.6561000000000001,0.996005996001]})";
    metadata["vscg.run.metrics"] =
        R"({"epoch":1,"learning_rate":0.001,"loss":4.494458436965942,"terms":{"relevance":0.7355064352353414,)"
        R"("category":3.7370235125223794,"similarity":0.021928494485716026},"validation_accuracy":0.6,)"
        R"("test_accuracy":0.1,"seconds":0.032890031})"
        "\n";
  });
  REQUIRE(train(here / "run", settings(2)) == run_end::finished);
  const auto description = description_of<ave_settings>(vscg::io::open_checkpoint(path));
  CHECK(description.position.steps == 6);
  CHECK(description.position.optimizer == "adam");
  CHECK(description.position.progress[0] == 6);
  REQUIRE(description.position.history.size() == 2);
  CHECK(description.position.history[0].validation_accuracy == 0.6);
  CHECK(description.position.history[0].terms[1].second == 3.7370235125223794);
}
