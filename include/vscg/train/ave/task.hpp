// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/random.hpp>
#include <vscg/core/stopped.hpp>
#include <vscg/core/team.hpp>
#include <vscg/data/ave_dataset.hpp>
#include <vscg/data/batch_loader.hpp>
#include <vscg/data/for_each_batch.hpp>
#include <vscg/model/weights.hpp>
#include <vscg/train/ave/data_identity.hpp>
#include <vscg/train/ave/evaluation.hpp>
#include <vscg/train/ave/labels.hpp>
#include <vscg/train/ave/metrics.hpp>
#include <vscg/train/ave/protocol.hpp>
#include <vscg/train/ave/released_targets.hpp>
#include <vscg/train/ave/resident_features.hpp>
#include <vscg/train/ave/settings.hpp>
#include <vscg/train/task.hpp>

namespace vscg::train {

/// Localizes the events of the AVE data set's videos (see vscg::train::Task): accuracies are shares of segments.
/// Batches come from the loader. If the backend has memory of its own, all features are brought there once, if they
/// fit; if not, the run brings the next batch there while one trains.
template <class Network, class Loss, class Scalar, class Backend>
class ave_task {
 public:
  using settings = ave_settings;

  /// Throws vscg::expectation_error for settings that do not suit the data set.
  ave_task(const ave_settings& s, const weights<Network, Scalar, Backend>& w, threads n, const data::ave_dataset& ave)
      : ave_(ave),
        settings_(s),
        rows_(training_rows(ave, s)),
        evaluator_(w, n, s.relevance_threshold),
        loader_(ave, std::max(s.batch, evaluator_.videos)) {}

  std::uint64_t identity() const { return data_identity(ave_); }

  std::vector<std::vector<std::size_t>> batches(std::size_t epoch) const {
    const ave_settings& s = settings_;
    return epoch_batches(order_of(s), s.keeps_last_batch, rows_, s.batch, seed{s.seed}, epoch);
  }

  template <class Take>
  void for_each_batch(std::span<const std::vector<std::size_t>> lists, Take take, const std::function<bool()>& stop) {
    if constexpr (has_own_memory) {
      if (has_features(stop)) {
        for (const auto& list : lists) {
          labels_.read(ave_, list);
          fill_targets(list.size(), labels_.segment_classes, labels_.tags);
          const auto places = features_->places(list);
          const auto step = [&](const auto&... target) { return take(features_->arrays(), places, target...); };
          if (!std::apply(step, targets_)) return;
        }
        return;
      }
    }
    const auto give = [&](std::size_t, const data::batch<Scalar>& batch) {
      fill_targets(batch.rows.size(), batch.segment_classes, batch.tags);
      return std::apply([&](const auto&... target) { return take(batch.audio, batch.visual, target...); }, targets_);
    };
    data::for_each_batch(loader_, lists, give, stop);
  }

  std::optional<measures> measure(std::size_t epoch, const std::function<bool()>& stop) {
    const auto wanted = evaluations_after(measuring_of(settings_), epoch);
    measures found;
    const auto look = [&](data::split part, std::optional<double>& accuracy) {
      const auto counts = count(ave_.order(part), stop);
      if (counts) accuracy = counts->accuracy();
      return counts.has_value();
    };
    if (wanted.validation && !look(data::split::validation, found.validation)) return std::nullopt;
    if (wanted.test && !look(data::split::test, found.test)) return std::nullopt;
    return found;
  }

  template <class F>
  void for_each_state(F f) {
    if constexpr (released::differ) f("released_targets", released_.memory);
  }

 private:
  using released = released_targets<Loss, Scalar>;

  static constexpr bool has_own_memory = !Backend::memory::borrows_host_arrays;

  /// Whether all features are in the backend's memory; the first call brings them there.
  bool has_features(const std::function<bool()>& stop) {
    if (!features_) features_.emplace(used_rows(ave_, rows_), ave_.videos() + ave_.noisy_videos());
    return features_->ready(loader_, settings_.batch, stop);
  }

  std::optional<confusion_matrix> count(std::span<const std::size_t> rows, const std::function<bool()>& stop) {
    if constexpr (has_own_memory) {
      try {
        if (has_features(stop)) return evaluator_(*features_, ave_, rows, stop);
      } catch (const stopped&) {
        return std::nullopt;
      }
    }
    return evaluator_(loader_, rows, stop);
  }

  /// Training rows and those that are measured.
  static std::vector<std::size_t> used_rows(const data::ave_dataset& ave, std::vector<std::size_t> rows) {
    for (const data::split part : {data::split::validation, data::split::test}) {
      const auto order = ave.order(part);
      rows.insert(rows.end(), order.begin(), order.end());
    }
    return rows;
  }

  /// The training split, followed by the noisy background videos if training is weak.
  static std::vector<std::size_t> training_rows(const data::ave_dataset& ave, const ave_settings& s) {
    for (const data::split part : {data::split::validation, data::split::test}) static_cast<void>(ave.order(part));
    const auto order = ave.order(data::split::train);
    std::vector<std::size_t> rows(order.begin(), order.end());
    if (s.supervision == setting::weakly && s.noisy_videos) {
      for (std::size_t i = 0; i < ave.noisy_videos(); ++i) rows.push_back(ave.videos() + i);
    }
    if (rows.size() < s.batch) {
      throw expectation_error("--batch",
                              "at most " + std::to_string(rows.size()) + ", the videos there are to train with",
                              std::to_string(s.batch));
    }
    return rows;
  }

  void fill_targets(std::size_t videos, std::span<const std::uint8_t> segment_classes, std::span<const Scalar> tags) {
    const labels<Scalar> known{videos, data::segments, data::categories, segment_classes, tags};
    bool filled = false;
    if constexpr (released::differ) {
      filled = settings_.protocol == protocol_name::released;
      if (filled) released_.fill(known, targets_);
    }
    if (!filled) Loss::fill(known, targets_);
  }

  data::ave_dataset ave_;
  ave_settings settings_;
  std::vector<std::size_t> rows_;
  evaluator<Network, Scalar, Backend> evaluator_;
  data::batch_loader<Scalar, typename Backend::memory::host> loader_;
  // None if the backend has the host's memory.
  std::optional<resident_features<inputs_of<Network>, Scalar, Backend>> features_;
  row_labels<Scalar> labels_;
  released released_;
  std::array<std::vector<Scalar>, Loss::targets::count> targets_;
};

}  // namespace vscg::train

#include <vscg/core/end.hpp>
