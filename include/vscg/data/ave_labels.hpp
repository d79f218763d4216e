// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/data/annotations.hpp>
#include <vscg/data/ave_files.hpp>
#include <vscg/data/labels.hpp>
#include <vscg/data/types.hpp>

namespace vscg::data {

/// Everything that is known about what happens in the videos; noisy ones come after the others.
struct ave_labels {
  bool known = false;                          ///< whether `segment_classes` and `tags` are there
  std::vector<std::uint8_t> segment_classes;   ///< rows x 10
  std::vector<float> tags;                     ///< rows x 29
  std::vector<std::uint8_t> video_categories;  ///< rows; 28 where nothing happens
  std::vector<std::string> category_names;     ///< 28
  std::optional<annotation_list> annotations;

  /// Appends background videos.
  void add_noisy(std::size_t count) {
    for (std::size_t i = 0; known && i < count; ++i) {
      segment_classes.insert(segment_classes.end(), segments, static_cast<std::uint8_t>(background));
      tags.insert(tags.end(), classes - 1, 0.0F);
      tags.push_back(1.0F);
      video_categories.push_back(static_cast<std::uint8_t>(background));
    }
  }
};

/// Share of the segments of each class, for one video of 10 classes.
inline std::array<float, classes> class_shares(const std::uint8_t* segment_classes) {
  std::array<float, classes> result{};
  for (std::size_t c = 0; c < classes; ++c) {
    const auto count = std::count(segment_classes, segment_classes + segments, static_cast<std::uint8_t>(c));
    result[c] = static_cast<float>(count) / static_cast<float>(segments);
  }
  return result;
}

namespace detail {

/// Reads and compares the files that say what happens in the videos.
class label_reader {
 public:
  label_reader(ave_folder& folder, std::size_t rows, std::string features, const ave_options& options)
      : folder_(folder), options_(options), rows_(rows), features_(std::move(features)) {}

  ave_labels read() {
    read_annotations_file();
    read_segments();
    if (!out_.known) return std::move(out_);
    name_categories();
    if (options_.setting == supervision::fully) warn_of_several_categories();
    read_tags();
    return std::move(out_);
  }

 private:
  void warn(const std::string& text) const {
    if (options_.warn) options_.warn(text);
  }

  void expect_rows(const std::string& file, std::size_t found, const std::string& hint = "") const {
    if (found == rows_) return;
    throw expectation_error(file, std::to_string(rows_) + " videos as in " + features_ + remark_on_rows(rows_),
                            std::to_string(found) + hint + remark_on_rows(found));
  }

  void read_annotations_file() {
    const auto path = folder_.find(file_names::annotations);
    if (!path) return;
    out_.annotations = read_annotations(*path);
    expect_rows(path->string(), out_.annotations->entries.size(), " lines (line i belongs to feature row i)");
    for (const std::size_t row : out_.annotations->empty_rows) {
      const annotation& entry = out_.annotations->entries[row];
      warn(path->string() + ": video row " + std::to_string(row) + " (" + entry.video_id +
           ") has an event without length, from " + std::to_string(entry.start) + " to " + std::to_string(entry.end) +
           ": all of it is background");
    }
  }

  void read_segments() {
    if (const auto path = folder_.find(file_names::labels)) {
      label_file_ = path->string();
      out_.segment_classes = read_segment_labels(*path);
      expect_rows(label_file_, out_.segment_classes.size() / segments);
    } else if (out_.annotations) {
      out_.segment_classes.resize(rows_ * segments);
      for (std::size_t i = 0; i < out_.segment_classes.size(); ++i) {
        out_.segment_classes[i] =
            static_cast<std::uint8_t>(out_.annotations->segment_class(i / segments, i % segments));
      }
    } else if (options_.labels_required) {
      throw expectation_error(
          "data folder " + folder_.dir().string(),
          ave_folder::either(file_names::labels) + ", or Annotations.txt to rebuild the labels from", "none of them");
    } else {
      name_unknown_categories();
      return;
    }
    out_.known = true;
  }

  /// Names must be unique, as in a weights file, so that a run does not learn at its end that it cannot write its file.
  void name_unknown_categories() {
    auto& names = out_.category_names;
    names.resize(categories);
    for (std::size_t c = 0; c < categories; ++c) {
      if (!names[c].empty()) continue;
      std::string name = "category " + std::to_string(c);
      while (std::find(names.begin(), names.end(), name) != names.end()) name += " (unnamed)";
      names[c] = name;
    }
  }

  // A category's index is the order of its first appearance. But a data set that was cut or sorted anew still has a
  // label file with the indices of the whole one, so the rows of the label file vote on the names.
  void name_categories() {
    auto& names = out_.category_names;
    if (out_.annotations) names = out_.annotations->category_names;
    if (out_.annotations && !label_file_.empty()) vote();
    name_unknown_categories();
    out_.video_categories.resize(rows_);
    for (std::size_t row = 0; row < rows_; ++row) out_.video_categories[row] = category_of(row);
  }

  std::uint8_t event_class(std::size_t row) const {
    const auto* begin = out_.segment_classes.data() + row * segments;
    const auto* const event = std::find_if(begin, begin + segments, [](std::uint8_t c) { return c != background; });
    return event == begin + segments ? static_cast<std::uint8_t>(background) : *event;
  }

  std::uint8_t category_of(std::size_t row) const {
    if (!out_.annotations) return event_class(row);
    const auto& names = out_.category_names;
    const auto found = std::find(names.begin(), names.end(), out_.annotations->entries[row].category);
    return found == names.end() ? event_class(row) : static_cast<std::uint8_t>(found - names.begin());
  }

  void vote() {
    const annotation_list& list = *out_.annotations;
    std::vector<std::array<std::size_t, categories>> votes(categories);  // [class][name]
    for (std::size_t row = 0; row < rows_; ++row) {
      const std::uint8_t event = event_class(row);
      if (event != background) ++votes[event][list.category_index[row]];
    }
    // The most votes come first: a name that several classes claim goes to only one of them.
    std::vector<std::pair<std::size_t, std::size_t>> found;  // class and name
    for (std::size_t c = 0; c < categories; ++c) {
      for (std::size_t name = 0; name < categories; ++name) {
        if (votes[c][name] > 0) found.emplace_back(c, name);
      }
    }
    std::ranges::stable_sort(found, std::ranges::greater{}, [&](const auto& f) { return votes[f.first][f.second]; });
    std::vector<std::string> names(categories);
    std::vector<bool> used(categories, false);
    for (const auto& [c, name] : found) {
      if (!names[c].empty() || used[name]) continue;
      names[c] = list.category_names[name];
      used[name] = true;
    }
    for (std::size_t c = 0; c < list.category_names.size(); ++c) {
      if (names[c].empty() && !used[c]) names[c] = list.category_names[c];
    }
    out_.category_names = std::move(names);
    name_unknown_categories();
    std::size_t differ = 0, first = 0;
    for (std::size_t row = rows_; row-- > 0;) {
      const std::uint8_t event = event_class(row);
      if (event == background || out_.category_names[event] == list.entries[row].category) continue;
      ++differ;
      first = row;
    }
    if (differ > 0) {
      warn(label_file_ + ": " + std::to_string(differ) + " of " + std::to_string(rows_) +
           " videos have another category than in Annotations.txt, the first of them row " + std::to_string(first) +
           " (class " + std::to_string(event_class(first)) + " against " + list.entries[first].category + ")");
    }
  }

  // Fully supervised targets are the video's category and where it is heard and seen, so another category in the same
  // video is taken for that one.
  void warn_of_several_categories() const {
    std::size_t count = 0, first = 0, other = background;
    for (std::size_t row = rows_; row-- > 0;) {
      const std::uint8_t event = event_class(row);
      const auto* const begin = out_.segment_classes.data() + row * segments;
      const auto* const second =
          std::find_if(begin, begin + segments, [&](std::uint8_t c) { return c != background && c != event; });
      if (second == begin + segments) continue;
      ++count;
      first = row;
      other = *second;
    }
    if (count == 0) return;
    const auto named = [&](std::size_t c) { return std::to_string(c) + " (" + out_.category_names[c] + ")"; };
    warn(
        label_file_ + ": " + std::to_string(count) + " of " + std::to_string(rows_) +
        " videos have several categories, of which fully supervised training learns the first, the first of them row " +
        std::to_string(first) + " with class " + named(event_class(first)) + " and then class " + named(other));
  }

  void read_tags() {
    out_.tags.resize(rows_ * classes);
    for (std::size_t row = 0; row < rows_; ++row) {
      const auto shares = class_shares(out_.segment_classes.data() + row * segments);
      std::copy(shares.begin(), shares.end(), out_.tags.begin() + static_cast<std::ptrdiff_t>(row * classes));
    }
    if (options_.setting != supervision::weakly) return;
    if (const auto path = folder_.find(file_names::shares)) {
      std::vector<float> tags = read_class_shares(*path);
      expect_rows(path->string(), tags.size() / classes);
      warn_where_different(path->string(), "the shares of its segment labels", [&](std::size_t row) {
        for (std::size_t i = row * classes; i < (row + 1) * classes; ++i) {
          if (std::abs(tags[i] - out_.tags[i]) > 1e-4F) return true;
        }
        return false;
      });
      out_.tags = std::move(tags);
    }
    if (const auto path = folder_.find(file_names::video_labels)) {
      std::vector<std::uint8_t> found = read_video_labels(*path);
      expect_rows(path->string(), found.size());
      warn_where_different(path->string(), "the category of its labels", [&](std::size_t row) {
        return out_.video_categories[row] != background && found[row] != out_.video_categories[row];
      });
      out_.video_categories = std::move(found);
    }
  }

  template <class Differs>
  void warn_where_different(const std::string& file, const std::string& from_what, Differs&& differs) const {
    std::size_t count = 0, first = 0;
    for (std::size_t row = rows_; row-- > 0;) {
      if (!differs(row)) continue;
      ++count;
      first = row;
    }
    if (count > 0) {
      warn(file + ": " + std::to_string(count) + " of " + std::to_string(rows_) + " videos differ from " + from_what +
           ", the first of them row " + std::to_string(first) + "; the file counts");
    }
  }

  ave_folder& folder_;
  const ave_options& options_;
  std::size_t rows_;
  std::string features_, label_file_;
  ave_labels out_;
};

}  // namespace detail

/// Reads the labels of `rows` videos from the folder; `features` is the file that says how many there are. Throws
/// vscg::expectation_error if the files contradict themselves; what is odd but usable goes to options.warn.
inline ave_labels read_ave_labels(ave_folder& folder, std::size_t rows, const std::string& features,
                                  const ave_options& options) {
  return detail::label_reader(folder, rows, features, options).read();
}

}  // namespace vscg::data

#include <vscg/core/end.hpp>
