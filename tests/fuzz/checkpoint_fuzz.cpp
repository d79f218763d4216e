// SPDX-License-Identifier: MIT
// Checkpoints: whatever passes the checksum either is a whole description of a run, which gives the same when it is
// written again, or is refused; its arrays fit the network or are refused.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vscg/core/parameter.hpp>
#include <vscg/io/checkpoint.hpp>
#include <vscg/io/checkpoint_arrays.hpp>
#include <vscg/io/json.hpp>
#include <vscg/io/safetensors.hpp>
#include <vscg/io/safetensors_header.hpp>
#include <vscg/train/ave/settings.hpp>
#include <vscg/train/checkpoint.hpp>

#include "mutation.hpp"
#include "safetensors_bytes.hpp"
#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "target.hpp"
#include "tokens.hpp"

namespace {

using namespace vscg::io;
using namespace vscg::train;

constexpr std::string_view words[] = {R"("setting")",
                                      R"("network")",
                                      R"("epochs")",
                                      R"("batch")",
                                      R"("learning_rate")",
                                      R"("decay_after")",
                                      R"("decay")",
                                      R"("seed")",
                                      R"("precision")",
                                      R"("protocol")",
                                      R"("micro_batch")",
                                      R"("cache")",
                                      R"("fully")",
                                      R"("weakly")",
                                      R"("clean")",
                                      R"("released")",
                                      R"("float")",
                                      R"("double")",
                                      R"("vscg_net")",
                                      R"("batches")",
                                      R"("steps")",
                                      R"("sums")",
                                      R"("seconds_of_epoch")",
                                      R"("peak_memory_mib")",
                                      R"("optimizer")",
                                      R"("adam")",
                                      R"("progress")",
                                      R"("progress_of_arrays")",
                                      R"("epoch")",
                                      R"("loss")",
                                      R"("terms")",
                                      R"("validation_accuracy")",
                                      R"("test_accuracy")",
                                      R"("seconds")",
                                      R"("training_seconds")",
                                      "true",
                                      "false",
                                      "null",
                                      "[",
                                      "]",
                                      "{",
                                      "}",
                                      ",",
                                      ":",
                                      "\n"};

const std::vector<std::string> names = {"weights.a", "weights.b", "moment1.a", "moment1.b", "moment2.a", "best.b"};

/// A network of two arrays.
vscg::parameter_table network() {
  vscg::parameter_table table;
  table.entries.resize(2);
  table.entries[0].name = "a";
  table.entries[0].shape = {2, 2};
  table.entries[0].elements = 4;
  table.entries[1].name = "b";
  table.entries[1].shape = {3};
  table.entries[1].offset = 4;
  table.entries[1].elements = 3;
  return table;
}

run_description<ave_settings> example(vscg::setting supervision) {
  run_description<ave_settings> d;
  d.settings = default_settings(supervision);
  d.settings.network = "vscg_net";
  d.position.batches = 3;
  d.position.steps = 55;
  d.position.sums = {0.25, 1.5};
  d.position.seconds_of_epoch = 1.5;
  d.position.progress = {55, 0.9, 0.99};
  d.position.progress_of_arrays = {1, 0};
  d.position.history.push_back({1, 1e-3, 2.5, {{"label", 1.5}, {"mil", 1.0}}, 0.5, std::nullopt, 7.5, 6.5});
  d.position.history.push_back({2, 8e-4, 2.25, {}, 0.625, 0.75, 7.25, std::nullopt});
  d.build = "0.1.0 g++";
  d.data = 1234567890123456789U;
  return d;
}

/// A checkpoint in the form that the mutator changes.
struct contents {
  std::map<std::string, std::string> metadata;
  std::vector<tensor_info> tensors;
  std::string values;

  static std::optional<contents> of(std::string_view file) {
    const auto parts = fuzz::safetensors_bytes::of(file);
    std::optional<contents> result;
    error_of([&] {
      auto header = parse_safetensors_header(parts.header, parts.values.size(), "");
      result = {std::move(header.metadata), std::move(header.tensors), parts.values};
    });
    return result;
  }

  static contents example(vscg::setting supervision) {
    contents result{description_to_map(::example(supervision)), {}, ""};
    result.metadata["vscg.format"] = checkpoint_format;
    for (const auto& name : names) {
      const std::size_t size = name.ends_with('a') ? 4 : 3;
      const auto shape = size == 4 ? std::vector<std::size_t>{2, 2} : std::vector<std::size_t>{3};
      result.tensors.push_back({name, dtype::f32, shape, result.values.size(), result.values.size() + 4 * size});
      result.values.append(4 * size, '\x3d');
    }
    result.sign();
    return result;
  }

  /// Sets the right checksum.
  void sign() {
    using namespace checkpoint_detail;
    std::vector<std::uint64_t> hashes;
    for (const tensor_info& one : tensors) {
      const auto bytes = std::as_bytes(std::span(values).subspan(one.begin, one.bytes()));
      hashes.push_back(hash_bytes(bytes, hash_description(one.name, one.type, one.shape, vscg::fnv1a(""))));
    }
    metadata["vscg.checksum"] = combine(hash_metadata(metadata, vscg::fnv1a("")), hashes);
  }

  std::string file() const { return build_safetensors_header(tensors, metadata, "") + values; }
};

void change(contents& file, fuzz::random_source& random) {
  if (!file.metadata.empty() && !fuzz::one_in(random, 6)) {
    const auto entry =
        std::next(file.metadata.begin(), static_cast<std::ptrdiff_t>(fuzz::below(random, file.metadata.size())));
    if (fuzz::one_in(random, 64)) {
      file.metadata.erase(entry);
      return;
    }
    fuzz::token_list tokens = fuzz::tokens_of(entry->second);
    fuzz::change_tokens(tokens, words, random);
    entry->second = fuzz::text_of(tokens);
    return;
  }
  if (file.tensors.empty()) return;
  tensor_info& one = file.tensors[fuzz::below(random, file.tensors.size())];
  switch (fuzz::below(random, 4)) {
    case 0:
      one.name = fuzz::any_of(random, names) + (fuzz::one_in(random, 4) ? "?" : "");
      break;
    case 1:
      if (one.size() > 0 && !one.shape.empty()) one.shape = {one.shape.back(), one.size() / one.shape.back()};
      break;
    case 2:
      one.type = one.type == dtype::f32 ? dtype::f16 : dtype::f32;
      one.shape = {one.bytes() / dtype_size(one.type)};
      break;
    default:
      file.values = fuzz::mutate_bytes(file.values, 0);
      file.values.resize(file.tensors.back().end);
  }
}

void check_arrays(const safetensors_file& file) {
  static const vscg::parameter_table table = network();
  for (const char* group : {"weights", "moment1", "moment2", "best"}) {
    std::vector<float> numbers(7);
    fuzz::require_name(error_of([&] { read_arrays(file, group, table, std::span<float>(numbers)); }), file.path());
    std::vector<double> wider(7);
    fuzz::require_name(error_of([&] { read_arrays(file, group, table, std::span<double>(wider)); }), file.path());
  }
}

void check_description(const safetensors_file& file, const run_description<ave_settings>& d) {
  // Version 0.1.0 had none of these, and did as their defaults say.
  static const std::set<std::string> added{"clip_grad_norm", "keeps_last_batch", "noisy_videos", "relevance_threshold",
                                           "progress_of_arrays"};
  static const auto usual = description_to_map(run_description<ave_settings>{});
  const auto written = description_to_map(d);
  // This does not compare the file's text, which may be spaced differently or hold keys that nobody reads.
  for (const char* key : {"vscg.run.settings", "vscg.run.position", "vscg.run.data"}) {
    const json now = parse_json(written.at(key), "written");
    const json then = parse_json(file.metadata().at(key), "file");
    for (const auto& [name, value] : now.items()) {
      // Version 0.1.0 had no "optimizer", and "adam" was the progress.
      const bool first_version = then.is_object() && !then.contains("optimizer");
      if (name == "optimizer" && first_version) continue;
      const std::string key_then = name == "progress" && first_version ? "adam" : name;
      if (added.contains(name) && !then.contains(name)) {
        fuzz::require(value == parse_json(usual.at(key), "usual").at(name), name + ": " + value.dump());
        continue;
      }
      const json& before = then.is_object() ? then.at(key_then) : then;
      fuzz::require(before == value && (value.is_number_float() || before.type() == value.type()),
                    "another " + name + ": " + before.dump() + " was read as " + value.dump());
    }
  }
  fuzz::require(
      history_text(history_from_text(written.at("vscg.run.metrics"), "again")) == history_text(d.position.history),
      "another history");
  error_of([&] { expect_same_settings(d.settings, default_settings(d.settings.supervision), file.path().string()); });
  error_of([&] { check_settings(d.settings); });
  fuzz::require(d.position.history.empty() || d.position.history.size() == d.position.epochs(), "other epochs");
}

}  // namespace

int LLVMFuzzerInitialize(int* argc, char*** argv) {
  const std::vector<std::string> seeds = {contents::example(vscg::setting::fully).file(),
                                          contents::example(vscg::setting::weakly).file()};
  fuzz::plant(*argc, *argv, seeds);
  return 0;
}

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned int seed) {
  fuzz::random_source random(seed);
  if (fuzz::one_in(random, 64)) return LLVMFuzzerMutate(data, size, max_size);
  auto file = contents::of(fuzz::text_of(data, size));
  if (!file) file = contents::example(fuzz::one_in(random, 2) ? vscg::setting::fully : vscg::setting::weakly);
  change(*file, random);
  if (!fuzz::one_in(random, 16)) file->sign();
  std::string bytes;
  const std::string problem = error_of([&] { bytes = file->file(); });
  return problem.empty() ? fuzz::give(bytes, data, max_size) : LLVMFuzzerMutate(data, size, max_size);
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::input_file input;
  static fuzz::tally counts;
  input.put(fuzz::text_of(data, size));
  std::optional<safetensors_file> file;
  fuzz::require_name(error_of([&] { file = open_checkpoint(input.path()); }), input.path());
  std::optional<run_description<ave_settings>> description;
  if (file) {
    fuzz::require_name(error_of([&] { description = description_of<ave_settings>(*file); }), input.path());
    check_arrays(*file);
  }
  counts.add(file.has_value(), description.has_value());
  if (description) check_description(*file, *description);
  return 0;
}
