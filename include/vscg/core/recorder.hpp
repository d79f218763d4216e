// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/node.hpp>
#include <vscg/core/slot.hpp>

namespace vscg {

/// A persistent array and the slot that holds its next numbers.
struct array_update {
  std::uint32_t parameter = slot::nobody;
  slot_id value = no_slot;
};

/// What a trace writes: the operations in the order in which the network's code called them.
struct recorder {
  std::vector<slot> arrays;
  std::vector<node> nodes;
  std::vector<slot_id> inputs;
  std::vector<slot_id> parameters;            // by id; no_slot if the trace has not met it
  std::vector<std::string> parameter_labels;  // by id
  std::vector<std::uint32_t> random_uses;     // by random key: how often it was used
  std::vector<array_update> updates;
  std::vector<std::shared_ptr<const std::vector<double>>> constants;  // operations point to them
  bool dropout = true;
  std::string part;  // what labels of operations without parameters say from now on: "loss"; empty in a network

  slot_id add(slot s) {
    arrays.push_back(std::move(s));
    return static_cast<slot_id>(arrays.size() - 1);
  }
  /// The operation whose result this slot is; null if it is not a result.
  const node* maker_of(slot_id id) const {
    return arrays[id].from == slot::origin::result ? &nodes[arrays[id].node] : nullptr;
  }
  VSCG_NOINLINE slot_id temporary(slot_size size, element_type type) {
    slot s;
    s.from = slot::origin::temporary;
    s.size = size;
    s.type = type;
    return add(std::move(s));
  }
  VSCG_NOINLINE slot_id input(slot_size size, element_type type, std::span<const int> extents) {
    slot s;
    s.from = slot::origin::input;
    s.size = size;
    s.type = type;
    s.extents.assign(extents.begin(), extents.end());
    inputs.push_back(add(std::move(s)));
    return inputs.back();
  }
  /// How often the random numbers of this key have been used before.
  VSCG_NOINLINE std::uint32_t use_random(std::uint32_t key) {
    expect_listed(key < random_uses.size());
    return random_uses[key]++;
  }
  VSCG_NOINLINE slot_id parameter(std::uint32_t id, element_type type, std::span<const int> extents) {
    expect_listed(id < parameters.size());
    if (parameters[id] != no_slot) return parameters[id];
    slot s;
    s.from = slot::origin::parameter;
    s.size.fixed = 1;
    for (const int extent : extents) s.size.fixed *= static_cast<std::size_t>(extent);
    s.type = type;
    s.extents.assign(extents.begin(), extents.end());
    s.parameter = id;
    return parameters[id] = add(std::move(s));
  }
  /// Says that an operation takes these indices from 0 to `limit` - 1.
  VSCG_NOINLINE void limit_indices(slot_id id, std::int32_t limit) {
    while (arrays[id].from == slot::origin::view) id = arrays[id].view_of;
    std::int32_t& least = arrays[id].index_limit;
    if (least == 0 || limit < least) least = limit;
  }
  /// The numbers of `of` in another shape.
  VSCG_NOINLINE slot_id view(slot_id of, std::span<const int> extents) {
    slot s;
    s.from = slot::origin::view;
    s.size = arrays[of].size;
    s.type = arrays[of].type;
    s.extents.assign(extents.begin(), extents.end());
    s.view_of = of;
    return add(std::move(s));
  }

 private:
  static void expect_listed(bool listed) {
    if (listed) return;
    throw expectation_error("a layer that is used", "a member of the network that VSCG_MEMBERS lists",
                            "one that belongs to no network; losses and functions have no layers of their own");
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
