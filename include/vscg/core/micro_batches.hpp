// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/node.hpp>
#include <vscg/core/program.hpp>
#include <vscg/core/slot.hpp>

namespace vscg {

/// Why a program cannot run on a few items of a batch at a time; empty if it can.
///
/// A number that belongs to the whole batch (the mean of a loss) grows with every micro-batch, and anything computed
/// from it is right only after the last one. Its gradient must be known from the first one on, so it may only pass
/// through linear operations, and only together with others of its kind: a parameter added to it would get its gradient
/// once per micro-batch.
inline std::string why_no_micro_batches(const program& p) {
  std::vector<bool> grows(p.slot_table().size(), false);
  for (const node& n : p.nodes()) {
    if (n.couples_batch) return n.label + " needs all items of the batch at once";
    bool of_items = false;
    bool growing = false;
    bool learning_beside = false;
    for (std::uint32_t k = 0; k < n.arrays.size(); ++k) {
      const slot& s = p.slot_table()[n.arrays[k]];
      of_items = of_items || s.size.per_item > 0;
      growing = growing || grows[n.arrays[k]];
      learning_beside = learning_beside || (!grows[n.arrays[k]] && ((n.wanted >> k) & 1U) != 0);
    }
    if (growing && !n.is_linear) return n.label + " is not linear, and its operand is a mean or sum over the batch";
    if (growing && (of_items || learning_beside)) {
      return n.label + " mixes a mean or sum over the batch with something else";
    }
    if (!growing && !of_items) continue;
    for (const slot_id id : n.results) grows[id] = p.slot_table()[id].size.fixed > 0;
  }
  const slot_id loss = p.loss();
  if (loss != no_slot && !grows[p.array_of(loss)]) return "the loss is not a mean or sum over the batch";
  return "";
}

/// Throws vscg::expectation_error naming `what` if the program needs the whole batch at once.
inline void expect_micro_batches(const program& p, std::size_t micro_batch, std::size_t batch, const char* what) {
  if (micro_batch >= batch) return;
  const std::string why = why_no_micro_batches(p);
  if (why.empty()) return;
  throw expectation_error(what, "the whole batch of " + std::to_string(batch) + ", because " + why,
                          std::to_string(micro_batch));
}

}  // namespace vscg

#include <vscg/core/end.hpp>
