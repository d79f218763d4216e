// SPDX-License-Identifier: MIT
// NumPy's arrays: an accepted one is read as float and as double, and gives the same when it is written again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vscg/core/checked_size.hpp>
#include <vscg/core/shape_text.hpp>
#include <vscg/io/dtype.hpp>
#include <vscg/io/npy.hpp>
#include <vscg/io/npy_file.hpp>
#include <vscg/io/npy_header.hpp>

#include "mutation.hpp"
#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "target.hpp"
#include "tokens.hpp"

namespace {

using namespace vscg::io;

constexpr std::string_view words[] = {"'descr'",    "'fortran_order'",
                                      "'shape'",    "'<f4'",
                                      "'<f8'",      "'<f2'",
                                      "'>f4'",      "'>f8'",
                                      "'>f2'",      "'|O'",
                                      "'=f4'",      "'e'",
                                      "'float32'",  "'f'",
                                      "'<i8'",      "'[('",
                                      "'|u1'",      "'>i2'",
                                      "u",          "U",
                                      "L",          "False",
                                      "True",       "None",
                                      R"("shape")", "(",
                                      ")",          "{",
                                      "}",          ",",
                                      ":",          "\n"};

/// Dictionaries as NumPy 2, and NumPy under Python 2, have written them; versions 1, 2 and 3.
const std::vector<std::string> dictionaries = {
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }                                                  \n",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }\n",
    "{'descr': '<f2', 'fortran_order': False, 'shape': (), }\n",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (5,), }\n",
    "{'fortran_order': False, 'descr': '<f4', 'shape': (2L, 3L), }\n",
    "{'descr': '>f8', 'fortran_order': True, 'shape': (1, 4), }\n",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 10, 0, 7), }\n"};

/// The parts of a file, sound or not.
struct npy_bytes {
  unsigned version = 1;
  std::string dictionary, values;

  static npy_bytes of(std::string_view file) {
    npy_bytes parts;
    if (file.size() < 12) return parts;
    parts.version = static_cast<unsigned char>(file[6]);
    const std::size_t width = parts.version == 1 ? 2 : 4;
    std::size_t length = 0;
    for (std::size_t i = 0; i < width; ++i) length |= std::size_t{static_cast<unsigned char>(file[8 + i])} << (8 * i);
    file.remove_prefix(8 + width);
    parts.dictionary = file.substr(0, length);
    parts.values = file.substr(parts.dictionary.size());
    return parts;
  }

  std::string file() const {
    std::string bytes("\x93NUMPY", 6);
    bytes += static_cast<char>(version);
    bytes += '\0';
    for (std::size_t i = 0; i < (version == 1 ? 2U : 4U); ++i) {
      bytes += static_cast<char>((dictionary.size() >> (8 * i)) & 0xFFU);
    }
    return bytes + dictionary + values;
  }

  bool readable() const {
    return !contains(error_of([&] { parse_npy_dictionary(dictionary, "", static_cast<int>(version)); }),
                     ": .npy header");
  }

  /// Gives the values as many bytes as the dictionary asks for, if that can be told and is not much.
  void repair() {
    error_of([&] {
      const npy_header header = parse_npy_dictionary(dictionary, "", static_cast<int>(version));
      const auto bytes = vscg::fitting_product(dtype_size(header.type), header.shape);
      if (bytes && *bytes <= 2048) values.resize(*bytes, '\x3c');
    });
  }
};

template <class T>
void check_values(const npy_file& file, const npy_bytes& parts) {
  const auto array = read_npy<T>(file.path());
  fuzz::require(std::ranges::equal(array.shape(), file.shape()) && array.size() == file.size(), "another shape");
  const std::size_t size = array.size();
  const npy_header header = parse_npy_dictionary(parts.dictionary, "again", static_cast<int>(parts.version));
  if (!header.big_endian && header.type == dtype_of<T>() && size > 0 &&
      parts.values.size() == size * sizeof(T)) {  // of this very type
    fuzz::require(std::memcmp(array.data(), parts.values.data(), parts.values.size()) == 0, "other values");
  }
  std::vector<T> one(1);
  if (size > 0) {
    file.read(size - 1, std::span<T>(one));
    fuzz::require(std::memcmp(one.data(), array.data() + size - 1, sizeof(T)) == 0, "another last value");
  }
  fuzz::require(!error_of([&] { file.read(size, std::span<T>(one)); }).empty(), "a value too many");
}

void write_again(const npy_file& file) {
  std::string header;
  const std::string problem = error_of([&] { header = build_npy_header(dtype::f32, file.shape()); });
  if (!problem.empty()) {
    fuzz::require(file.shape().size() > 1000, "a shape that was read cannot be written: " + problem);
    return;
  }
  fuzz::require(parse_npy_dictionary(std::string_view(header).substr(10), "again").shape == file.shape(),
                "a shape changes when it is written again");
}

}  // namespace

int LLVMFuzzerInitialize(int* argc, char*** argv) {
  std::vector<std::string> seeds;
  for (const std::string& dictionary : dictionaries) {
    npy_bytes file{1 + static_cast<unsigned>(seeds.size() % 3), dictionary, ""};
    file.repair();
    seeds.push_back(file.file());
  }
  fuzz::plant(*argc, *argv, seeds);
  return 0;
}

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned int seed) {
  fuzz::random_source random(seed);
  if (fuzz::one_in(random, 16)) return LLVMFuzzerMutate(data, size, max_size);
  npy_bytes file = npy_bytes::of(fuzz::text_of(data, size));
  if (file.version < 1 || file.version > 3 || fuzz::one_in(random, 32)) {
    file.version = static_cast<unsigned>(1 + fuzz::below(random, 3));
  }
  const std::string before = file.readable() ? file.dictionary : fuzz::any_of(random, dictionaries);
  do {
    fuzz::token_list tokens = fuzz::tokens_of(before);
    fuzz::change_tokens(tokens, words, random);
    file.dictionary = fuzz::text_of(tokens);
  } while (!file.readable() && !fuzz::one_in(random, 8));
  if (!fuzz::one_in(random, 4)) file.repair();
  if (fuzz::one_in(random, 16)) file.values = fuzz::mutate_bytes(file.values, 8);
  return fuzz::give(file.file(), data, max_size);
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::input_file input;
  static fuzz::tally counts;
  const std::string_view bytes = fuzz::text_of(data, size);
  input.put(bytes);
  std::optional<npy_file> file;
  const std::string problem = error_of([&] { file.emplace(input.path()); });
  fuzz::require_name(problem, input.path());
  const bool front = contains(problem, "a .npy file") || contains(problem, "a .npy header") ||
                     contains(problem, ": .npy header: expected descr");
  counts.add(!front, problem.empty());
  if (!file) return 0;
  const npy_bytes parts = npy_bytes::of(bytes);
  check_values<float>(*file, parts);
  check_values<double>(*file, parts);
  std::vector<std::int32_t> whole(file->size());
  fuzz::require_name(error_of([&] { file->read(0, std::span<std::int32_t>(whole)); }), input.path());
  write_again(*file);
  return 0;
}
