// SPDX-License-Identifier: MIT
// Weights files: an accepted one can be read as a whole and gives the same when it is written again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/io/dtype.hpp>
#include <vscg/io/network_metadata.hpp>
#include <vscg/io/safetensors.hpp>
#include <vscg/io/safetensors_header.hpp>
#include <vscg/io/state.hpp>

#include "mutation.hpp"
#include "safetensors_bytes.hpp"
#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "target.hpp"
#include "tokens.hpp"

namespace {

using namespace vscg::io;

const std::vector<state_entry> network = {{"a.weight", {2, 3}}, {"a.bias", {3}}, {"scale", {}}};

constexpr std::string_view words[] = {R"("dtype")",
                                      R"("shape")",
                                      R"("data_offsets")",
                                      R"("__metadata__")",
                                      R"("F16")",
                                      R"("BF16")",
                                      R"("F32")",
                                      R"("F64")",
                                      R"("I64")",
                                      R"("U8")",
                                      R"("a.weight")",
                                      R"("a.bias")",
                                      R"("scale")",
                                      R"("vscg.version")",
                                      R"("vscg.network")",
                                      R"("vscg.form")",
                                      R"("vscg.setting")",
                                      R"("vscg.categories")",
                                      R"("vscg.relevance_threshold")",
                                      R"("vscg.tau")",
                                      R"("0.0.0")",
                                      R"("fully")",
                                      R"("weakly")",
                                      R"("paper")",
                                      R"("[\"bell\",\"dog\"]")",
                                      R"("1e-1")",
                                      R"("\u0000")",
                                      R"("\ud83d\ude00")",
                                      R"("é")",
                                      "true",
                                      "null",
                                      "{",
                                      "}",
                                      "[",
                                      "]",
                                      ",",
                                      ":",
                                      "0",
                                      "6"};

/// The headers of the seeds; their values follow from them.
const std::vector<std::string> headers = {
    R"({"a.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"a.bias":{"dtype":"F32","shape":[3],)"
    R"("data_offsets":[24,36]},"scale":{"dtype":"F32","shape":[],"data_offsets":[36,40]}})",
    R"({"__metadata__":{"vscg.version":"0.1.0","vscg.network":"vscg_net","vscg.form":"released","vscg.setting":)"
    R"("fully","vscg.categories":"[\"Church bell\",\"Male speech, man speaking\"]","vscg.tau":"0.099",)"
    R"("vscg.relevance_threshold":"0.7"},"a.weight":{"dtype":"F16","shape":[2,3],"data_offsets":[0,12]},)"
    R"("a.bias":{"dtype":"BF16","shape":[3],"data_offsets":[12,18]},"scale":{"dtype":"F64","shape":[],)"
    R"("data_offsets":[18,26]}})",
    R"({"__metadata__":{"format":"pt"},"b":{"dtype":"I64","shape":[1,2,1],"data_offsets":[0,16]},)"
    R"("text":{"dtype":"U8","shape":[5],"data_offsets":[16,21]},"none":{"dtype":"F64","shape":[0,7],)"
    R"("data_offsets":[21,21]}}  )",
    "{}"};

void read_all(const safetensors_file& file) {
  const auto read_as = [&]<class T>(const tensor_info& tensor, T) {
    fuzz::require_name(error_of([&] { file.read<T>(tensor); }), file.path());
  };
  for (const tensor_info& tensor : file.tensors()) {
    read_as(tensor, float{});
    read_as(tensor, double{});
    read_as(tensor, std::int64_t{});
    read_as(tensor, std::uint8_t{});
  }
  std::size_t loaded = 0;
  const auto sink = [&](std::size_t, std::span<const double>) { ++loaded; };
  const std::string problem = error_of([&] { load_state<double>(file, network, sink); });
  fuzz::require_name(problem, file.path());
  fuzz::require(loaded == (problem.empty() ? network.size() : 0), "weights were loaded in part");
  fuzz::require_name(error_of([&] {
                       load_state<float>(file, network, [](std::size_t, auto) {}, {"a", "a."});
                     }),
                     file.path());
}

void read_identity(const safetensors_file& file) {
  std::optional<network_metadata> said;
  fuzz::require_name(error_of([&] { said = metadata_from_map(file.metadata(), file.path().string()); }), file.path());
  if (!said) return;
  const network_metadata again = metadata_from_map(metadata_to_map(*said), "again");
  fuzz::require(again.version == said->version && again.network == said->network && again.variant == said->variant &&
                    again.settings == said->settings,
                "what a file says about itself changes when it is written again");
}

void write_again(const safetensors_file& file) {
  const std::string bytes = build_safetensors_header(file.tensors(), file.metadata(), "again");
  const std::size_t values = file.tensors().empty() ? 0 : file.tensors().back().end;
  const auto again = parse_safetensors_header(std::string_view(bytes).substr(8), values, "again");
  const auto same = [](const tensor_info& left, const tensor_info& right) {
    return left.name == right.name && left.type == right.type && left.shape == right.shape &&
           left.begin == right.begin && left.end == right.end;
  };
  fuzz::require(std::ranges::equal(again.tensors, file.tensors(), same) && again.metadata == file.metadata(),
                "a header changes when it is written again");
}

}  // namespace

int LLVMFuzzerInitialize(int* argc, char*** argv) {
  std::vector<std::string> seeds;
  for (const std::string& header : headers) {
    fuzz::token_list tokens = fuzz::tokens_of(header);
    std::list<std::string> numbers;
    seeds.push_back(fuzz::safetensors_bytes{header, std::string(fuzz::repair_offsets(tokens, numbers), 'v')}.file());
  }
  fuzz::plant(*argc, *argv, seeds);
  return 0;
}

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned int seed) {
  fuzz::random_source random(seed);
  if (fuzz::one_in(random, 16)) return LLVMFuzzerMutate(data, size, max_size);
  auto file = fuzz::safetensors_bytes::of(fuzz::text_of(data, size));
  fuzz::token_list tokens = fuzz::tokens_of(file.header);
  if (!fuzz::is_nested_list(tokens)) tokens = fuzz::tokens_of(fuzz::any_of(random, headers));
  if (fuzz::one_in(random, 16)) {
    file.values = fuzz::mutate_bytes(file.values, 8);
  } else {
    fuzz::change_tokens(tokens, words, random);
  }
  std::list<std::string> numbers;
  if (!fuzz::one_in(random, 4)) file.values.resize(fuzz::repair_offsets(tokens, numbers), 'v');
  file.header = fuzz::text_of(tokens);
  return fuzz::give(file.file(), data, max_size);
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::input_file input;
  static fuzz::tally counts;
  input.put(fuzz::text_of(data, size));
  std::optional<safetensors_file> file;
  const std::string problem = error_of([&] { file = safetensors_file::open(input.path()); });
  fuzz::require_name(problem, input.path());
  const bool front = contains(problem, "expected a safetensors") || contains(problem, "expected valid JSON") ||
                     contains(problem, "expected a JSON object");
  counts.add(!front, problem.empty());
  if (!file) return 0;
  read_all(*file);
  read_identity(*file);
  write_again(*file);
  return 0;
}
