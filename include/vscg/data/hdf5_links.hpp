// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <hdf5.h>

#include <vscg/core/error.hpp>
#include <vscg/data/hdf5.hpp>
#include <vscg/files/descriptor.hpp>

namespace vscg::data {

namespace detail {

/// What HDF5 says about its last failure, with the library's version if that may be the reason.
inline std::string hdf5_reason() {
  const std::string why = hdf5_last_error();
  if (why.find("version") == std::string::npos) return why;
  return why + ": this is " + hdf5_version() + ", and the file may need a newer one";
}

/// Why an HDF5 file does not open, in words, right after H5Fopen failed; sets `expected` to what the file is not.
inline std::string why_not_open(const std::filesystem::path& file, std::string& expected) {
  const std::string why = hdf5_reason();
  std::error_code code;
  const auto bytes = std::to_string(std::filesystem::file_size(file, code)) + " bytes";
  if (why.find("truncated") != std::string::npos) {
    expected = "a complete HDF5 file";
    return bytes + ", the end is missing (" + why + ")";
  }
  if (H5Fis_hdf5(file.c_str()) == 0) {
    expected = "an HDF5 file";
    return bytes + " of something else, or an empty or broken download";
  }
  return why;
}

/// Opens a file for reading; throws vscg::expectation_error with the cause.
inline hdf5_handle open_hdf5_file(const std::filesystem::path& file) {
  std::error_code code;
  if (!std::filesystem::exists(file, code)) {
    const bool link = std::filesystem::is_symlink(file, code);
    throw expectation_error(
        file.string(), "an HDF5 file",
        link ? "a link to " + std::filesystem::read_symlink(file, code).string() + ", where there is no such file"
             : "no such file");
  }
  if (!std::filesystem::is_regular_file(file, code))
    throw expectation_error(file.string(), "an HDF5 file", "not a file");
  if (::access(file.c_str(), R_OK) != 0) {
    throw expectation_error(file.string(), "a readable HDF5 file", system_reason(errno));
  }
  hdf5_handle handle(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (handle) return handle;
  std::string expected = "a readable HDF5 file";
  const std::string found = why_not_open(file, expected);
  throw expectation_error(file.string(), expected, found);
}

/// The file that `name`, written in the HDF5 file `holder`, refers to; HDF5's places are searched in HDF5's order. None
/// if it is not there. `variable` is the environment variable with the folders that come first.
inline std::optional<std::filesystem::path> linked_file(const std::filesystem::path& holder, const std::string& name,
                                                        const char* variable) {
  std::vector<std::filesystem::path> candidates;
  const std::filesystem::path wanted(name);
  if (wanted.is_absolute()) candidates.push_back(wanted);
  const std::filesystem::path there = wanted.is_absolute() ? wanted.filename() : wanted;
  const char* const folders = std::getenv(variable);
  for (std::string_view rest(folders == nullptr ? "" : folders); !rest.empty();) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    if (end > 0) candidates.push_back(std::filesystem::path(rest.substr(0, end)) / there);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  candidates.push_back(holder.parent_path() / there);
  candidates.push_back(there);
  std::error_code code;
  candidates.push_back(std::filesystem::canonical(holder, code).parent_path() / there);
  for (const std::filesystem::path& candidate : candidates) {
    if (std::filesystem::exists(candidate, code)) return candidate;
  }
  return std::nullopt;
}

/// "an external link to b.h5:/data, …": where an external link points and what is wrong there.
inline std::string external_link_text(const std::filesystem::path& holder, const std::string& name,
                                      const std::string& object) {
  const std::string text = "an external link to " + name + ":" + object + ", ";
  const auto target = linked_file(holder, name, "HDF5_EXT_PREFIX");
  if (!target) return text + "where there is no such file";
  try {
    const hdf5_handle file = open_hdf5_file(*target);
    const hdf5_handle found(H5Oopen(file.get(), object.c_str(), H5P_DEFAULT), H5Oclose);
    return text + (found ? "which HDF5 does not follow" : "which does not open there: " + hdf5_reason());
  } catch (const expectation_error& problem) {
    return text + "but " + problem.what();
  }
}

/// Why the name `key` of an open file cannot be opened, right after that failed: a link and where it points, or what
/// HDF5 says.
inline std::string why_not_object(hid_t file, const std::filesystem::path& path, const std::string& key) {
  std::string why = hdf5_reason(), name = key, text;
  for (int step = 0; step < 8; ++step) {  // soft links may form a circle
    H5L_info_t info;
    if (H5Lget_info(file, name.c_str(), &info, H5P_DEFAULT) < 0) return text.empty() ? why : text + "where nothing is";
    if (info.type == H5L_TYPE_HARD) return text.empty() ? why : text + "which does not open: " + why;
    std::vector<char> value(info.u.val_size + 1, '\0');
    if (H5Lget_val(file, name.c_str(), value.data(), info.u.val_size, H5P_DEFAULT) < 0) return hdf5_reason();
    if (info.type == H5L_TYPE_EXTERNAL) {
      const char *target_file = nullptr, *target = nullptr;
      if (H5Lunpack_elink_val(value.data(), info.u.val_size, nullptr, &target_file, &target) < 0) return hdf5_reason();
      return text + external_link_text(path, target_file, target);
    }
    if (info.type != H5L_TYPE_SOFT) return text + "a link of a kind that is not known here";
    name = value.data();
    text += "a soft link to " + name + ", ";
    if (name == key || name == "/" + key) return text + "and so on in a circle";
  }
  return text + "and so on";
}

}  // namespace detail

/// The name of the array in the root group of `file`: `wanted`, or the only array there. Throws vscg::expectation_error
/// with the cause for a name that is there but cannot be opened, and otherwise with the names found.
inline std::string find_hdf5_array(hid_t file, const std::filesystem::path& path, const std::string& wanted) {
  const auto check = [&](auto result) {
    if (result < 0) throw expectation_error(path.string(), "a readable HDF5 file", detail::hdf5_reason());
    return result;
  };
  // Whether `name` is an array. If not, `what` says what it is; `why` is set too if it does not open.
  const auto is_array = [&](const std::string& name, std::string& what, std::string& why) {
    const hdf5_handle object(H5Oopen(file, name.c_str(), H5P_DEFAULT), H5Oclose);
    if (!object) what = why = detail::why_not_object(file, path, name);
    const H5I_type_t kind = object ? H5Iget_type(object.get()) : H5I_BADID;
    if (object && kind != H5I_DATASET) what = kind == H5I_GROUP ? "a group" : "a type";
    return kind == H5I_DATASET;
  };
  std::string what, why;
  if (check(H5Lexists(file, wanted.c_str(), H5P_DEFAULT)) > 0) {
    if (is_array(wanted, what, why)) return wanted;
    if (!why.empty()) throw expectation_error(path.string() + " (" + wanted + ")", "a readable array", why);
  }
  H5G_info_t info;
  check(H5Gget_info(file, &info));
  std::string names, array;
  std::size_t arrays = 0, broken = 0;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    const auto name_at = [&](char* to, std::size_t size) {
      return check(H5Lget_name_by_idx(file, ".", H5_INDEX_NAME, H5_ITER_INC, i, to, size, H5P_DEFAULT));
    };
    std::string name(static_cast<std::size_t>(name_at(nullptr, 0)) + 1, '\0');
    name_at(name.data(), name.size());
    name.pop_back();
    what.clear();
    why.clear();
    if (is_array(name, what, why)) {
      array = name;
      ++arrays;
    }
    broken += why.empty() ? 0 : 1;
    names += (names.empty() ? "" : ", ") + name + (what.empty() ? "" : " (" + what + ")");
  }
  if (arrays == 1 && broken == 0) return array;
  throw expectation_error(path.string(), "the key " + wanted + " (or one array only)",
                          names.empty() ? "no key at all" : "keys: " + names);
}

}  // namespace vscg::data

#include <vscg/core/end.hpp>
