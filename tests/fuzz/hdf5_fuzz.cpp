// SPDX-License-Identifier: MIT
// HDF5 files of labels, orders and features: damage is an error that names the file, and never ends the process,
// whatever HDF5's own library does with it. The first byte of an input says how the rest is read.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <hdf5.h>

#include <vscg/data/feature_file.hpp>
#include <vscg/data/hdf5.hpp>
#include <vscg/data/labels.hpp>
#include <vscg/data/types.hpp>

#include "mutation.hpp"
#include "shared_coverage.hpp"
#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "target.hpp"

namespace {

using namespace vscg::data;

constexpr char readers[] = {'o', 's', 'v', 'n', 'p', 'f'};

struct stored {
  std::vector<hsize_t> shape;
  hid_t type;
  bool chunked = false;
  bool deflated = false;
};

/// The bytes of a file that HDF5 itself writes.
std::string image(const char* key, const stored& how, const std::vector<double>& values) {
  const hdf5_handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fapl_core(access.get(), 4096, 0);
  const hdf5_handle file(H5Fcreate("image", H5F_ACC_TRUNC, H5P_DEFAULT, access.get()), H5Fclose);
  {
    const hdf5_handle space(H5Screate_simple(static_cast<int>(how.shape.size()), how.shape.data(), nullptr), H5Sclose);
    const hdf5_handle plan(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    auto chunk = how.shape;
    chunk[0] = 1;
    if (how.chunked) H5Pset_chunk(plan.get(), static_cast<int>(chunk.size()), chunk.data());
    if (how.deflated) {
      H5Pset_shuffle(plan.get());
      H5Pset_deflate(plan.get(), 6);
    }
    const hdf5_handle set(H5Dcreate2(file.get(), key, how.type, space.get(), H5P_DEFAULT, plan.get(), H5P_DEFAULT),
                          H5Dclose);
    H5Dwrite(set.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  }
  H5Fflush(file.get(), H5F_SCOPE_GLOBAL);
  std::string bytes(static_cast<std::size_t>(H5Fget_file_image(file.get(), nullptr, 0)), '\0');
  H5Fget_file_image(file.get(), bytes.data(), bytes.size());
  return bytes;
}

/// Rows of 29 values with a single 1.
std::vector<double> one_hot(std::size_t rows, std::size_t where) {
  std::vector<double> values(rows * classes, 0.0);
  for (std::size_t row = 0; row < rows; ++row) values[row * classes + where] = 1.0;
  return values;
}

std::vector<std::string> seeds() {
  std::vector<std::string> result;
  const auto add = [&](char reader, const std::string& bytes) { result.push_back(reader + bytes); };
  const hdf5_handle half(H5Tcopy(H5T_IEEE_F32LE), H5Tclose);
  H5Tset_fields(half.get(), 15, 10, 5, 0, 10);
  H5Tset_size(half.get(), 2);
  H5Tset_ebias(half.get(), 15);
  add('o', image("order", {{4}, H5T_STD_I64LE}, {3, 1, 0, 2}));
  add('o', image("order", {{4}, H5T_STD_I32BE, true, true}, {3, 1, 0, 2}));
  add('s', image("avadataset", {{2, segments, classes}, H5T_STD_I8LE}, one_hot(20, 5)));
  add('s', image("avadataset", {{2, segments, classes}, H5T_IEEE_F32LE, true, true}, one_hot(20, 28)));
  add('v', image("avadataset", {{3, classes}, H5T_IEEE_F64LE}, one_hot(3, 0)));
  add('n', image("avadataset", {{2, classes}, H5T_STD_U8LE, true}, one_hot(2, 28)));
  add('p', image("avadataset", {{2, classes}, H5T_IEEE_F64LE, true, true}, one_hot(2, 7)));
  add('f', image("avadataset", {{3, 2, 4}, H5T_IEEE_F32LE}, std::vector<double>(24, 0.5)));
  add('f', image("avadataset", {{3, 2, 4}, half.get(), true, true}, std::vector<double>(24, 1.5)));
  add('f', image("anything", {{3, 2, 4}, H5T_IEEE_F64BE, true}, std::vector<double>(24, 2.5)));
  // The small files of the real data set, if they are available.
  const char* const folder = std::getenv("VSCG_AVE_DIR");
  for (const char* name : {"test_order.h5", "val_order.h5"}) {
    std::ifstream file(std::filesystem::path(folder == nullptr ? "" : folder) / name, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    if (!bytes.empty()) add('o', bytes);
  }
  return result;
}

void check_labels(const std::vector<std::uint8_t>& found, std::size_t width) {
  fuzz::require(found.size() % width == 0, "labels of half a video");
  for (const std::uint8_t one : found) fuzz::require(one < classes, "a class beyond the last");
}

void check_order(const std::vector<std::size_t>& order, std::size_t rows) {
  std::vector<bool> seen(rows, false);
  for (const std::size_t row : order) {
    fuzz::require(row < rows && !seen[row], "a row twice, or none of the set");
    seen[row] = true;
  }
}

void read_features(const std::filesystem::path& path) {
  const feature_file file(path, {2, 4}, std::make_shared<std::mutex>());
  const std::size_t rows = std::min<std::size_t>(file.rows(), 8);
  std::array<float, 8> values{};
  for (std::size_t row = 0; row < rows; ++row) {
    file.read(row, values.data());
    for (const float value : values) fuzz::require(std::isfinite(value), "a feature that is not finite");
  }
}

void read_as(char reader, const std::filesystem::path& path) {
  constexpr std::size_t rows = 4143;
  switch (reader) {
    case 'o':
      check_order(read_order(path, rows), rows);
      break;
    case 's':
      check_labels(read_segment_labels(path), segments);
      break;
    case 'v':
      check_labels(read_video_labels(path), 1);
      break;
    case 'n':
      read_noisy_labels(path);
      break;
    case 'p':
      fuzz::require(read_class_shares(path).size() % classes == 0, "shares of half a video");
      break;
    default:
      read_features(path);
  }
}

}  // namespace

int LLVMFuzzerInitialize(int* argc, char*** argv) {
  fuzz::share_coverage();
  fuzz::plant(*argc, *argv, seeds());
  return 0;
}

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned int seed) {
  static const std::vector<std::string> good = seeds();
  fuzz::random_source random(seed);
  // Inputs worth keeping are mostly refused, and so is what comes from them.
  if (size < 16 || fuzz::one_in(random, 3)) size = fuzz::give(fuzz::any_of(random, good), data, max_size);
  if (size < 16) return size;
  if (fuzz::one_in(random, 8)) return LLVMFuzzerMutate(data, size, max_size);
  // Bytes change in place: nothing moves, so that most sizes and addresses still fit.
  do {
    constexpr std::array<std::uint64_t, 12> numbers = {0,   1,    2,         3,   8,     255,
                                                       256, 4096, 1U << 31U, ~0U, ~0ULL, ~0ULL >> 1U};
    const std::size_t width = std::size_t{1} << fuzz::below(random, 4);
    const std::size_t at = 1 + fuzz::below(random, size - width);
    const std::uint64_t number = fuzz::one_in(random, 2) ? fuzz::any_of(random, numbers) : random();
    if (fuzz::one_in(random, 4)) {
      data[at] = static_cast<std::uint8_t>(data[at] ^ (1U << fuzz::below(random, 8)));
    } else {
      std::memcpy(data + at, &number, width);
    }
  } while (fuzz::one_in(random, 3));
  if (fuzz::one_in(random, 64)) data[0] = static_cast<std::uint8_t>(fuzz::any_of(random, readers));
  return size;
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::input_file input;
  static fuzz::tally counts;
  const std::string_view bytes = fuzz::text_of(data, size);
  if (bytes.empty()) return 0;
  input.put(bytes.substr(1));
  const std::string problem = error_of([&] { read_as(bytes[0], input.path()); });
  fuzz::require_name(problem, input.path());
  const bool front = contains(problem, "an HDF5 file") || contains(problem, "a complete HDF5 file") ||
                     contains(problem, "a readable HDF5 file");
  counts.add(!front, problem.empty());
  return 0;
}
