// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/shape_text.hpp>
#include <vscg/io/checkpoint.hpp>
#include <vscg/io/json.hpp>
#include <vscg/io/safetensors.hpp>
#include <vscg/train/history.hpp>
#include <vscg/train/json_count.hpp>
#include <vscg/train/settings.hpp>

// The one file that a run goes on from. Everything else in its folder can be made from it.

namespace vscg::train {

/// Where a run is.
struct run_position {
  std::size_t batches = 0;      ///< steps done of the epoch behind the last one of `history`
  std::uint64_t steps = 0;      ///< steps done in all
  std::vector<double> sums;     ///< over those batches: of the loss, then of its terms
  double seconds_of_epoch = 0;  ///< spent on them
  double peak_memory_mib = 0;   ///< anonymous memory, the most so far
  std::vector<double> adam;     ///< the optimiser's progress
  run_history history;          ///< the epochs that are finished
  std::size_t epochs() const { return history.size(); }
};

/// All of a checkpoint but its arrays.
struct run_description {
  run_settings settings;
  run_position position;
  std::string build;       ///< build_description() of who wrote it
  std::uint64_t data = 0;  ///< data_identity()
};

inline std::map<std::string, std::string> description_to_map(const run_description& d) {
  const run_position& p = d.position;
  const io::json position = {{"epochs", p.epochs()},
                             {"batches", p.batches},
                             {"steps", p.steps},
                             {"sums", p.sums},
                             {"seconds_of_epoch", p.seconds_of_epoch},
                             {"peak_memory_mib", p.peak_memory_mib},
                             {"adam", p.adam}};
  return {{"vscg.run.settings", settings_json(d.settings).dump()},
          {"vscg.run.position", position.dump()},
          {"vscg.run.metrics", history_text(p.history)},
          {"vscg.run.build", d.build},
          {"vscg.run.data", std::to_string(d.data)}};
}

/// Reads description_to_map() back; doubles to the same bits. Throws vscg::error naming the file.
inline run_description description_of(const io::safetensors_file& file) {
  const std::string thing = file.path().string();
  const auto text = [&](const char* key) -> const std::string& {
    const auto found = file.metadata().find(key);
    if (found == file.metadata().end()) throw error(thing, std::string("a checkpoint with ") + key, "none");
    return found->second;
  };
  run_description d;
  d.settings = settings_from_json(io::parse_json(text("vscg.run.settings"), thing), thing);
  d.build = text("vscg.run.build");
  run_position& p = d.position;
  p.history = history_from_text(text("vscg.run.metrics"), thing);
  try {
    d.data = count_of(io::parse_json(text("vscg.run.data"), thing), thing);
    const io::json position = io::parse_json(text("vscg.run.position"), thing);
    p.batches = count_of(position.at("batches"), thing);
    p.steps = count_of(position.at("steps"), thing);
    p.sums = position.at("sums").get<std::vector<double>>();
    p.seconds_of_epoch = position.at("seconds_of_epoch").get<double>();
    p.peak_memory_mib = position.at("peak_memory_mib").get<double>();
    p.adam = position.at("adam").get<std::vector<double>>();
    if (count_of(position.at("epochs"), thing) != p.epochs()) throw error(thing, "a line an epoch", "another number");
  } catch (const error&) {
    throw;
  } catch (const std::exception& problem) {
    throw error(thing, "the position of a run", problem.what());
  }
  return d;
}

/// Arrays of a checkpoint, by name: gathered before anything is written.
class checkpoint_arrays {
 public:
  /// Every array of a network out of a buffer that is laid out as its table says, as "<group>.<array's name>".
  template <io::file_value T>
  void add(const std::string& group, const parameter_table& table, std::span<const T> numbers) {
    for (const auto& entry : table.entries) {
      sources_.push_back(io::make_tensor_source<T>(group + "." + entry.name, entry.shape,
                                                   numbers.subspan(entry.offset, entry.elements)));
    }
  }
  template <io::file_value T>
  void add(const std::string& name, std::span<const T> numbers) {
    sources_.push_back(io::make_tensor_source<T>(name, {numbers.size()}, numbers));
  }
  std::span<const io::tensor_source> sources() const { return sources_; }

 private:
  std::vector<io::tensor_source> sources_;
};

/// Reads what checkpoint_arrays::add wrote into `numbers`; between arrays they stay as they are. Throws vscg::error
/// naming the array that is missing or has another shape.
template <io::file_value T>
void read_arrays(const io::safetensors_file& file, const std::string& group, const parameter_table& table,
                 std::span<T> numbers) {
  for (const auto& entry : table.entries) {
    const io::tensor_info& tensor = file.at(group + "." + entry.name);
    if (tensor.shape != entry.shape) {
      throw error(file.path().string() + ": tensor " + tensor.name, shape_text(entry.shape), shape_text(tensor.shape));
    }
    file.read(tensor, numbers.subspan(entry.offset, entry.elements));
  }
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
