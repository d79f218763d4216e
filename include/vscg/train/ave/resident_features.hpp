// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/data/ave_dataset.hpp>
#include <vscg/data/batch_loader.hpp>
#include <vscg/data/for_each_batch.hpp>
#include <vscg/data/types.hpp>
#include <vscg/model/kept_inputs.hpp>
#include <vscg/model/resident_arrays.hpp>
#include <vscg/train/ave/row_lists.hpp>

namespace vscg::train {

/// Labels of some rows, as a batch of the loader has them.
template <class Scalar>
struct row_labels {
  std::vector<std::uint8_t> segment_classes;  // [N, 10]
  std::vector<Scalar> tags;                   // [N, 29]

  void read(const data::ave_dataset& ave, std::span<const std::size_t> rows) {
    segment_classes.clear();
    tags.clear();
    for (const std::size_t row : rows) {
      const auto classes = ave.segment_classes(row);
      const auto tag = ave.tag(row);
      segment_classes.insert(segment_classes.end(), classes.begin(), classes.end());
      tags.insert(tags.end(), tag.begin(), tag.end());
    }
  }
};

/// The features of the videos that a run uses, in a device's memory: read once, then picked by row. `Inputs` are those
/// of the network: audio [N,10,128] and visual [N,10,7,7,512].
template <class Inputs, class Scalar, class Backend>
class resident_features {
 public:
  using arrays_type = resident_arrays<Scalar, typename Backend::memory, Inputs, kept_inputs<Backend, Scalar, Inputs>>;

  /// For these rows of a data set with `all` rows; a row may be named several times.
  resident_features(std::vector<std::size_t> rows, std::size_t all) : rows_(std::move(rows)), places_(all) {
    std::sort(rows_.begin(), rows_.end());
    rows_.erase(std::unique(rows_.begin(), rows_.end()), rows_.end());
    for (std::size_t i = 0; i < rows_.size(); ++i) places_[rows_[i]] = i;
  }

  /// Whether the features are in memory. The first call reads them, if there is room; `at_once` rows make a batch of
  /// the loader. Throws the errors of reading, and vscg::stopped when `stop` says so; the next call then reads them
  /// again.
  template <class Memory>
  bool ready(data::batch_loader<Scalar, Memory>& loader, std::size_t at_once, const std::function<bool()>& stop) {
    if (arrays_ || !fits_) return fits_;
    std::optional<arrays_type> arrays;
    try {
      arrays.emplace(rows_.size());
    } catch (const out_of_memory&) {
      return fits_ = false;
    }
    const auto lists = row_lists(rows_, at_once);
    const auto put = [&](std::size_t i, const data::batch<Scalar>& batch) {
      arrays->put(i * at_once, batch.audio, batch.visual);
      return true;
    };
    data::for_each_batch(loader, std::span(lists), put, stop);
    arrays_ = std::move(arrays);
    return true;
  }

  const arrays_type& arrays() const { return *arrays_; }
  /// Where these rows of the data set lie in `arrays()`; valid until the next call.
  std::span<const std::size_t> places(std::span<const std::size_t> rows) {
    places_of_batch_.clear();
    for (const std::size_t row : rows) places_of_batch_.push_back(places_[row]);
    return places_of_batch_;
  }

 private:
  std::vector<std::size_t> rows_;
  std::vector<std::size_t> places_;  // by row of the data set
  std::vector<std::size_t> places_of_batch_;
  std::optional<arrays_type> arrays_;
  bool fits_ = true;
};

}  // namespace vscg::train

#include <vscg/core/end.hpp>
