// SPDX-License-Identifier: MIT
// Annotations.txt: accepted input keeps its limits and gives the same when it is written again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vscg/data/annotations.hpp>
#include <vscg/data/types.hpp>

#include "mutation.hpp"
#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "target.hpp"
#include "tokens.hpp"

namespace {

using namespace vscg::data;

constexpr std::string_view zero("\0", 1);
constexpr std::string_view words[] = {"&",
                                      "&&",
                                      "\n",
                                      "\r",
                                      "\r\n",
                                      "\n\n",
                                      "\t",
                                      " ",
                                      zero,
                                      "\xEF\xBB\xBF",
                                      "|",
                                      "+1",
                                      "0x1",
                                      "good",
                                      "bark",
                                      "BARK",
                                      "Église",
                                      "Category",
                                      "\xFF\xFE",
                                      "\xC3",
                                      "10",
                                      "\v",
                                      "\x01",
                                      "\xC2\x85",
                                      "\xC2\xA0",
                                      "\xED\xA0\x80",
                                      "\xF4\x90\x80\x80"};

/// The first lines are those of the real file.
const std::vector<std::string> seeds = {
    "Church bell&RUhOCu3LNXM&good&0&10\nChurch bell&MH3m4AwEcRY&good&6&8\nMale speech, man "
    "speaking&--12UOziMF0&good&2&7\n"
    "Bark&0-I_DGJiKAQ&good&0&10\n",
    "Category&VideoID&Quality&StartTime&EndTime\r\nBark&a b&good&3&3\r\nTruck&c&bad&0&1\r\n\r\n",
    "\xEF\xBB\xBF"
    "Accordion&x&good&0&10",
    ""};

std::string written(const annotation_list& list) {
  std::string text;
  for (const annotation& entry : list.entries) {
    text += entry.category + "&" + entry.video_id + "&" + entry.quality + "&" + std::to_string(entry.start) + "&" +
            std::to_string(entry.end) + "\n";
  }
  return text;
}

void check(const annotation_list& list) {
  fuzz::require(list.category_names.size() <= categories && list.category_index.size() == list.entries.size(), "sizes");
  for (std::size_t row = 0; row < list.entries.size(); ++row) {
    const annotation& entry = list.entries[row];
    fuzz::require(0 <= entry.start && entry.start <= entry.end && entry.end <= static_cast<int>(segments), "seconds");
    fuzz::require(list.category_names.at(list.category_index[row]) == entry.category, "another category");
    const auto empty = std::ranges::count(list.empty_rows, row);
    fuzz::require(empty == (entry.start == entry.end ? 1 : 0), "rows without length");
    for (std::size_t second = 0; second < segments; ++second) {
      fuzz::require(list.segment_class(row, second) <= background, "a class beyond the background");
    }
  }
}

}  // namespace

int LLVMFuzzerInitialize(int* argc, char*** argv) {
  fuzz::plant(*argc, *argv, seeds);
  return 0;
}

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned int seed) {
  fuzz::random_source random(seed);
  if (fuzz::one_in(random, 16)) return LLVMFuzzerMutate(data, size, max_size);
  fuzz::token_list tokens = fuzz::tokens_of(fuzz::text_of(data, size));
  if (std::ranges::count_if(tokens, [](const fuzz::token& one) { return one.is("&"); }) < 4) {
    tokens = fuzz::tokens_of(fuzz::any_of(random, seeds));
  }
  fuzz::change_tokens(tokens, words, random);
  return fuzz::give(fuzz::text_of(tokens), data, max_size);
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::input_file input, output;
  static fuzz::tally counts;
  input.put(fuzz::text_of(data, size));
  std::optional<annotation_list> list;
  const std::string problem = error_of([&] { list = read_annotations(input.path()); });
  fuzz::require_name(problem, input.path());
  // The first line has five fields, or there is no error.
  counts.add(!contains(problem, "line 1: expected category&"), problem.empty());
  if (!list) return 0;
  check(*list);
  output.put(written(*list));
  fuzz::require(written(read_annotations(output.path())) == written(*list), "lines change when they are written again");
  return 0;
}
