// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <vscg/core/stopped.hpp>
#include <vscg/core/team.hpp>
#include <vscg/data/batch_loader.hpp>
#include <vscg/data/types.hpp>
#include <vscg/model/session.hpp>
#include <vscg/model/weights.hpp>
#include <vscg/train/metrics.hpp>
#include <vscg/train/prediction.hpp>

namespace vscg::train {

/// Requests `lists` from a loader, two ahead, and calls f(i, batch) for each, in order, until it returns false: the
/// next batch is read while f works on this one. What could not be read is thrown here, and vscg::stopped when `stop`
/// says so while a batch is waited for.
template <class Scalar, class F>
void for_each_batch(data::batch_loader<Scalar>& loader, std::span<const std::vector<std::size_t>> lists, F f,
                    const std::function<bool()>& stop = nullptr) {
  while (loader.outstanding() > 0) {  // what a call that ended early left
    try {
      loader.wait(stop);
    } catch (const stopped&) {
      throw;
    } catch (const expectation_error&) {  // nobody wants that batch any more
    }
  }
  for (std::size_t i = 0; i < std::min<std::size_t>(2, lists.size()); ++i) loader.request(lists[i]);
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const data::batch<Scalar>& batch = loader.wait(stop);
    if (i + 2 < lists.size()) loader.request(lists[i + 2]);
    if (!f(i, batch)) return;
  }
}

/// Measures a network on parts of a data set. The weights are read anew at every call; the memory is planned once.
template <class Network, class Scalar, class Backend>
class evaluator {
 public:
  /// Videos of one call of the network at most, and so of one batch of the loader.
  static constexpr std::size_t videos = 16;

  evaluator(const weights<Network, Scalar, Backend>& w, threads n) : session_(w, n, batch_capacity{videos}) {}
  evaluator(const weights<Network, Scalar, Backend>&&, threads) = delete;

  /// Segments by what is true of them and what the network says, for these rows of the data set; none when `stop` says
  /// so before a batch or while one is waited for.
  std::optional<confusion_matrix> operator()(data::batch_loader<Scalar>& loader, std::span<const std::size_t> rows,
                                             const std::function<bool()>& stop = nullptr) {
    std::vector<std::vector<std::size_t>> lists;
    for (std::size_t first = 0; first < rows.size(); first += videos) {
      const auto part = rows.subspan(first, std::min(videos, rows.size() - first));
      lists.emplace_back(part.begin(), part.end());
    }
    confusion_matrix counts(data::categories);
    const auto add = [&](std::size_t, const data::batch<Scalar>& batch) {
      expect_no_stop(stop);
      const auto said = predict(session_.infer(batch.audio, batch.visual));
      counts.add(batch.segment_classes, said.classes);
      return true;
    };
    try {
      for_each_batch(loader, std::span<const std::vector<std::size_t>>(lists), add, stop);
    } catch (const stopped&) {
      return std::nullopt;
    }
    return counts;
  }

  std::size_t memory() const { return session_.memory(); }

 private:
  session<Network, Scalar, Backend> session_;
};

}  // namespace vscg::train

#include <vscg/core/end.hpp>
