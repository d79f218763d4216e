// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace vscg {

/// What is known of an `inference_ahead`'s two batches: the one that computes and the one that comes.
template <class Label>
class labels_ahead {
 public:
  /// Keeps those of call `call`, until two calls later.
  void keep(std::size_t call, std::span<const Label> labels) { of_[call % 2].assign(labels.begin(), labels.end()); }

  const std::vector<Label>& of(std::size_t call) const { return of_[call % 2]; }

 private:
  std::array<std::vector<Label>, 2> of_;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
