// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <vscg/core/describe.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/random.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/slot.hpp>
#include <vscg/io/checkpoint.hpp>
#include <vscg/io/checkpoint_arrays.hpp>
#include <vscg/io/dtype.hpp>
#include <vscg/io/json_record.hpp>
#include <vscg/io/network_metadata.hpp>
#include <vscg/io/safetensors.hpp>
#include <vscg/model/network_identity.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/model/trainer_snapshot.hpp>

// Saves a trainer of any network in one file, and goes on from it with the same bits.

namespace vscg::io {

/// A number or a text of your own in a checkpoint.
struct extra_value {
  std::string json;
  // NOLINTBEGIN(google-explicit-constructor): it stands for what it holds
  template <class Number>
  requires std::is_arithmetic_v<Number> extra_value(Number number) : json(json_value(number)) {}
  extra_value(const std::string& text) : json(json_value(text)) {}
  extra_value(const char* text) : extra_value(std::string(text)) {}
  // NOLINTEND(google-explicit-constructor)
};

/// One of them, with its name.
using extra_entry = std::pair<std::string, extra_value>;

namespace trainer_checkpoint_detail {

inline std::string extra_text(const std::vector<extra_entry>& extra, const std::filesystem::path& path) {
  std::set<std::string> names;
  json_writer text;
  for (const auto& [name, value] : extra) {
    if (!names.insert(name).second)
      throw expectation_error("extra of " + path.string(), "every name once", "\"" + clipped(name) + "\" twice");
    if (value.json == "null") {
      throw expectation_error("extra of " + path.string() + ": \"" + clipped(name) + "\"", "a finite number",
                              "NaN or infinity, which JSON has not");
    }
    text.add_json(name, value.json);
  }
  return text.text();
}

inline std::string bound_text(double most) { return is_finite(most) ? number_text(most) : "none"; }

/// What decides the bits of further steps besides data, arrays and the optimizer's numbers, by name.
template <class Model, class Optimizer, class Loss>
std::vector<std::pair<std::string, std::string>> conditions(const trainer<Model, Optimizer, Loss>& t) {
  const trainer_options& options = t.options();
  std::string terms;
  for (const char* name : Loss::term_names) terms += (terms.empty() ? "" : ", ") + std::string(name);
  std::vector<std::pair<std::string, std::string>> all{
      {"scalar", name_of(element_type_of<shape<1>, typename Model::scalar>)},
      {"optimizer", Optimizer::name},
      {"loss", terms},
      {"trainer_options.seed", std::to_string(options.seed)},
      {"trainer_options.dropout", options.dropout ? "true" : "false"},
      {"trainer_options.micro_batch",
       options.micro_batch >= options.batch ? "the whole batch" : std::to_string(options.micro_batch)},
      {"trainer_options.clip_grad_norm", bound_text(options.clip_grad_norm)},
      {"trainer_options.clip_grad_value", bound_text(options.clip_grad_value)}};
  for (const setting_entry& one : t.table().settings)
    all.emplace_back("setting " + one.name, one.word.empty() ? number_text(one.number) : one.word);
  const std::vector<step_cost> steps = step_costs(t.steps_traced(), 1);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const step_cost& one = steps[i];
    all.emplace_back("operation " + std::to_string(i),
                     one.operation + (one.settings.empty() ? "" : " with " + one.settings) + ' ' + one.results);
  }
  // The drawing also has what each operation reads.
  all.emplace_back("how the operations are connected", "hash " + std::to_string(fnv1a(dot(t.steps_traced()))));
  return all;
}

inline std::string conditions_text(const std::vector<std::pair<std::string, std::string>>& all) {
  json_writer text;
  for (const auto& [name, value] : all) text.add(name, value);
  return text.text();
}

inline const std::string& entry_of(const safetensors_file& file, const char* key) {
  const auto found = file.metadata().find(key);
  if (found == file.metadata().end())
    throw expectation_error(file.path().string(), "a checkpoint of a trainer", std::string("one without ") + key);
  return found->second;
}

inline void expect_conditions(const safetensors_file& file,
                              const std::vector<std::pair<std::string, std::string>>& expected) {
  const std::string& text = entry_of(file, "vscg.trainer.conditions");
  const std::string thing = file.path().string();
  const json_record then(text, thing);
  for (const auto& [name, value] : expected) {
    const std::string was = then.has(name) ? then.text(name) : "none";
    if (was != value) throw expectation_error(thing + ": " + name, value, was);
  }
  if (text != conditions_text(expected)) throw expectation_error(thing, conditions_text(expected), clipped(text));
}

/// Throws unless the file holds `groups` of the network's arrays, in this scalar, and no others.
template <class Scalar>
void expect_arrays(const safetensors_file& file, const parameter_table& table, std::size_t groups) {
  const std::string thing = file.path().string();
  for (const tensor_info& tensor : file.tensors()) {
    const std::size_t dot = tensor.name.find('.');
    if (dot == std::string::npos || table.find(std::string_view(tensor.name).substr(dot + 1)) == nullptr)
      throw expectation_error(thing, "arrays of this network", tensor.name);
    if (tensor.type != dtype_of<Scalar>()) {
      throw expectation_error(thing + ": tensor " + tensor.name, dtype_name(dtype_of<Scalar>()),
                              dtype_name(tensor.type));
    }
  }
  const std::size_t expected = groups * table.entries.size();
  if (file.tensors().size() < expected) {
    throw expectation_error(thing, std::to_string(expected) + " arrays of this network",
                            std::to_string(file.tensors().size()));
  }
}

}  // namespace trainer_checkpoint_detail

}  // namespace vscg::io

namespace vscg {

/// Writes everything from which `load_checkpoint` goes on with the same bits, atomically: the network's numbers, the
/// optimizer's state and settings, the steps taken, and `extra`, numbers and texts of your own by name:
///
///   save_checkpoint(train, "last.checkpoint", {{"epoch", epoch}});
///
/// The data, their order and the size of batches are yours: `data::in_memory` orders by seed and epoch. Throws
/// vscg::expectation_error if the file cannot be written or a name comes twice; an earlier file then stays.
template <class Model, class Optimizer, class Loss>
void save_checkpoint(const trainer<Model, Optimizer, Loss>& t, const std::filesystem::path& path,
                     const std::vector<io::extra_entry>& extra = {}) {
  namespace detail = io::trainer_checkpoint_detail;
  using network = typename Model::network;
  std::map<std::string, std::string> metadata;
  if constexpr (identity_of<network>.named())
    metadata = io::metadata_to_map(io::metadata_of<network>(t.table().settings));
  const auto now = snapshot(t);
  metadata["vscg.trainer.conditions"] = detail::conditions_text(detail::conditions(t));
  io::json_writer optimizer;
  Optimizer::for_each_setting(t.optimizer, [&](const char* name, auto setting) { optimizer.add(name, setting); });
  metadata["vscg.trainer.optimizer"] = optimizer.text();
  metadata["vscg.trainer.position"] = io::json_writer()
                                          .add("steps", now.steps)
                                          .add("progress", now.progress)
                                          .add("progress_of_arrays", now.progress_of_arrays)
                                          .text();
  metadata["vscg.trainer.extra"] = detail::extra_text(extra, path);
  io::checkpoint_arrays arrays;
  io::add_snapshot(arrays, t.table(), now);
  io::write_checkpoint(path, arrays.sources(), std::move(metadata));
}

/// Goes on from a file of `save_checkpoint`: the next step has the bits that it would have had there, with any number
/// of threads. The optimizer's settings are the file's afterwards. Returns what was saved as `extra`:
///
///   std::size_t epoch = load_checkpoint(train, "last.checkpoint").count("epoch");
///
/// Throws vscg::expectation_error, and changes nothing, if the file is missing or damaged, or is of another network,
/// scalar, optimizer or loss, or of trainer_options or settings of layers with which bits would differ.
template <class Model, class Optimizer, class Loss>
io::json_record load_checkpoint(trainer<Model, Optimizer, Loss>& t, const std::filesystem::path& path) {
  namespace detail = io::trainer_checkpoint_detail;
  using network = typename Model::network;
  using scalar = typename Model::scalar;
  const std::string thing = path.string();
  const auto file = io::open_checkpoint(path);
  const auto record = [&](const char* key) { return io::json_record(detail::entry_of(file, key), thing); };
  if constexpr (constexpr network_identity own = identity_of<network>; own.named())
    io::expect_identity(io::metadata_from_map(file.metadata(), thing), own.of(t.table().settings), thing);
  detail::expect_conditions(file, detail::conditions(t));
  const auto groups = static_cast<std::size_t>(t.state().moment_arrays);
  detail::expect_arrays<scalar>(file, t.table(), 1 + groups);
  auto numbers = io::read_snapshot<scalar>(file, t.table(), groups);
  const auto position = record("vscg.trainer.position");
  numbers.progress = position.numbers("progress");
  numbers.progress_of_arrays = position.counts("progress_of_arrays");
  numbers.steps = position.count("steps");
  const auto of_optimizer = record("vscg.trainer.optimizer");
  Optimizer settings = t.optimizer;
  Optimizer::for_each_setting(settings, [&](const char* name, auto& setting) {
    if constexpr (std::is_same_v<decltype(setting), bool&>)
      setting = of_optimizer.boolean(name);
    else
      setting = of_optimizer.number(name);
  });
  auto extra = record("vscg.trainer.extra");
  try {
    settings.template check<scalar>();
    restore(t, numbers);
  } catch (const expectation_error& problem) {
    throw expectation_error(thing + ": " + problem.what());
  }
  t.optimizer = settings;
  return extra;
}

}  // namespace vscg

#include <vscg/core/end.hpp>
