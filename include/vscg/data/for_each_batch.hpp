// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/stopped.hpp>
#include <vscg/data/batch_loader.hpp>

namespace vscg::data {

/// Requests `lists` from a loader, two ahead, and calls f(i, batch) for each, in order, until it returns false: the
/// next batch is read while f works on this one. Throws the errors of reading, and vscg::stopped when `stop` says so
/// while it waits for a batch.
template <class Scalar, class Memory, class F>
void for_each_batch(batch_loader<Scalar, Memory>& loader, std::span<const std::vector<std::size_t>> lists, F f,
                    const std::function<bool()>& stop = nullptr) {
  while (loader.outstanding() > 0) {  // left by a call that ended early
    try {
      loader.wait(stop);
    } catch (const stopped&) {
      throw;
    } catch (const expectation_error&) {  // nobody wants that batch any more
    }
  }
  for (std::size_t i = 0; i < std::min<std::size_t>(2, lists.size()); ++i) loader.request(lists[i]);
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const batch<Scalar>& batch = loader.wait(stop);
    if (i + 2 < lists.size()) loader.request(lists[i + 2]);
    if (!f(i, batch)) return;
  }
}

}  // namespace vscg::data

#include <vscg/core/end.hpp>
