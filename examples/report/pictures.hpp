// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <vscg/core/checked_size.hpp>
#include <vscg/core/error.hpp>
#include <vscg/data/types.hpp>
#include <vscg/files/file_presence.hpp>
#include <vscg/files/input_file.hpp>

namespace report {

/// Pictures of a video, one for each second, as data: URIs.
struct pictures {
  std::vector<std::string> uris;      ///< 10; empty where there is none
  std::vector<std::string> problems;  ///< why, in the order of the seconds
};

inline std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    unsigned three = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      three = three << 8U | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (unsigned i = 0; i < 4; ++i) {
      text += at + i > bytes.size() ? '=' : digits[(three >> (18U - 6U * i)) & 63U];
    }
  }
  return text;
}

/// A JPEG or PNG file as a data: URI; its first bytes say which it is. Throws vscg::expectation_error for anything else
/// and for more than 8 MiB, which would make pages that no browser likes.
inline std::string picture_uri(const std::filesystem::path& path) {
  constexpr std::size_t most = std::size_t{8} << 20U;
  const vscg::input_file file(path);
  if (file.size() > most) {
    throw vscg::expectation_error(path.string(), "a picture of at most " + vscg::bytes_text(most),
                                  vscg::bytes_text(file.size()));
  }
  const std::string bytes = file.text();
  const bool jpeg = bytes.starts_with("\xFF\xD8\xFF"), png = bytes.starts_with("\x89PNG\r\n\x1A\n");
  if (!jpeg && !png) throw vscg::expectation_error(path.string(), "a JPEG or PNG picture", "something else");
  return std::string(jpeg ? "data:image/jpeg" : "data:image/png") + ";base64," + base64(bytes);
}

/// Looks for `folder`/`video`/0.jpg, or .jpeg or .png, to 9. What is missing or broken is a problem, not an error.
inline pictures read_pictures(const std::filesystem::path& folder, const std::string& video) {
  pictures found;
  const bool is_name = !video.empty() && video != "." && video != ".." && video.find('/') == std::string::npos;
  for (std::size_t second = 0; second < vscg::data::segments; ++second) {
    std::string uri;
    try {
      const auto stem = folder / video / std::to_string(second);
      for (const char* const suffix : {".jpg", ".jpeg", ".png"}) {
        const std::filesystem::path path = stem.string() + suffix;
        if (!is_name || !vscg::file_is_there(path)) continue;
        uri = picture_uri(path);
        break;
      }
      if (uri.empty()) found.problems.push_back(stem.string() + ": no .jpg, .jpeg or .png");
    } catch (const vscg::expectation_error& problem) {
      found.problems.emplace_back(problem.what());
    }
    found.uris.push_back(uri);
  }
  return found;
}

}  // namespace report
