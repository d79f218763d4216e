// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <vscg/core/range.hpp>
#include <vscg/data/synthesize_options.hpp>
#include <vscg/data/types.hpp>
#include <vscg/train/ave/settings.hpp>

#include "programs/evaluate_options.hpp"
#include "programs/export_options.hpp"
#include "programs/localize_options.hpp"
#include "programs/options.hpp"
#include "programs/report_options.hpp"
#include "programs/synthesize_options.hpp"
#include "programs/tables_options.hpp"
#include "programs/train_options.hpp"
#include "target.hpp"

// The options of each program as a plain command line, which the program must understand as the same options.

namespace fuzz {

using argument_list = std::vector<std::string>;

inline std::string number_text(double value) {
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
    require(range.holds(value), name + " out of its range");
    return text(name, std::to_string(value));
  }
  template <class Number>
  spelling& whole(const std::string& name, const std::optional<Number>& value, vscg::whole_range range) {
    return value ? whole(name, *value, range) : *this;
  }
  spelling& real(const std::string& name, const std::optional<double>& value, vscg::real_range range) {
    if (!value) return *this;
    require(range.holds(*value), name + " out of its range");
    return text(name, number_text(*value));
  }
  spelling& wholes(const std::string& name, const std::vector<std::size_t>& values, vscg::whole_range range) {
    std::string list;
    for (const std::size_t value : values) {
      require(range.holds(value), name + " out of its range");
      list += (list.empty() ? "" : ",") + std::to_string(value);
    }
    return text(name, list);
  }
  spelling& flag(const std::string& name, bool given) {
    if (given) arguments_.push_back(name);
    return *this;
  }
  spelling& names(const std::string& name, const std::vector<std::string>& values) {
    std::string list;
    for (const std::string& value : values) list += (list.empty() ? "" : ",") + value;
    return text(name, list);
  }
  /// Arguments without a name, which come last.
  spelling& rest(const std::vector<std::string>& values) {
    arguments_.emplace_back("--");
    arguments_.insert(arguments_.end(), values.begin(), values.end());
    return *this;
  }
  const argument_list& arguments() const { return arguments_; }

 private:
  argument_list arguments_;
};

inline argument_list spelled(const programs::train_options& o) {
  using namespace vscg::train;
  std::optional<std::string> protocol;
  if (o.protocol) protocol = text_of(*o.protocol);
  return spelling()
      .text("--data", o.data)
      .text("--setting", std::string(vscg::train::text_of(o.setting)))
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

inline argument_list spelled(const programs::evaluate_options& o) {
  return spelling()
      .text("--data", o.data)
      .text("--weights", o.weights)
      .text("--split", std::string(name_of(o.part)))
      .real("--threshold", o.threshold, programs::any_share)
      .text("--json", o.json_file)
      .whole("--threads", o.threads, programs::any_threads)
      .text("--device", text_of(o.device))
      .text("--precision", o.precision)
      .arguments();
}

inline argument_list spelled(const programs::export_options& o) {
  std::optional<std::string> precision;
  if (o.precision) precision = *o.precision == vscg::element_type::float64 ? "double" : "float";
  return spelling().text("--weights", o.weights).text("--onnx", o.onnx_file).text("--precision", precision).arguments();
}

inline argument_list spelled(const programs::localize_options& o) {
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

inline argument_list spelled(const programs::report_options& o) {
  spelling line;
  line.text("--data", o.data)
      .text("--split", std::string(name_of(o.part)))
      .text("--frames", o.frames)
      .text("--out", o.out)
      .whole("--threads", o.threads, programs::any_threads)
      .text("--device", text_of(o.device))
      .text("--precision", o.precision);
  if (o.videos.empty()) line.whole("--count", o.count, programs::any_count);
  return line.names("--videos", o.videos).rest(o.runs).arguments();
}

inline argument_list spelled(const programs::tables_options& o) {
  using namespace vscg::train;
  return spelling()
      .text("--data", o.data)
      .wholes("--table", o.tables, {1, 6})
      .whole("--seeds", o.seeds, programs::any_seeds)
      .whole("--epochs", o.epochs, epochs_range)
      .whole("--batch", o.batch, batch_range)
      .real("--learning-rate", o.learning_rate, learning_rate_range)
      .text("--protocol", std::string(text_of(o.protocol)))
      .whole("--micro-batch", o.micro_batch, batch_range)
      .names("--only", o.only)
      .text("--out", o.out)
      .whole("--jobs", o.jobs, programs::any_jobs)
      .whole("--threads", o.threads, programs::any_threads)
      .text("--device", text_of(o.device))
      .text("--precision", o.precision)
      .arguments();
}

inline argument_list spelled(const programs::synthesize_options& o) {
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

}  // namespace fuzz
