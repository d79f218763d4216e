// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/shape_text.hpp>
#include <vscg/io/dtype.hpp>
#include <vscg/io/safetensors.hpp>
#include <vscg/model/trainer_snapshot.hpp>

namespace vscg::io {

/// The arrays of a checkpoint, by name. They are gathered before anything is written.
class checkpoint_arrays {
 public:
  /// Adds every array of a network as "<group>.<array's name>", from a buffer laid out as the table says.
  template <file_value T>
  void add(const std::string& group, const parameter_table& table, std::span<const T> numbers) {
    for (const auto& entry : table.entries) {
      sources_.push_back(
          make_tensor_source<T>(group + "." + entry.name, entry.shape, numbers.subspan(entry.offset, entry.elements)));
    }
  }
  template <file_value T>
  void add(const std::string& name, std::span<const T> numbers) {
    sources_.push_back(make_tensor_source<T>(name, {numbers.size()}, numbers));
  }
  std::span<const tensor_source> sources() const { return sources_; }

 private:
  std::vector<tensor_source> sources_;
};

/// Reads into `numbers` what checkpoint_arrays::add wrote. The numbers between the arrays stay as they are. If an array
/// is missing or has another shape, throws vscg::expectation_error naming it.
template <file_value T>
void read_arrays(const safetensors_file& file, const std::string& group, const parameter_table& table,
                 std::span<T> numbers) {
  for (const auto& entry : table.entries) {
    const tensor_info& tensor = file.at(group + "." + entry.name);
    if (tensor.shape != entry.shape) {
      throw expectation_error(file.path().string() + ": tensor " + tensor.name, shape_text(entry.shape),
                              shape_text(tensor.shape));
    }
    file.read(tensor, numbers.subspan(entry.offset, entry.elements));
  }
}

namespace checkpoint_detail {
inline std::string moments_name(std::size_t index) { return "moment" + std::to_string(index + 1); }
}  // namespace checkpoint_detail

/// Adds the arrays of a trainer, as "weights.<name>", "moment1.<name>" …
template <file_value T>
void add_snapshot(checkpoint_arrays& to, const parameter_table& table, const trainer_snapshot<T>& now) {
  to.add("weights", table, std::span<const T>(now.numbers));
  for (std::size_t k = 0; k < now.moments.size(); ++k)
    to.add(checkpoint_detail::moments_name(k), table, std::span<const T>(now.moments[k]));
}

/// Reads the arrays that add_snapshot added; progress and steps are the caller's. Throws like read_arrays.
template <file_value T>
trainer_snapshot<T> read_snapshot(const safetensors_file& file, const parameter_table& table,
                                  std::size_t moment_arrays) {
  const auto read = [&](const std::string& group) {
    std::vector<T> numbers(table.buffer_elements, T(0));
    read_arrays(file, group, table, std::span<T>(numbers));
    return numbers;
  };
  trainer_snapshot<T> then;
  then.numbers = read("weights");
  for (std::size_t k = 0; k < moment_arrays; ++k) then.moments.push_back(read(checkpoint_detail::moments_name(k)));
  return then;
}

}  // namespace vscg::io

#include <vscg/core/end.hpp>
