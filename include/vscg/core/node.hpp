// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <vscg/core/config.hpp>
#include <vscg/core/setting.hpp>
#include <vscg/core/slot.hpp>

namespace vscg {

/// One recorded operation.
struct node {
  using function = void (*)(const void* operation, const node& self, void* execution);

  std::string kind;   // "linear": the operation's name
  std::string label;  // "linear(attention.affine_video.weight)", "softmax(attention)": for errors and tables
  setting_list settings;
  std::vector<slot_id> operands;  // as the network's code gave them, so views too
  std::vector<slot_id> results;

  static constexpr std::size_t operation_bytes = 96;
  alignas(8) std::byte operation[operation_bytes] = {};  // the operation itself, copied
  function forward = nullptr;
  function pullback = nullptr;           // null if no operand is active
  function prepare = nullptr;            // null if nothing is prepared
  std::vector<slot_id> prepared;         // made from parameters alone, before the first run and when they change
  std::vector<slot_id> saved;            // written forward, read in the pullback
  std::vector<slot_id> forward_scratch;  // garbage before and after
  std::vector<slot_id> pullback_scratch;
  std::uint32_t active_operands = 0;  // bit i: operand i takes a gradient
  std::uint32_t reads_operands = 0;   // bit i: the pullback reads operand i
  std::uint32_t reads_results = 0;    // bit i: the pullback reads result i
  double flops_per_item = 0;          // of the forward product, if there is one
  bool couples_batch = false;         // an item's result depends on other items
  bool is_linear = false;             // in all its operands together
  bool gradients_apart = false;       // operands that are one array each need a gradient of their own

  // Building the program fills in the rest.
  std::vector<slot_id> arrays;  // by operand: the slot that holds the numbers, never a view
  std::uint32_t assigns = 0;    // bit i: this pullback is the first to write the gradient of operand i
  bool joins_forward = false;   // it waits for results that are computed beside the path
  bool joins_back = false;      // its pullback waits for gradients that are
  std::uint32_t wanted = 0;     // bit i: something reads the gradient of operand i
  std::uint32_t persists = 0;   // bit i: that gradient is a parameter's and grows over the micro-batches of a step
  std::uint32_t given = 0;      // bit i: result i gets a gradient; only these have a dy

  /// The own gradient of an operand whose array an earlier operand has too.
  struct apart {
    std::uint32_t operand;
    slot_id own;
    slot_size size;
  };
  std::vector<apart> apart_gradients;
  /// Null if operand i has none.
  const apart* apart_gradient(std::uint32_t i) const {
    for (const apart& own : apart_gradients) {
      if (own.operand == i) return &own;
    }
    return nullptr;
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
