// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include <vscg/core/inputs.hpp>
#include <vscg/core/stopped.hpp>
#include <vscg/core/team.hpp>
#include <vscg/data/ave_dataset.hpp>
#include <vscg/data/batch_loader.hpp>
#include <vscg/data/for_each_batch.hpp>
#include <vscg/data/types.hpp>
#include <vscg/model/inference_ahead.hpp>
#include <vscg/model/labels_ahead.hpp>
#include <vscg/model/session.hpp>
#include <vscg/model/weights.hpp>
#include <vscg/train/ave/metrics.hpp>
#include <vscg/train/ave/prediction.hpp>
#include <vscg/train/ave/resident_features.hpp>
#include <vscg/train/ave/row_lists.hpp>

namespace vscg::train {

/// Measures a network on parts of a data set. The weights are read again at every call; the memory is planned once.
/// The loader's next batch is read, and comes to the backend's memory, while one computes.
template <class Network, class Scalar, class Backend>
class evaluator {
 public:
  /// The most videos in one call of the network, and so in one batch of the loader.
  static constexpr std::size_t videos = Backend::memory::borrows_host_arrays ? 16 : 128;

  /// `threshold` is for networks that judge by relevance (see predict()).
  evaluator(const weights<Network, Scalar, Backend>& w, threads n, double threshold = default_relevance_threshold)
      : session_(w, n, batch_capacity{videos}), threshold_(threshold) {}
  evaluator(const weights<Network, Scalar, Backend>&&, threads, double = 0) = delete;

  /// Counts segments by their true class and the network's answer, for these rows of the data set; returns none when
  /// `stop` says so before a batch or while it waits for one.
  template <class Memory>
  std::optional<confusion_matrix> operator()(data::batch_loader<Scalar, Memory>& loader,
                                             std::span<const std::size_t> rows,
                                             const std::function<bool()>& stop = nullptr) {
    const auto lists = row_lists(rows, videos);
    confusion_matrix counts(data::categories);
    labels_ahead<std::uint8_t> truth;
    const auto count = [&](const auto& found) {
      if (found) counts.add(truth.of(found->call), predict(found->outputs, threshold_).classes);
    };
    const auto add = [&](std::size_t i, const data::batch<Scalar>& batch) {
      expect_no_stop(stop);
      truth.keep(i, batch.segment_classes);
      count(ahead_.infer(batch.audio, batch.visual));
      return true;
    };
    ahead_.drop();  // an earlier call may have ended early
    try {
      data::for_each_batch(loader, std::span(lists), add, stop);
      count(ahead_.finish());
    } catch (const stopped&) {
      return std::nullopt;
    }
    return counts;
  }

  /// The same for features in the backend's memory.
  std::optional<confusion_matrix> operator()(resident_features<inputs_of<Network>, Scalar, Backend>& features,
                                             const data::ave_dataset& ave, std::span<const std::size_t> rows,
                                             const std::function<bool()>& stop = nullptr) {
    confusion_matrix counts(data::categories);
    row_labels<Scalar> labels;
    for (std::size_t first = 0; first < rows.size(); first += videos) {
      if (stop && stop()) return std::nullopt;
      const auto part = rows.subspan(first, std::min(videos, rows.size() - first));
      labels.read(ave, part);
      const auto said = predict(session_.infer(features.arrays(), features.places(part)), threshold_);
      counts.add(labels.segment_classes, said.classes);
    }
    return counts;
  }

  std::size_t memory() const { return session_.memory() + ahead_.memory(); }

 private:
  session<Network, Scalar, Backend> session_;
  inference_ahead<session<Network, Scalar, Backend>> ahead_{session_};
  double threshold_;
};

}  // namespace vscg::train

#include <vscg/core/end.hpp>
