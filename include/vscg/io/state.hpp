// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/core/shape_text.hpp>
#include <vscg/io/dtype.hpp>
#include <vscg/io/safetensors.hpp>

namespace vscg::io {

/// One named parameter of a network, as PyTorch's state_dict names it.
struct state_entry {
  std::string name;
  std::vector<std::size_t> shape;
};

/// Limits a load to a part. "psp" and "psp." both mean the names that begin with "psp."; empty means all.
/// Both prefixes are removed before names are compared:
///   {.file = "host.vscg"}              the network is a part of a larger one in the file
///   {.table = "psp"}                   the file holds only PSP's weights, the network has them under psp
///   {.file = "psp", .table = "psp"}    only PSP's weights out of a whole file into a whole network
struct load_prefix {
  std::string file;
  std::string table;
};

namespace state_detail {

inline std::string with_dot(const std::string& prefix) {
  return prefix.empty() || prefix.ends_with('.') ? prefix : prefix + ".";
}

/// One kind of mismatch: how many there are, and the first few in words.
class finding {
 public:
  explicit finding(std::string_view kind) : kind_(kind) {}
  void add(const std::string& item) {
    constexpr std::size_t shown = 8;
    if (++count_ <= shown) text_ += (count_ > 1 ? ", " : "") + item;
    if (count_ == shown + 1) text_ += ", ...";
  }
  std::string text() const {
    return count_ == 0 ? "" : "; " + std::string(kind_) + " (" + std::to_string(count_) + "): " + text_;
  }

 private:
  std::string_view kind_;
  std::size_t count_ = 0;
  std::string text_;
};

/// The file's tensor for each table entry that takes part, as (index in the table, tensor).
using matches = std::vector<std::pair<std::size_t, const tensor_info*>>;

/// Whether a tensor only counts batches: PyTorch keeps `num_batches_tracked` beside each running mean, and does not
/// miss it.
inline bool only_counts(std::string_view name, std::span<const state_entry> expected) {
  constexpr std::string_view count = "num_batches_tracked";
  if (!name.ends_with(count)) return false;
  const std::string beside = std::string(name.substr(0, name.size() - count.size())) + "running_mean";
  return std::ranges::any_of(expected, [&](const state_entry& entry) { return entry.name == beside; });
}

/// What to do about a first part that all names in a file have and the network's have not: DataParallel's "module.".
inline std::string advice(const safetensors_file& file, std::span<const state_entry> expected,
                          const load_prefix& prefix) {
  if (!prefix.file.empty() || file.tensors().empty()) return "";
  const std::string& name = file.tensors().front().name;
  const std::string first = name.substr(0, name.find('.') + 1);
  const auto has = [&](const auto& one) { return one.name.starts_with(first); };
  if (first.empty() || !std::ranges::all_of(file.tensors(), has) || std::ranges::any_of(expected, has)) return "";
  return "; all names in the file begin with \"" + first + "\": load_weights(net, path, {.file = \"" +
         first.substr(0, first.size() - 1) + "\"}) leaves it out";
}

/// Throws one vscg::expectation_error that lists everything that does not fit.
inline matches match(const safetensors_file& file, std::span<const state_entry> expected, const load_prefix& prefix) {
  const std::string file_prefix = with_dot(prefix.file);
  const std::string table_prefix = with_dot(prefix.table);
  std::unordered_map<std::string_view, const tensor_info*> found;
  for (const tensor_info& tensor : file.tensors()) {
    const std::string_view name = tensor.name;
    if (name.starts_with(file_prefix)) found.emplace(name.substr(file_prefix.size()), &tensor);
  }
  matches fitting;
  finding missing("missing");
  finding other_shape("of another shape");
  finding unexpected("unexpected");
  std::size_t taking_part = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const state_entry& entry = expected[i];
    if (!entry.name.starts_with(table_prefix)) continue;
    ++taking_part;
    const auto position = found.find(std::string_view(entry.name).substr(table_prefix.size()));
    if (position == found.end()) {
      missing.add(entry.name + " " + shape_text(entry.shape));
      continue;
    }
    const tensor_info& tensor = *position->second;
    if (tensor.shape != entry.shape) {
      other_shape.add(entry.name + " expected " + shape_text(entry.shape) + " found " + shape_text(tensor.shape));
    } else {
      fitting.emplace_back(i, &tensor);
    }
    found.erase(position);
  }
  for (const tensor_info& tensor : file.tensors()) {  // not over `found`, whose order is arbitrary
    const std::string_view name = tensor.name;
    if (!name.starts_with(file_prefix) || !found.contains(name.substr(file_prefix.size()))) continue;
    if (only_counts(table_prefix + std::string(name.substr(file_prefix.size())), expected)) continue;
    unexpected.add(tensor.name + " " + shape_text(tensor.shape));
  }
  const std::string problems = missing.text() + other_shape.text() + unexpected.text();
  if (!problems.empty()) {
    const auto says = file.metadata().find("vscg.network");
    const std::string network = says == file.metadata().end() ? "" : " (it says vscg.network = " + says->second + ")";
    throw expectation_error(file.path().string() + network + ": the weights do not fit the network" + problems +
                            advice(file, expected, prefix));
  }
  if (taking_part == 0 && !table_prefix.empty()) {
    throw expectation_error(file.path().string(), "parameters of the network under " + table_prefix, "none");
  }
  return fitting;
}

/// Throws vscg::expectation_error, naming the tensor and the element, when a value is NaN or infinite.
template <std::floating_point T>
void expect_finite(std::span<const T> values, const std::string& file, const std::string& tensor) {
  const std::size_t bad = first_not_finite(values);
  if (bad == values.size()) return;
  throw expectation_error(file + ": tensor " + tensor, "finite values",
                          not_finite_text(values[bad]) + " at element " + std::to_string(bad));
}

}  // namespace state_detail

/// Loads a state_dict into a network whose parameters `expected` lists: all or nothing. Every name and shape is
/// compared and every value is read and found finite before the first call of `sink(index, std::span<const T>)`, which
/// is then called once for each entry that takes part, in the table's order.
///
/// Throws one vscg::expectation_error that lists what is missing, unexpected and of another shape, or one that names
/// the tensor when a value is NaN or infinite, or of a type that T cannot hold exactly (F64 into float).
template <file_value T, std::invocable<std::size_t, std::span<const T>> Sink>
void load_state(const safetensors_file& file, std::span<const state_entry> expected, Sink&& sink,
                const load_prefix& prefix = {}) {
  std::vector<std::pair<std::size_t, std::vector<T>>> loaded;
  for (const auto& [index, tensor] : state_detail::match(file, expected, prefix)) {
    auto values = file.read<T>(*tensor);
    if constexpr (std::floating_point<T>) {
      state_detail::expect_finite<T>(values, file.path().string(), tensor->name);
    }
    loaded.emplace_back(index, std::move(values));
  }
  for (const auto& [index, values] : loaded) sink(index, std::span<const T>(values));
}

/// Writes a network's weights, atomically: `source(index)` gives the row-major values of `table[index]`, which must
/// stay valid until this returns. Throws vscg::expectation_error, before anything is written, naming the tensor and the
/// element when a value is NaN or infinite, which load_state() would refuse.
template <file_value T, std::invocable<std::size_t> Source>
void save_state(const std::filesystem::path& path, std::span<const state_entry> table, Source&& source,
                const std::map<std::string, std::string>& metadata) {
  std::vector<tensor_source> tensors;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const std::span<const T> values = source(i);
    if constexpr (std::floating_point<T>) {
      state_detail::expect_finite<T>(values, "cannot write " + path.string(), table[i].name);
    }
    tensors.push_back(make_tensor_source<T>(table[i].name, table[i].shape, values));
  }
  write_safetensors(path, tensors, metadata);
}

}  // namespace vscg::io

#include <vscg/core/end.hpp>
