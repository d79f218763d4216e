// SPDX-License-Identifier: MIT
// The command lines of the four programs, one argument per line, the program's name first. They are refused by
// vscg::expectation_error or by CLI11, or all values are in their ranges and are understood again from their plain
// spelling.
#include <algorithm>
#include <array>
#include <charconv>
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
#include <vscg/core/range.hpp>
#include <vscg/data/synthesize_options.hpp>
#include <vscg/data/types.hpp>
#include <vscg/train/ave/settings.hpp>

#include "mutation.hpp"
#include "programs/evaluate_options.hpp"
#include "programs/export_options.hpp"
#include "programs/localize_options.hpp"
#include "programs/options.hpp"
#include "programs/synthesize_options.hpp"
#include "programs/train_options.hpp"
#include "target.hpp"
#include "tokens.hpp"

namespace {

using argument_list = std::vector<std::string>;

constexpr std::string_view words[] = {"--data",
                                      "--setting",
                                      "--network",
                                      "--epochs",
                                      "--batch",
                                      "--learning-rate",
                                      "--decay-after",
                                      "--seed",
                                      "--threads",
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

std::string number_text(double value) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

/// The plain spelling of an understood command line.
class spelling {
 public:
  spelling& text(const std::string& name, const std::string& value) {
    if (!value.empty()) arguments_.insert(arguments_.end(), {name + "=" + value});
    return *this;
  }
  spelling& text(const std::string& name, const std::optional<std::string>& value) {
    if (value && value->empty()) arguments_.insert(arguments_.end(), {name, ""});
    return text(name, value.value_or(""));
  }
  template <class Number>
  spelling& whole(const std::string& name, const Number& value, vscg::whole_range range) {
    fuzz::require(range.holds(value), name + " out of its range");
    return text(name, std::to_string(value));
  }
  template <class Number>
  spelling& whole(const std::string& name, const std::optional<Number>& value, vscg::whole_range range) {
    return value ? whole(name, *value, range) : *this;
  }
  spelling& real(const std::string& name, const std::optional<double>& value, vscg::real_range range) {
    if (!value) return *this;
    fuzz::require(range.holds(*value), name + " out of its range");
    return text(name, number_text(*value));
  }
  spelling& wholes(const std::string& name, const std::vector<std::size_t>& values, vscg::whole_range range) {
    std::string list;
    for (const std::size_t value : values) {
      fuzz::require(range.holds(value), name + " out of its range");
      list += (list.empty() ? "" : ",") + std::to_string(value);
    }
    return text(name, list);
  }
  spelling& flag(const std::string& name, bool given) {
    if (given) arguments_.push_back(name);
    return *this;
  }
  const argument_list& arguments() const { return arguments_; }

 private:
  argument_list arguments_;
};

argument_list spelled(const programs::train_options& o) {
  using namespace vscg::train;
  std::optional<std::string> protocol;
  if (o.protocol) protocol = text_of(*o.protocol);
  return spelling()
      .text("--data", o.data)
      .text("--setting", std::string(text_of(o.setting)))
      .text("--network", o.network)
      .whole("--epochs", o.epochs, epochs_range)
      .whole("--batch", o.batch, batch_range)
      .real("--learning-rate", o.learning_rate, learning_rate_range)
      .wholes("--decay-after", o.decay_after, epochs_range)
      .whole("--seed", o.seed, programs::any_seed)
      .whole("--threads", o.threads, programs::any_threads)
      .text("--device", text_of(o.device))
      .text("--precision", o.precision)
      .text("--protocol", protocol)
      .whole("--micro-batch", o.micro_batch, batch_range)
      .text("--out", o.out)
      .flag("--resume", o.resume)
      .flag("--cache", o.cache)
      .arguments();
}

argument_list spelled(const programs::evaluate_options& o) {
  using vscg::data::split;
  const std::string part = o.part == split::train ? "train" : o.part == split::validation ? "validation" : "test";
  return spelling()
      .text("--data", o.data)
      .text("--weights", o.weights)
      .text("--split", part)
      .real("--threshold", o.threshold, programs::any_share)
      .text("--json", o.json_file)
      .whole("--threads", o.threads, programs::any_threads)
      .text("--device", text_of(o.device))
      .text("--precision", o.precision)
      .arguments();
}

argument_list spelled(const programs::export_options& o) {
  std::optional<std::string> precision;
  if (o.precision) precision = *o.precision == vscg::element_type::float64 ? "double" : "float";
  return spelling().text("--weights", o.weights).text("--onnx", o.onnx_file).text("--precision", precision).arguments();
}

argument_list spelled(const programs::localize_options& o) {
  return spelling()
      .text("--weights", o.weights)
      .text("--data", o.data)
      .wholes("--videos", o.videos, programs::any_row)
      .text("--audio", o.audio)
      .text("--visual", o.visual)
      .text("--json", o.json_file)
      .text("--attention", o.attention_file)
      .whole("--overlap", o.overlap, programs::any_overlap)
      .real("--threshold", o.threshold, programs::any_share)
      .whole("--threads", o.threads, programs::any_threads)
      .text("--device", text_of(o.device))
      .text("--precision", o.precision)
      .arguments();
}

argument_list spelled(const programs::synthesize_options& o) {
  using namespace vscg::data;
  const stored_type type = o.synthesis.type;
  const withheld_sense without = o.synthesis.withheld;
  return spelling()
      .text("--out", o.out)
      .whole("--videos", o.synthesis.videos, synthetic_videos)
      .text("--annotations", o.annotations)
      .whole("--seed", o.seed, programs::any_seed)
      .whole("--noisy", o.synthesis.noisy, synthetic_noisy_videos)
      .text("--type", std::string(type == stored_type::float64   ? "float64"
                                  : type == stored_type::float32 ? "float32"
                                                                 : "float16"))
      .text("--without", std::string(without == withheld_sense::nothing ? "nothing"
                                     : without == withheld_sense::sound ? "sound"
                                     : without == withheld_sense::sight ? "sight"
                                                                        : "place"))
      .flag("--compress", o.synthesis.compress)
      .flag("--force", o.synthesis.force)
      .arguments();
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
    fuzz::require(std::string_view(problem.what()).starts_with("--"), "an error that does not name the option");
    return {std::nullopt, true};
  }
  return {spelled(given), true};
}

outcome understood(const std::string& program, const argument_list& arguments) {
  if (program == "train") return understood<programs::train_options>(arguments);
  if (program == "evaluate") return understood<programs::evaluate_options>(arguments);
  if (program == "export") return understood<programs::export_options>(arguments);
  if (program == "localize") return understood<programs::localize_options>(arguments);
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
