// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <hdf5.h>

#include <vscg/core/checked_size.hpp>
#include <vscg/core/error.hpp>
#include <vscg/data/child_process.hpp>
#include <vscg/data/hdf5.hpp>
#include <vscg/data/hdf5_array.hpp>
#include <vscg/data/hdf5_sources.hpp>
#include <vscg/data/hdf5_types.hpp>
#include <vscg/files/element.hpp>
#include <vscg/files/file_state.hpp>

namespace vscg::data {

/// An array must have one of these shapes; 0 stands for any number of rows.
using accepted_shapes = std::vector<std::vector<std::size_t>>;

/// What is known about an array before its numbers are read.
struct hdf5_facts {
  std::string key;
  std::vector<std::size_t> shape;
  element_format format;
  std::size_t rows_per_chunk = 0;     ///< 0 if the array is not chunked
  std::optional<std::size_t> offset;  ///< where its rows begin, if they are contiguous in this very file
  file_state state;                   ///< of the file that was looked at
};

/// All numbers of an array.
struct hdf5_numbers {
  std::vector<std::size_t> shape;
  std::vector<double> values;
};

namespace detail {

inline void expect_shape(const hdf5_array& array, const accepted_shapes& accepted) {
  std::string text;
  for (const std::vector<std::size_t>& shape : accepted) {
    bool same = shape.size() == array.shape().size();
    for (std::size_t axis = 0; same && axis < shape.size(); ++axis) {
      same = shape[axis] == 0 || shape[axis] == array.shape()[axis];
    }
    if (same) return;
    text += (text.empty() ? "shape " : " or ") + video_shape_text(shape);
  }
  throw expectation_error(array.name(), text, video_shape_text(array.shape()));
}

inline hdf5_facts facts_of(const hdf5_array& array, const accepted_shapes& accepted) {
  hdf5_silence quiet;
  expect_shape(array, accepted);
  const std::optional<element_format> format = hdf5_element_format(array.type());
  if (!format) throw expectation_error(array.name(), hdf5_number_types, hdf5_type_text(array.type()));
  expect_written(array);
  hdf5_facts facts{array.key(), array.shape(), *format, array.rows_per_chunk(), std::nullopt, array.state()};
  const hdf5_handle plan = array.plan();
  const haddr_t offset = H5Dget_offset(array.id());
  if (H5Pget_layout(plan.get()) == H5D_CONTIGUOUS && H5Pget_external_count(plan.get()) == 0 && offset != HADDR_UNDEF &&
      facts.state != file_state{} && array.state_of_array() == facts.state) {
    facts.offset = offset;
  }
  return facts;
}

inline hdf5_numbers numbers_of(const hdf5_array& array, const accepted_shapes& accepted) {
  facts_of(array, accepted);
  hdf5_numbers result{array.shape(), {}};
  result.values.resize(fitting_product(1, array.shape()).value_or(0));
  constexpr std::size_t block = 256;  // rows: an error names the first of them
  const std::size_t rows = array.shape().at(0), width = rows == 0 ? 0 : result.values.size() / rows;
  for (std::size_t first = 0; first < rows && width > 0; first += block) {
    array.read_rows(first, std::min(block, rows - first), result.values.data() + first * width);
  }
  return result;
}

// Values as bytes, to pass them from one process to its copy.
class packed {
 public:
  packed() = default;
  explicit packed(std::string_view bytes) : rest_(bytes) {}

  const std::string& bytes() const { return bytes_; }

  template <class T>
  void put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  template <class Values>
  void put_all(const Values& values) {
    put(values.size());
    if (values.size() == 0) return;
    bytes_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(*values.data()));
  }
  template <class T>
  T take() {
    T value;
    std::memcpy(&value, rest_.data(), sizeof(T));
    rest_.remove_prefix(sizeof(T));
    return value;
  }
  template <class Values>
  Values take_all() {
    Values values;
    values.resize(take<std::size_t>());
    const std::size_t bytes = values.size() * sizeof(*values.data());
    if (bytes > 0) std::memcpy(values.data(), rest_.data(), bytes);  // an empty vector has no address
    rest_.remove_prefix(bytes);
    return values;
  }

 private:
  std::string bytes_;
  std::string_view rest_;
};

inline void pack(packed& to, const hdf5_facts& facts) {
  to.put_all(facts.key);
  to.put_all(facts.shape);
  to.put(facts.format);
  to.put(facts.rows_per_chunk);
  to.put(facts.offset);
  to.put(facts.state);
}
inline void unpack(packed& from, hdf5_facts& facts) {
  facts.key = from.take_all<std::string>();
  facts.shape = from.take_all<std::vector<std::size_t>>();
  facts.format = from.take<element_format>();
  facts.rows_per_chunk = from.take<std::size_t>();
  facts.offset = from.take<std::optional<std::size_t>>();
  facts.state = from.take<file_state>();
}
inline void pack(packed& to, const hdf5_numbers& numbers) {
  to.put_all(numbers.shape);
  to.put_all(numbers.values);
}
inline void unpack(packed& from, hdf5_numbers& numbers) {
  numbers.shape = from.take_all<std::vector<std::size_t>>();
  numbers.values = from.take_all<std::vector<double>>();
}

/// Calls `look` with the open array, in a child process if possible.
template <class Result, class Look>
Result look_at_hdf5(const std::filesystem::path& path, const std::string& key, const Look& look) {
  H5open();  // otherwise every child would do it again
  const auto here = [&] { return look(hdf5_array::open(path, key)); };
  const auto begin = [] { const hdf5_silence takes_the_lock_of_the_library; };
  const child_answer answer = ask_child(begin, [&] {
    packed result;
    try {
      const Result found = here();
      result.put('+');
      pack(result, found);
    } catch (const expectation_error& problem) {
      result = {};
      result.put('-');
      result.put_all(std::string(problem.what()));
    } catch (const std::bad_alloc&) {
      result = {};
      result.put('-');
      result.put_all(path.string() + ": expected an array that memory can hold, found a larger one");
    }
    return result.bytes();
  });
  if (answer.result == child_answer::outcome::not_possible) return here();
  if (answer.result == child_answer::outcome::died) {
    throw expectation_error(path.string(), "a sound HDF5 file",
                            "damage at which " + hdf5_version() + " fails: " + answer.text);
  }
  packed bytes(answer.text);
  if (bytes.take<char>() == '-') throw expectation_error(bytes.take_all<std::string>());
  Result result;
  unpack(bytes, result);
  return result;
}

}  // namespace detail

/// Opens the array `key` of a file, or its only one, and checks its shape, type, layout and the place of every chunk,
/// without reading a number. That happens in a child process (fork), because HDF5's library can crash on one damaged
/// byte; if no child can be made, it happens here. Throws vscg::expectation_error with the cause: the file, key, shape
/// or type is wrong, a link points nowhere, the compression is not known, a row was never written, the library crashes
/// or does not return.
inline hdf5_facts inspect_hdf5(const std::filesystem::path& path, const std::string& key,
                               const accepted_shapes& accepted) {
  return detail::look_at_hdf5<hdf5_facts>(path, key,
                                          [&](const hdf5_array& array) { return detail::facts_of(array, accepted); });
}

/// Like inspect_hdf5(), but also reads all numbers there, as double: for arrays that fit into memory several times.
inline hdf5_numbers read_hdf5(const std::filesystem::path& path, const std::string& key,
                              const accepted_shapes& accepted) {
  return detail::look_at_hdf5<hdf5_numbers>(
      path, key, [&](const hdf5_array& array) { return detail::numbers_of(array, accepted); });
}

}  // namespace vscg::data

#include <vscg/core/end.hpp>
