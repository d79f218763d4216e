// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <vscg/core/checked_size.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/program.hpp>
#include <vscg/core/stretches.hpp>

namespace vscg {

/// Where every array of a program lies in one block of memory, for a number of items and threads. The plan is made
/// before anything is allocated, and nothing is allocated afterwards.
class memory_plan {
 public:
  static constexpr std::size_t alignment = 64;  // bytes: a cache line, and the widest vector register
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

  /// One array: a value or its gradient, live from step `first` through step `last`. `part`: it lives inside one
  /// stretch that runs on a few items at a time, and holds only those items.
  struct block {
    slot_id id = no_slot;
    bool gradient = false;
    std::size_t first = 0;
    std::size_t last = 0;
    std::size_t bytes = 0;
    std::size_t offset = 0;
    bool part = false;
  };

  /// `limits`: the backend's. `beside`: launches that a step leaves may run until the next one ends, so what it touches
  /// stays where it is. Throws vscg::expectation_error naming `what` (the number of items) if no memory could hold that
  /// many.
  memory_plan(const program& p, const stretch_limits& limits, std::size_t items, std::size_t workers,
              std::size_t scalar_bytes, std::string_view what = "capacity", bool beside = false)
      : items_(items),
        beside_(beside),
        stretches_(find_stretches(p, limits)),
        values_(p.slot_table().size(), nowhere),
        gradients_(p.slot_table().size(), nowhere) {
    build<>(p, workers, scalar_bytes, what);
  }

  std::size_t items() const { return items_; }
  std::size_t bytes() const { return bytes_; }
  /// The part of `bytes()` that is made from weights and stays from run to run, for any number of items.
  std::size_t prepared_bytes() const { return prepared_bytes_; }
  /// Byte offset of a slot's value or gradient; `nowhere` for arrays outside the block (inputs, parameters).
  std::size_t value(slot_id id) const { return values_[id]; }
  std::size_t gradient(slot_id id) const { return gradients_[id]; }
  const std::vector<block>& blocks() const { return blocks_; }
  /// The program's steps in the order they run. A `part` block holds the items of one stretch.
  const std::vector<stretch>& stretches() const { return stretches_; }

  /// What lies where and when, one line per block: results by the label of their operation ("d " before it: their
  /// gradients), copies of weights that are prepared, arrays that are saved for the pullback, scratch, and gradients
  /// apart.
  template <class = void>  // so that vscg::compiled can hold it
  std::string describe(const program& p) const {
    std::string text = std::to_string(bytes_) + " bytes for " + std::to_string(items_) +
                       " items; for each block: first byte +bytes, from which step to which, what it holds\n";
    std::vector<std::string> producer(p.slot_table().size());
    for (std::size_t k = 0; k < p.inputs().size(); ++k) producer[p.inputs()[k]] = "input " + std::to_string(k);
    for (const auto& n : p.nodes()) {
      const auto name = [&](const std::vector<slot_id>& ids, const char* what) {
        for (const slot_id id : ids) {
          if (id != no_slot && producer[id].empty()) producer[id] = n.label + what;
        }
      };
      name(n.results, "");
      name(n.prepared, " prepared");
      name(n.saved, " saved");
      name(n.forward_scratch, " scratch");
      name(n.pullback_scratch, " scratch back");
      for (const auto& apart : n.apart_gradients) producer[apart.own] = n.label + " gradient apart";
    }
    for (const auto& b : blocks_) {
      text += std::to_string(b.offset) + " +" + std::to_string(b.bytes) + "  steps " + std::to_string(b.first) + ".." +
              std::to_string(b.last) + "  " + (b.gradient ? "d " : "") + producer[b.id] + '\n';
    }
    return text;
  }

 private:
  template <class = void>
  [[gnu::cold]] VSCG_NOINLINE void build(const program& p, std::size_t workers, std::size_t scalar_bytes,
                                         std::string_view what) {
    const std::size_t most = most_items(p, workers, scalar_bytes);
    if (items_ > most)
      throw expectation_error(what, "at most " + std::to_string(most) + " items", std::to_string(items_));
    collect(p, workers, scalar_bytes);
    place();
    for (const auto& b : blocks_) (b.gradient ? gradients_ : values_)[b.id] = b.offset;
  }

  // Few enough that no sum or product of sizes overflows below, even if every slot had a value and a gradient and no
  // two shared a place.
  static std::size_t most_items(const program& p, std::size_t workers, std::size_t scalar_bytes) {
    const char* const what = "elements of one item";
    std::size_t per_item = 1;
    std::size_t per_pair = 0;
    std::size_t fixed = 0;
    for (const slot& s : p.slot_table()) {
      per_item = checked_sum(what, {per_item, s.size.per_item, s.size.per_item});
      per_pair = checked_sum(what, {per_pair, s.size.per_pair, s.size.per_pair});
      const std::size_t once = checked_sum(what, {s.size.fixed, checked_product(what, {s.size.per_worker, workers})});
      fixed = checked_sum(what, {fixed, once, once, 2 * alignment});
    }
    const std::size_t elements = largest_size / scalar_bytes;
    if (fixed >= elements) return 0;
    if (per_pair == 0) return (elements - fixed) / per_item;
    // n (per_item + n per_pair) fits if n is below both of these.
    const auto root = static_cast<std::size_t>(std::sqrt(static_cast<double>((elements - fixed) / per_pair / 2)));
    return std::min(root, (elements - fixed) / per_item / 2);
  }

  void collect(const program& p, std::size_t workers, std::size_t scalar_bytes) {
    constexpr std::size_t never = nowhere;
    const std::size_t end = p.steps().size();
    std::vector<block> values(p.slot_table().size());
    std::vector<block> gradients(p.slot_table().size());
    const auto touch = [&](std::vector<block>& list, slot_id id, std::size_t at) {
      list[id].first = std::min(list[id].first, at);
      list[id].last = std::max(list[id].last, at);
    };
    for (auto* list : {&values, &gradients}) {
      for (auto& b : *list) b.first = never;
    }
    for (std::size_t at = 0; at < end; ++at) {
      const bool stays = beside_ && p.leaves_beside(p.steps()[at]);
      p.for_each_array(p.steps()[at], [&](slot_id id, bool gradient) {
        touch(gradient ? gradients : values, id, at);
        if (stays) touch(gradient ? gradients : values, id, std::min(at + 1, end - 1));
      });
    }
    // Outputs are read after the run; numbers that belong to no item (losses) grow over micro-batches.
    for (const slot_id id : p.outputs()) touch(values, p.array_of(id), end);
    for (const array_update& update : p.updates()) touch(values, p.array_of(update.value), end);
    for (const auto& n : p.nodes()) {
      for (const slot_id id : n.results) {
        if (p.slot_table()[id].size.fixed == 0) continue;
        touch(values, id, 0);
        touch(values, id, end);
      }
    }
    std::vector<bool> prepared(p.slot_table().size(), false);
    for (const std::uint32_t i : p.preparations()) {
      for (const slot_id id : p.nodes()[i].prepared) {  // from before the first run until after the last
        if (id == no_slot) continue;
        prepared[id] = true;
        touch(values, id, 0);
        touch(values, id, end);
      }
    }
    if (p.loss() != no_slot) {  // written once, before the first run
      touch(gradients, p.array_of(p.loss()), 0);
      touch(gradients, p.array_of(p.loss()), end);
    }
    // The gradient of an input is a result of the run.
    for (const slot_id id : p.inputs()) {
      if (p.has_gradient(id)) touch(gradients, id, end);
    }

    for (slot_id id = 0; id < p.slot_table().size(); ++id) {
      const auto from = p.slot_table()[id].from;
      const bool inside = from == slot::origin::result || from == slot::origin::temporary;
      const bool gradient_inside = from == slot::origin::result || from == slot::origin::input;
      if (inside && values[id].first != never) {
        add(p, id, values[id], workers, scalar_bytes);
        if (prepared[id]) prepared_bytes_ += blocks_.back().bytes;
      }
      if (!gradient_inside || gradients[id].first == never) continue;
      gradients[id].gradient = true;
      add(p, id, gradients[id], workers, scalar_bytes);
    }
  }

  // A stretch repeats its steps for each part of the batch, so an array that outlives the stretch lives through all of
  // it.
  void add(const program& p, slot_id id, block b, std::size_t workers, std::size_t scalar_bytes) {
    b.id = id;
    const slot_size size = p.slot_table()[id].size;
    std::size_t items = items_;
    for (const auto& s : stretches_) {
      if (s.items == 0) continue;
      if (s.begin <= b.first && b.last < s.end && size.per_item > 0) {
        b.part = true;
        items = std::min(items, s.items);
      } else {
        if (s.begin < b.first && b.first < s.end) b.first = s.begin;
        if (s.begin <= b.last && b.last < s.end) b.last = s.end - 1;
      }
    }
    b.bytes = (size.elements(items, workers) * scalar_bytes + alignment - 1) / alignment * alignment;
    blocks_.push_back(b);
  }

  // Keeps the order of `before`; equal ones stay in the order of their insertion.
  template <class Before>
  static void insert(std::vector<std::size_t>& sorted, std::size_t i, Before before) {
    sorted.insert(std::upper_bound(sorted.begin(), sorted.end(), i, before), i);
  }

  // Largest first, each at the lowest place that is free for its whole life.
  void place() {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      insert(order, i, [&](std::size_t a, std::size_t b) { return blocks_[a].bytes > blocks_[b].bytes; });
    }
    std::vector<std::size_t> placed;  // by offset
    for (const std::size_t i : order) {
      block& b = blocks_[i];
      std::size_t offset = 0;
      for (const std::size_t j : placed) {
        const block& other = blocks_[j];
        if (other.last < b.first || b.last < other.first) continue;
        if (other.offset >= offset + b.bytes) break;
        offset = std::max(offset, other.offset + other.bytes);
      }
      b.offset = offset;
      bytes_ = std::max(bytes_, offset + b.bytes);
      insert(placed, i, [&](std::size_t a, std::size_t c) { return blocks_[a].offset < blocks_[c].offset; });
    }
  }

  std::size_t items_;
  bool beside_;
  std::vector<stretch> stretches_;
  std::size_t bytes_ = 0;
  std::size_t prepared_bytes_ = 0;
  std::vector<block> blocks_;
  std::vector<std::size_t> values_;
  std::vector<std::size_t> gradients_;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
