// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vscg/core/node.hpp>
#include <vscg/core/operation_paths.hpp>
#include <vscg/core/recorder.hpp>
#include <vscg/core/slot.hpp>

namespace vscg {

/// A traced network, immutable: the operations that its outputs need, in recorded order, and their pullbacks in
/// reverse. All sessions that run it share it.
class program {
 public:
  struct step {
    std::uint32_t node = 0;
    bool pullback = false;
  };

  /// `outputs` stay readable after a run. With a `loss`, everything that it reaches gets a gradient.
  program(recorder&& trace, std::vector<slot_id> outputs, slot_id loss = no_slot)
      : slots_(std::move(trace.arrays)),
        inputs_(std::move(trace.inputs)),
        parameters_(std::move(trace.parameters)),
        parameter_labels_(std::move(trace.parameter_labels)),
        updates_(std::move(trace.updates)),
        constants_(std::move(trace.constants)),
        outputs_(std::move(outputs)),
        loss_(loss) {
    build<>(std::move(trace.nodes));
  }

  /// All arrays that the trace met, including those of dropped operations.
  std::span<const slot> slot_table() const { return slots_; }
  /// The slot that holds a slot's numbers: a different one if the slot is a view.
  slot_id array_of(slot_id id) const {
    while (slots_[id].from == slot::origin::view) id = slots_[id].view_of;
    return id;
  }
  std::span<const node> nodes() const { return nodes_; }
  std::span<const step> steps() const { return steps_; }
  std::size_t forward_steps() const { return forward_steps_; }
  /// Nodes that prepare something from their weights, each thing once.
  std::span<const std::uint32_t> preparations() const { return preparations_; }
  /// Calls f(id, gradient) for each array that a step touches, parameters and their gradients included.
  template <class F>
  void for_each_array(const step& s, F&& f) const {
    const node& n = nodes_[s.node];
    for (std::uint32_t k = 0; k < n.operands.size(); ++k) {
      if (!s.pullback || ((n.reads_operands >> k) & 1U) != 0) f(n.arrays[k], false);
      if (s.pullback && ((n.wanted >> k) & 1U) != 0) f(n.arrays[k], true);
    }
    for (std::uint32_t k = 0; k < n.results.size(); ++k) {
      if (!s.pullback || ((n.reads_results >> k) & 1U) != 0) f(n.results[k], false);
      if (s.pullback && ((n.given >> k) & 1U) != 0) f(n.results[k], true);
    }
    if (s.pullback) {
      for (const auto& apart : n.apart_gradients) f(apart.own, false);
    }
    for (const auto* list : {s.pullback ? &n.pullback_scratch : &n.forward_scratch, &n.saved, &n.prepared}) {
      for (const slot_id id : *list) {
        if (id != no_slot) f(id, false);
      }
    }
  }
  /// Whether a step has to wait for what earlier ones left to be computed beside the path: it reads a result of a fixed
  /// size, adds to the gradient of a weight, or begins with one because that weight is computed from others.
  bool joins_before(const step& s) const {
    return s.pullback ? nodes_[s.node].joins_back : nodes_[s.node].joins_forward;
  }
  /// Whether a step may leave launches beside the path when it ends: those of gradients, and of results of a
  /// fixed size, such as the terms of a loss.
  bool leaves_beside(const step& s) const {
    const auto& results = nodes_[s.node].results;
    return s.pullback ||
           std::any_of(results.begin(), results.end(), [&](slot_id id) { return slots_[id].size.fixed > 0; });
  }
  std::span<const slot_id> inputs() const { return inputs_; }
  std::span<const slot_id> outputs() const { return outputs_; }
  slot_id loss() const { return loss_; }
  /// What persistent arrays become after a step.
  std::span<const array_update> updates() const { return updates_; }
  /// The slot of a parameter by its id; no_slot if the program does not use it.
  std::span<const slot_id> parameters() const { return parameters_; }
  /// Whether the loss's gradient reaches a slot.
  bool has_gradient(slot_id id) const { return has_gradient_[array_of(id)]; }
  /// Whether it reaches a parameter, by its id.
  bool reaches(std::uint32_t parameter) const {
    const slot_id slot = parameters_[parameter];
    return slot != no_slot && has_gradient(slot);
  }

  /// Whether an item's results depend on the other items of the batch.
  bool couples_batch() const {
    return std::any_of(nodes_.begin(), nodes_.end(), [](const node& n) { return n.couples_batch; });
  }
  /// Bytes of memory that this description takes.
  std::size_t bytes() const {
    const auto of = [](const auto& list) { return list.capacity() * sizeof(list[0]); };
    std::size_t total = of(slots_) + of(nodes_) + of(steps_) + of(parameter_labels_) + of(preparations_);
    for (const slot& s : slots_) total += of(s.extents);
    for (const node& n : nodes_) {
      total += of(n.kind) + of(n.label) + n.settings.size() * sizeof(setting_entry) + of(n.apart_gradients);
      for (const auto* ids :
           {&n.operands, &n.arrays, &n.results, &n.prepared, &n.saved, &n.forward_scratch, &n.pullback_scratch}) {
        total += of(*ids);
      }
    }
    return total;
  }
  /// The name of a parameter; the first one if several arrays lie side by side.
  std::string_view parameter_label(std::uint32_t id) const { return parameter_labels_[id]; }

  /// Floating-point operations of one item's products in a step. A pullback has one product for each wanted gradient.
  double flops_per_item(const step& s) const {
    const node& n = nodes_[s.node];
    if (!s.pullback) return n.flops_per_item;
    double total = 0;
    for (std::uint32_t bits = n.wanted; bits != 0; bits &= bits - 1) {
      if (operand_counts(n, bits)) total += n.flops_per_item;
    }
    return total;
  }
  /// The same, summed over all steps.
  double flops_per_item() const {
    double total = 0;
    for (const step& s : steps_) total += flops_per_item(s);
    return total;
  }

 private:
  template <class = void>  // so that vscg::compiled can hold it
  [[gnu::cold]] VSCG_NOINLINE void build(std::vector<node>&& recorded) {
    keep_what_is_needed(std::move(recorded));
    find_arrays();
    detail::complete_labels(nodes_, slots_, parameter_labels_);
    find_gradients();
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) steps_.push_back({i, false});
    forward_steps_ = steps_.size();
    for (auto i = static_cast<std::uint32_t>(nodes_.size()); i-- > 0;) {
      if (nodes_[i].wanted != 0) steps_.push_back({i, true});
    }
    mark_first_writers();
    take_gradients_apart();
    find_preparations();
  }

  // The data operand and the weight of a product cost one product each; a bias costs none.
  bool operand_counts(const node& n, std::uint32_t bits) const {
    return static_cast<std::uint32_t>(__builtin_ctz(bits)) < 2 && n.operands.size() >= 2;
  }

  void keep_what_is_needed(std::vector<node>&& recorded) {
    std::vector<bool> needed(slots_.size(), false);
    const auto need = [&](slot_id id) { needed[array_of(id)] = true; };
    for (const slot_id id : outputs_) need(id);
    for (const array_update& update : updates_) need(update.value);
    if (loss_ != no_slot) need(loss_);
    std::vector<bool> keep(recorded.size(), false);
    for (std::size_t i = recorded.size(); i-- > 0;) {
      for (const slot_id id : recorded[i].results) keep[i] = keep[i] || needed[id];
      if (!keep[i]) continue;
      for (const slot_id id : recorded[i].operands) need(id);
    }
    for (auto& s : slots_) s.node = slot::nobody;
    for (std::size_t i = 0; i < recorded.size(); ++i) {
      if (!keep[i]) continue;
      for (const slot_id id : recorded[i].results) slots_[id].node = static_cast<std::uint32_t>(nodes_.size());
      nodes_.push_back(std::move(recorded[i]));
    }
  }

  void find_arrays() {
    for (node& n : nodes_) {
      n.arrays.reserve(n.operands.size());
      for (const slot_id id : n.operands) {
        n.arrays.push_back(array_of(id));
        const slot& array = slots_[n.arrays.back()];
        if (array.from == slot::origin::result && array.size.fixed > 0) n.joins_forward = true;
      }
    }
  }

  // A slot has a gradient if the loss depends on it and it depends on something that learns.
  void find_gradients() {
    has_gradient_.assign(slots_.size(), false);
    if (loss_ == no_slot) return;
    has_gradient_[array_of(loss_)] = true;
    for (std::size_t i = nodes_.size(); i-- > 0;) {
      node& n = nodes_[i];
      if (n.pullback == nullptr) continue;
      for (std::uint32_t k = 0; k < n.results.size(); ++k) {
        if (has_gradient_[n.results[k]]) n.given |= 1U << k;
      }
      if (n.given == 0) continue;
      n.wanted = n.active_operands;
      for (std::uint32_t k = 0; k < n.arrays.size(); ++k) {
        if (((n.active_operands >> k) & 1U) == 0) continue;
        const slot_id id = n.arrays[k];
        has_gradient_[id] = true;
        if (slots_[id].from != slot::origin::result && slots_[id].size.per_item == 0) n.persists |= 1U << k;
      }
    }
  }

  void mark_first_writers() {
    std::vector<bool> written(slots_.size(), false);
    for (const step s : std::span(steps_).subspan(forward_steps_)) {
      node& n = nodes_[s.node];
      const auto any_weight = [&](const std::vector<slot_id>& arrays, std::uint32_t among) {
        for (std::uint32_t k = 0; k < arrays.size(); ++k) {
          if (((among >> k) & 1U) != 0 && written[arrays[k]] && slots_[arrays[k]].size.per_item == 0) return true;
        }
        return false;
      };
      n.joins_back = any_weight(n.arrays, n.wanted) || any_weight(n.results, n.given);
      for (std::uint32_t k = 0; k < n.results.size(); ++k) {
        if (((n.reads_results >> k) & 1U) != 0 && slots_[n.results[k]].size.fixed > 0) n.joins_back = true;
      }
      for (std::uint32_t k = 0; k < n.operands.size(); ++k) {
        if (((n.wanted >> k) & 1U) == 0 || written[n.arrays[k]]) continue;
        written[n.arrays[k]] = true;
        n.assigns |= 1U << k;
      }
    }
  }

  void take_gradients_apart() {
    for (node& n : nodes_) {
      if (!n.gradients_apart) continue;
      const auto wants = [&](std::size_t k) { return ((n.wanted >> k) & 1U) != 0; };
      for (std::uint32_t k = 1; k < n.arrays.size(); ++k) {
        bool again = false;
        for (std::uint32_t j = 0; j < k; ++j) again = again || (wants(j) && n.arrays[j] == n.arrays[k]);
        if (!wants(k) || !again) continue;
        slot own;
        own.from = slot::origin::temporary;
        own.size = slots_[n.arrays[k]].size;
        own.type = slots_[n.arrays[k]].type;
        n.apart_gradients.push_back({k, static_cast<slot_id>(slots_.size()), own.size});
        slots_.push_back(std::move(own));
        has_gradient_.push_back(false);
      }
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
  std::size_t forward_steps_ = 0;
  std::vector<slot_id> inputs_;
  std::vector<slot_id> parameters_;
  std::vector<std::string> parameter_labels_;
  std::vector<array_update> updates_;
  std::vector<std::shared_ptr<const std::vector<double>>> constants_;  // nodes point to them
  std::vector<slot_id> outputs_;
  slot_id loss_ = no_slot;
  std::vector<bool> has_gradient_;
};

/// The program of a trace, for all sessions that run it.
template <class = void>  // so that vscg::compiled can hold it
[[gnu::cold]] VSCG_NOINLINE std::shared_ptr<const program> make_program(recorder&& trace, std::vector<slot_id> outputs,
                                                                        slot_id loss) {
  return std::make_shared<const program>(std::move(trace), std::move(outputs), loss);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
