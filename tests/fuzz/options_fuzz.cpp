// SPDX-License-Identifier: MIT
// The command lines of the programs, one argument per line, the program's name first. They are refused by
// vscg::expectation_error or by CLI11, or all values are in their ranges and are understood again from their plain
// spelling.
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include <vscg/core/error.hpp>

#include "mutation.hpp"
#include "programs/evaluate_options.hpp"
#include "programs/export_options.hpp"
#include "programs/localize_options.hpp"
#include "programs/report_options.hpp"
#include "programs/synthesize_options.hpp"
#include "programs/tables_options.hpp"
#include "programs/train_options.hpp"
#include "spelled_options.hpp"
#include "target.hpp"
#include "tokens.hpp"

namespace {

using fuzz::argument_list;

constexpr std::string_view words[] = {"--data",
                                      "--setting",
                                      "--network",
                                      "--epochs",
                                      "--batch",
                                      "--learning-rate",
                                      "--decay-after",
                                      "--seed",
                                      "--threads",
                                      "--device",
                                      "--precision",
                                      "--protocol",
                                      "--micro-batch",
                                      "--out",
                                      "--resume",
                                      "--cache",
                                      "--weights",
                                      "--split",
                                      "--threshold",
                                      "--json",
                                      "--onnx",
                                      "--table",
                                      "--seeds",
                                      "--jobs",
                                      "--only",
                                      "--count",
                                      "--frames",
                                      "--videos",
                                      "--audio",
                                      "--visual",
                                      "--attention",
                                      "--overlap",
                                      "--annotations",
                                      "--noisy",
                                      "--type",
                                      "--without",
                                      "--compress",
                                      "--force",
                                      "--help",
                                      "-h",
                                      "--",
                                      "-",
                                      "",
                                      "=",
                                      "--epochs=",
                                      "--seed=",
                                      "fully",
                                      "weakly",
                                      "vscg_fully",
                                      "float",
                                      "double",
                                      "exact",
                                      "bf16",
                                      "cpu",
                                      "cuda",
                                      "cuda:1",
                                      "all",
                                      "clean",
                                      "released",
                                      "train",
                                      "val",
                                      "validation",
                                      "test",
                                      "float64",
                                      "float32",
                                      "float16",
                                      "nothing",
                                      "sound",
                                      "sight",
                                      "place",
                                      "1,2,3",
                                      "60,120,240",
                                      ",",
                                      "[1,2]",
                                      "{}",
                                      "0x10",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "1'000",
                                      "inf",
                                      "nan",
                                      "-inf",
                                      "1e-3",
                                      "0.5",
                                      "1.",
                                      ".5",
                                      "1e",
                                      "é",
                                      "\xFF",
                                      "%s",
                                      "a b",
                                      "true",
                                      "off"};

const std::vector<std::string> seeds = {
    "train\n--data\nAVE\n--setting\nfully\n--out\nrun\n--epochs\n300\n--batch\n128\n--seed\n1\n--decay-after\n60,120,"
    "240",
    "train\n--data=AVE\n--setting=weakly\n--resume\n--threads=2\n--micro-batch=16\n--learning-rate=1e-3\n--precision\n"
    "double\n--protocol\nreleased\n--network\nvscg_weakly\n--cache",
    "evaluate\n--data\nAVE\n--weights\nw.safetensors\n--split\nvalidation\n--threshold\n0.7\n--json\ne.json\n--"
    "threads\n4",
    "export\n--weights\nw.safetensors\n--onnx=w.onnx\n--precision\nfloat",
    "localize\n--weights\nw.safetensors\n--data\nAVE\n--videos\n0\n1\n2,3\n--threshold\n0.5",
    "localize\n--weights\nw\n--audio\na.npy\n--visual\nv.npy\n--attention\na\n--json\nj\n--threads\n1\n--overlap\n9",
    "synthesize\n--out\ndata\n--videos\n600\n--noisy\n26\n--seed\n7\n--type\nfloat16\n--without\nplace\n--compress\n--"
    "force",
    "report\nrun\nother/\n--data\nAVE\n--split\nval\n--videos\nkdSAbrqKQZE,3907\n--frames\npictures\n--out\nr.html",
    "report\n--count=3\n--data=AVE\n--device\ncuda\n--precision\ntf32\n--threads\n2\n--\n-run",
    "tables\n--data\nAVE\n--table\n1,3\n--seeds\n3\n--epochs\n20\n--batch\n32\n--micro-batch\n16\n--jobs\n2\n--only\n"
    "vscg_fully,psp_fully",
    "tables\n--data=AVE\n--table=all\n--learning-rate=3e-4\n--protocol\nreleased\n--threads\n1\n--out\ntables\n--"
    "device\n"
    "cuda:1\n--precision\nbf16",
    "train\n--help"};

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else if (c != '\0') {  // no argument can hold it
      lines.back() += c;
    }
  }
  return lines;
}

/// The outcome of a command line.
struct outcome {
  std::optional<argument_list> plain;  // as it was understood; none when it was refused or asked for help
  bool values_seen = false;            // whether it got as far as the values of options
};

template <class Options>
outcome understood(const argument_list& arguments) {
  CLI::App app("Fuzzed.", "program");
  Options given;
  if constexpr (std::same_as<Options, programs::train_options>) {
    programs::add_options(app, given, [] {});
  } else {
    programs::add_options(app, given);
  }
  std::vector<const char*> pointers{"program"};
  for (const std::string& argument : arguments) pointers.push_back(argument.c_str());
  try {
    app.parse(static_cast<int>(pointers.size()), pointers.data());
  } catch (const CLI::ParseError& problem) {
    fuzz::require(problem.what()[0] != '\0', "an error without a word");
    return {};
  } catch (const vscg::expectation_error& problem) {
    const std::string_view said = problem.what();
    fuzz::require(said.starts_with("--") || said.starts_with("RUN"), "an error that does not name the option");
    return {std::nullopt, true};
  }
  return {fuzz::spelled(given), true};
}

outcome understood(const std::string& program, const argument_list& arguments) {
  if (program == "train") return understood<programs::train_options>(arguments);
  if (program == "evaluate") return understood<programs::evaluate_options>(arguments);
  if (program == "export") return understood<programs::export_options>(arguments);
  if (program == "localize") return understood<programs::localize_options>(arguments);
  if (program == "report") return understood<programs::report_options>(arguments);
  if (program == "tables") return understood<programs::tables_options>(arguments);
  return understood<programs::synthesize_options>(arguments);
}

std::string changed_argument(const std::string& before, fuzz::random_source& random) {
  if (fuzz::one_in(random, 4)) return std::string(fuzz::any_of(random, words));
  if (fuzz::one_in(random, 3)) return std::string(fuzz::any_of(random, fuzz::edge_numbers));
  if (fuzz::one_in(random, 8)) return fuzz::mutate_bytes(before, 4);
  fuzz::token_list tokens = fuzz::tokens_of(before);
  fuzz::change_token(tokens, words, random);
  return fuzz::text_of(tokens);
}

void change(std::vector<std::string>& lines, fuzz::random_source& random) {
  const std::size_t at = 1 + fuzz::below(random, lines.size());
  const auto place = lines.begin() + static_cast<std::ptrdiff_t>(std::min(at, lines.size()));
  switch (fuzz::below(random, 8)) {
    case 0:
      lines.insert(place, std::string(fuzz::any_of(random, words)));
      break;
    case 1:
      if (place != lines.end()) lines.erase(place);
      break;
    case 2:
      if (place != lines.end()) std::swap(*place, lines[1 + fuzz::below(random, lines.size() - 1)]);
      break;
    case 3:
      if (place != lines.end() && place + 1 != lines.end()) {  // --name value, --name=value
        place[0] += "=" + place[1];
        lines.erase(place + 1);
      }
      break;
    default: {
      if (place == lines.end()) break;
      const std::size_t equals = place->find('=');
      if (place->starts_with("--") && equals != std::string::npos && !fuzz::one_in(random, 8)) {
        *place = place->substr(0, equals + 1) + changed_argument(place->substr(equals + 1), random);
      } else if (!place->starts_with("--") || fuzz::one_in(random, 8)) {
        *place = changed_argument(*place, random);
      }
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
  if (fuzz::one_in(random, 32)) return LLVMFuzzerMutate(data, size, max_size);
  // Inputs worth keeping are mostly refused, and so is what comes from them.
  auto lines = lines_of(fuzz::one_in(random, 2) ? fuzz::any_of(random, seeds) : fuzz::text_of(data, size));
  do change(lines, random);
  while (fuzz::one_in(random, 3));
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return fuzz::give(text, data, max_size);
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::tally counts;
  argument_list arguments = lines_of(fuzz::text_of(data, size));
  const std::string program = arguments.front();
  arguments.erase(arguments.begin());
  const outcome first = understood(program, arguments);
  counts.add(first.values_seen, first.plain.has_value());
  if (first.plain) {
    fuzz::require(understood(program, *first.plain).plain == first.plain,
                  "a command line changes when it is spelled out");
  }
  return 0;
}
