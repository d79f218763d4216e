// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <vscg/core/var.hpp>

namespace vscg {

/// A traced network, immutable: the operations that its outputs need, in the order recorded, and their pullbacks in
/// reverse. Shared by every session that runs it.
class program {
 public:
  struct step {
    std::uint32_t node = 0;
    bool pullback = false;
  };

  /// Steps [begin, end) that run on `items` items at a time, one part of the batch after the other; 0: on all at once.
  struct stretch {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t items = 0;
  };

  /// Numbers of one item (in one array) from which on a step runs on few items at a time, so that what one step writes
  /// the next one still finds in the cache, and so many numbers at a time.
  static constexpr std::size_t wide = std::size_t{1} << 16U;
  static constexpr std::size_t wide_at_once = std::size_t{1} << 18U;
  /// Narrow steps between wide ones run with them, if they are as few.
  static constexpr std::size_t bridge = 8;

  /// `outputs` stay readable after a run. With a `loss`, everything that it reaches gets a gradient.
  program(recorder&& trace, std::vector<slot_id> outputs, slot_id loss = no_slot)
      : slots_(std::move(trace.slot_table)),
        inputs_(std::move(trace.inputs)),
        parameters_(std::move(trace.parameters)),
        outputs_(std::move(outputs)),
        loss_(loss) {
    keep_what_is_needed(std::move(trace.nodes));
    find_gradients();
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) steps_.push_back({i, false});
    forward_steps_ = steps_.size();
    for (auto i = static_cast<std::uint32_t>(nodes_.size()); i-- > 0;) {
      if (nodes_[i].wanted != 0) steps_.push_back({i, true});
    }
    mark_first_writers();
    find_stretches();
    find_preparations();
  }

  std::span<const slot> slot_table() const { return slots_; }
  std::span<const node> nodes() const { return nodes_; }
  std::span<const step> steps() const { return steps_; }
  std::size_t forward_steps() const { return forward_steps_; }
  /// Nodes that prepare something of their weights, each thing once.
  std::span<const std::uint32_t> preparations() const { return preparations_; }
  /// All steps in order; a stretch is forward or pullback, not both.
  std::span<const stretch> stretches() const { return stretches_; }
  /// Calls f(id, gradient) for each array that a step touches, parameters and their gradients included.
  template <class F>
  void for_each_array(const step& s, F&& f) const {
    const node& n = nodes_[s.node];
    for (std::uint32_t k = 0; k < n.operands.size(); ++k) {
      if (!s.pullback || ((n.reads_operands >> k) & 1U) != 0) f(n.operands[k], false);
      if (s.pullback && ((n.wanted >> k) & 1U) != 0) f(n.operands[k], true);
    }
    if (!s.pullback || n.reads_result) f(n.result, false);
    if (s.pullback) f(n.result, true);
    for (const slot_id id : s.pullback ? n.pullback_scratch : n.forward_scratch) f(id, false);
    for (const slot_id id : n.saved) f(id, false);
    for (const slot_id id : n.prepared) {
      if (id != no_slot) f(id, false);
    }
  }
  std::span<const slot_id> inputs() const { return inputs_; }
  std::span<const slot_id> outputs() const { return outputs_; }
  slot_id loss() const { return loss_; }
  /// The slot of a parameter by its id; no_slot where the program does not use it.
  std::span<const slot_id> parameters() const { return parameters_; }
  /// Whether the loss's gradient reaches a slot.
  bool has_gradient(slot_id id) const { return has_gradient_[id]; }

  /// Floating-point operations of one item's products: forward, and with pullbacks two products for each wanted one.
  double flops_per_item() const {
    double total = 0;
    for (const auto& n : nodes_) {
      total += n.flops_per_item;
      for (std::uint32_t bits = n.wanted; bits != 0; bits &= bits - 1) {
        if (n.flops_per_item > 0 && operand_counts(n, bits)) total += n.flops_per_item;
      }
    }
    return total;
  }

  /// The program as a graph in DOT, for Graphviz.
  std::string dot() const {
    std::string text = "digraph program {\n  rankdir=TB; node [shape=box];\n";
    std::vector<std::string> producer(slots_.size());
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      producer[inputs_[i]] = "input" + std::to_string(i);
      text += "  " + producer[inputs_[i]] + " [shape=ellipse];\n";
    }
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const std::string name = "n" + std::to_string(i);
      text += "  " + name + " [label=\"" + nodes_[i].label + "\\n" +
              std::to_string(slots_[nodes_[i].result].size.per_item) + " an item\"];\n";
      for (const slot_id id : nodes_[i].operands) {
        if (!producer[id].empty()) text += "  " + producer[id] + " -> " + name + ";\n";
      }
      producer[nodes_[i].result] = name;
    }
    return text + "}\n";
  }

 private:
  // The data operand and the weight of a product cost one product each; a bias costs none.
  bool operand_counts(const node& n, std::uint32_t bits) const {
    return static_cast<std::uint32_t>(__builtin_ctz(bits)) < 2 && n.operands.size() >= 2;
  }

  void keep_what_is_needed(std::vector<node>&& recorded) {
    std::vector<bool> needed(slots_.size(), false);
    for (const slot_id id : outputs_) needed[id] = true;
    if (loss_ != no_slot) needed[loss_] = true;
    std::vector<bool> keep(recorded.size(), false);
    for (std::size_t i = recorded.size(); i-- > 0;) {
      if (!needed[recorded[i].result]) continue;
      keep[i] = true;
      for (const slot_id id : recorded[i].operands) needed[id] = true;
    }
    for (std::size_t i = 0; i < recorded.size(); ++i) {
      if (keep[i]) nodes_.push_back(std::move(recorded[i]));
    }
  }

  // A slot has a gradient where the loss depends on it and something that learns lies behind it.
  void find_gradients() {
    has_gradient_.assign(slots_.size(), false);
    if (loss_ == no_slot) return;
    has_gradient_[loss_] = true;
    for (std::size_t i = nodes_.size(); i-- > 0;) {
      node& n = nodes_[i];
      if (!has_gradient_[n.result] || n.pullback == nullptr) continue;
      n.wanted = n.active_operands;
      for (std::uint32_t k = 0; k < n.operands.size(); ++k) {
        if (((n.active_operands >> k) & 1U) == 0) continue;
        const slot_id id = n.operands[k];
        has_gradient_[id] = true;
        if (slots_[id].from != slot::origin::result && slots_[id].size.per_item == 0) n.persists |= 1U << k;
      }
    }
  }

  void mark_first_writers() {
    std::vector<bool> written(slots_.size(), false);
    for (const step s : std::span(steps_).subspan(forward_steps_)) {
      node& n = nodes_[s.node];
      for (std::uint32_t k = 0; k < n.operands.size(); ++k) {
        if (((n.wanted >> k) & 1U) == 0 || written[n.operands[k]]) continue;
        written[n.operands[k]] = true;
        n.assigns |= 1U << k;
      }
    }
  }

  // The widest array of a step; 0 where its items cannot be computed one after the other: it has something that is
  // neither an item's nor a parameter's.
  std::size_t width_of(const step& s) const {
    std::size_t widest = 0;
    bool apart = true;
    for_each_array(s, [&](slot_id id, bool) {
      const slot& a = slots_[id];
      const bool itself = a.from == slot::origin::parameter || is_prepared(nodes_[s.node], id);
      apart = apart && (itself || (a.size.per_item > 0 && a.size.fixed == 0 && a.size.per_worker == 0));
      if (!itself) widest = std::max(widest, a.size.per_item);
    });
    return apart ? widest : 0;
  }
  static bool is_prepared(const node& n, slot_id id) {
    return std::find(n.prepared.begin(), n.prepared.end(), id) != n.prepared.end();
  }

  void find_stretches() {
    std::vector<std::size_t> items(steps_.size(), 0);
    std::size_t first_between = 0;  // of the narrow steps since the last wide one that could run between wide ones
    for (std::size_t at = 0; at < steps_.size(); ++at) {
      const std::size_t width = width_of(steps_[at]);
      if (width == 0 || at == forward_steps_) first_between = at + (width == 0 ? 1 : 0);
      if (width < wide) continue;
      items[at] = std::max<std::size_t>(1, wide_at_once / width);
      const bool goes_on = first_between > 0 && items[first_between - 1] != 0 && at - first_between <= bridge;
      if (goes_on)
        std::fill(items.begin() + static_cast<std::ptrdiff_t>(first_between),
                  items.begin() + static_cast<std::ptrdiff_t>(at), items[at]);
      first_between = at + 1;
    }
    for (std::size_t at = 0; at < steps_.size(); ++at) {
      const bool goes_on =
          !stretches_.empty() && at != forward_steps_ && (stretches_.back().items == 0) == (items[at] == 0);
      if (!goes_on) stretches_.push_back({at, at, items[at]});
      stretches_.back().end = at + 1;
      stretches_.back().items = std::min(stretches_.back().items, items[at]);
    }
  }

  void find_preparations() {
    std::vector<bool> made(slots_.size(), false);
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
      bool makes = false;
      for (const slot_id id : nodes_[i].prepared) {
        if (id == no_slot || made[id]) continue;
        made[id] = makes = true;
      }
      if (makes) preparations_.push_back(i);
    }
  }

  std::vector<slot> slots_;
  std::vector<node> nodes_;
  std::vector<step> steps_;
  std::vector<std::uint32_t> preparations_;
  std::vector<stretch> stretches_;
  std::size_t forward_steps_ = 0;
  std::vector<slot_id> inputs_;
  std::vector<slot_id> parameters_;
  std::vector<slot_id> outputs_;
  slot_id loss_ = no_slot;
  std::vector<bool> has_gradient_;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
