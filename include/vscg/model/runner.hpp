// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vscg/backend/memory.hpp>
#include <vscg/core/beside.hpp>
#include <vscg/core/checked_size.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/plan.hpp>
#include <vscg/core/program.hpp>
#include <vscg/core/stopped.hpp>
#include <vscg/core/stretch_limits.hpp>
#include <vscg/core/stretches.hpp>
#include <vscg/core/team.hpp>

namespace vscg {

/// Runs one program for one caller. It owns the memory, planned once, and the backend's threads. Runs allocate nothing
/// after construction.
template <class Scalar, class Backend>
class runner {
 public:
  using executor = typename Backend::template executor<Scalar>;
  using arena = buffer<Scalar, typename Backend::memory>;

  /// Throws vscg::out_of_memory naming `what` (the number of items) if there is not enough memory for them.
  runner(std::shared_ptr<const program> p, const parameter_table& table, threads n, std::size_t items,
         std::string_view what = "capacity")
      : program_(std::move(p)),
        plan_(*program_, Backend::stretches, items, n.count, sizeof(Scalar), what, LaunchesBeside<executor>),
        executor_(n),
        arena_(memory_of(plan_, what)),
        values_(program_->slot_table().size(), nullptr),
        gradients_(program_->slot_table().size(), nullptr),
        storage_(table.storage) {
    for (const auto& block : plan_.blocks()) {
      auto& where = block.gradient ? gradients_ : values_;
      where[block.id] = arena_.data() + block.offset / sizeof(Scalar);
    }
    seed_loss();
    for (const auto& s : plan_.stretches()) {
      add_strides_of(s);
      stride_ends_.push_back(strides_.size());
    }
  }
  runner(runner&&) = delete;
  static_assert(!LaunchesBeside<executor> || Backend::stretches.wide == stretch_limits{}.wide,
                "vscg: branches of a backend that runs steps on a few items at a time");

  const program& traced() const { return *program_; }
  const memory_plan& plan() const { return plan_; }
  executor& backend() { return executor_; }
  /// Bytes of memory for its arrays and its backend.
  std::size_t bytes() const { return arena_.bytes() + executor_.bytes(); }
  /// The most items that a run can take.
  std::size_t capacity() const { return plan_.items(); }

  /// Parameters are read from here. (The pointers are not const, but no operation writes to a parameter.)
  void bind_weights(const Scalar* weights) {
    if (weights == weights_) return;
    weights_ = weights;
    ++bindings_;
    bind(values_, const_cast<Scalar*>(weights));
  }
  /// How often the place of weights, or of anything else that recorded launches read, changed. They are valid for one
  /// place only.
  std::uint32_t bindings() const { return bindings_; }
  void expect_other_places() { ++bindings_; }
  /// Gradients of parameters are written here.
  void bind_gradients(Scalar* gradients) { bind(gradients_, gradients); }
  /// Input `k` is read from here. It is [items, ...] as traced, in the backend's memory.
  void bind_input(std::size_t k, const Scalar* data) { values_[program_->inputs()[k]] = const_cast<Scalar*>(data); }

  /// Copies weights into the order that suits the backend. Call it before the first run and whenever weights change.
  /// All but the first copy are launched beside the path, and the second operation of the next run joins them.
  void prepare() {
    execution<Scalar, executor> running{&executor_, values_.data(), gradients_.data(), run_state{}};
    const auto all = program_->preparations();
    const auto launch = [&](std::uint32_t i) {
      const node& n = program_->nodes()[i];
      n.prepare(n.operation, n, &running);
    };
    // The others are joined by the second operation at the latest, and no earlier one needs them.
    for (std::size_t k = 1; k < all.size(); ++k) {
      const auto aside = [&] { launch(all[k]); };
      k % branches == 0 ? beside<branch::first>(executor_, aside) : beside<branch::second>(executor_, aside);
    }
    if (!all.empty()) launch(all[0]);
  }

  /// From now on, a run calls `stop` before every operation and throws vscg::stopped if that returns true.
  void stop_when(std::function<bool()> stop) { stop_ = std::move(stop); }
  /// Calls `stop` now, and throws vscg::stopped if it returns true.
  void expect_no_stop() const {
    if (stop_ && stop_()) throw stopped();
  }

  void forward(const run_state& state) { run(state, 0, program_->forward_steps(), nullptr); }

  /// Computes the gradients of everything that the loss reaches. Call it after forward, with the same state.
  void pullback(const run_state& state) { run(state, program_->forward_steps(), program_->steps().size(), nullptr); }

  /// Both, without waiting in between for what the gradients do not need.
  void forward_and_pullback(const run_state& state) { run(state, 0, program_->steps().size(), nullptr); }

  /// Runs forward and pullback again and names the first operation whose result is not finite.
  std::optional<std::string> first_not_finite(const run_state& state) {
    std::string found;
    run(state, 0, program_->forward_steps(), &found);
    if (!found.empty()) return found;
    run(state, program_->forward_steps(), program_->steps().size(), &found);
    if (!found.empty()) return found;
    return std::nullopt;
  }

  /// During the runs that f() makes, calls watch(step, false) before each step and watch(step, true) after it. Before
  /// each call, the backend finishes its work, so such runs take longer. `vscg::profile` measures with this.
  template <class Watch, class F>
  void watched(Watch& watch, F f) {
    struct until_the_end {
      runner& of;
      ~until_the_end() { of.watcher_ = nullptr; }
    } const guard{*this};
    watcher_ = &watch;
    watch_ = [](void* watcher, std::size_t step, bool done) { (*static_cast<Watch*>(watcher))(step, done); };
    f();
  }

  const Scalar* value(slot_id id) const { return values_[program_->array_of(id)]; }
  const Scalar* gradient_of(slot_id id) const { return gradients_[program_->array_of(id)]; }

  /// Tests the plan by filling every array with NaN as soon as it is dead. Results must not change. Host memory only.
  void poison_dead_memory(bool on) {
    poison_ = on;
    if (!on) return;
    for (std::size_t i = 0; i < arena_.size(); ++i) arena_.data()[i] = std::numeric_limits<Scalar>::quiet_NaN();
    prepare();
    seed_loss();
  }

 private:
  void bind(std::vector<Scalar*>& where, Scalar* base) {
    for (const slot_id id : program_->parameters()) {
      if (id == no_slot) continue;
      where[id] = base + storage_[program_->slot_table()[id].parameter].offset;
    }
  }

  static std::size_t elements_of(const memory_plan& plan) {
    return (plan.bytes() + sizeof(Scalar) - 1) / sizeof(Scalar);
  }

  arena memory_of(const memory_plan& plan, std::string_view what) const {
    try {
      return arena(elements_of(plan));
    } catch (const out_of_memory&) {
      const std::string found = std::to_string(plan.items()) + " (" + bytes_text(plan.bytes()) + ")";
      throw out_of_memory(what, what_fits(plan), found);
    }
  }

  // Finds a number of items that would fit, by trying.
  std::string what_fits(const memory_plan& plan) const {
    std::size_t bytes = plan.bytes();
    for (std::size_t items = plan.items() / 2; items > 0; items /= 2) {
      const memory_plan smaller(*program_, Backend::stretches, items, executor_.workers(), sizeof(Scalar), "capacity",
                                LaunchesBeside<executor>);
      bytes = smaller.bytes();
      try {
        const arena tried(elements_of(smaller));
        return "what the memory holds, such as " + std::to_string(items) + " items (" + bytes_text(bytes) + ")";
      } catch (const out_of_memory&) {
        continue;
      }
    }
    return "what the memory holds, which is not even 1 item (" + bytes_text(bytes) + ")";
  }

  // The loss's own gradient is 1. It is written once, because no pullback writes to it.
  void seed_loss() {
    if (program_->loss() == no_slot) return;
    const Scalar one = 1;
    Backend::memory::copy_in(gradients_[program_->array_of(program_->loss())], &one, sizeof(Scalar));
  }

  // An array whose pointer moves on when a stretch goes on to its next items.
  struct stride {
    bool gradient;
    slot_id id;
    std::size_t bytes;  // per item
  };

  void add_strides_of(const stretch& s) {
    if (s.items == 0) return;
    std::vector<bool> seen(2 * program_->slot_table().size());  // by slot, values before gradients
    for (const auto& block : plan_.blocks()) {
      if (block.part) seen[2 * std::size_t{block.id} + (block.gradient ? 1 : 0)] = true;  // starts over with each part
    }
    for (std::size_t at = s.begin; at < s.end; ++at) {
      program_->for_each_array(program_->steps()[at], [&](slot_id id, bool gradient) {
        const slot& array = program_->slot_table()[id];
        const std::size_t bytes = array.size.per_item * bytes_of(array.type);
        const std::size_t entry = 2 * std::size_t{id} + (gradient ? 1 : 0);
        if (bytes == 0 || seen[entry]) return;
        seen[entry] = true;
        strides_.push_back({gradient, id, bytes});
      });
    }
  }

  // Moves the pointers of one stretch. Counts in bytes, because not all arrays hold scalars.
  void move_on(std::size_t stretch, std::ptrdiff_t items) {
    for (std::size_t i = stretch == 0 ? 0 : stride_ends_[stretch - 1]; i < stride_ends_[stretch]; ++i) {
      const stride& s = strides_[i];
      Scalar*& at = (s.gradient ? gradients_ : values_)[s.id];
      at = reinterpret_cast<Scalar*>(reinterpret_cast<std::byte*>(at) + static_cast<std::ptrdiff_t>(s.bytes) * items);
    }
  }

  void run(const run_state& state, std::size_t begin, std::size_t end, std::string* not_finite) {
    run_stretches(state, begin, end, not_finite);
    join(executor_);
    poison_dead();
    if (given_up_) throw stopped();
  }

  void run_stretches(const run_state& state, std::size_t begin, std::size_t end, std::string* not_finite) {
    given_up_ = false;
    const auto& stretches = plan_.stretches();
    for (std::size_t i = 0; i < stretches.size(); ++i) {
      if (stretches[i].begin < begin || stretches[i].end > end) continue;
      const std::size_t at_once = stretches[i].items == 0 ? state.items : stretches[i].items;
      std::size_t done = 0;
      bool go_on = true;
      while (done < state.items && go_on) {
        run_state part = state;
        part.first_item += done;
        part.items = std::min(at_once, state.items - done);
        done += part.items;
        go_on = run_steps(part, stretches[i], done == state.items, not_finite);
        move_on(i, static_cast<std::ptrdiff_t>(part.items));
      }
      move_on(i, -static_cast<std::ptrdiff_t>(done));
      if (!go_on) return;
    }
  }

  bool run_steps(const run_state& state, const stretch& s, bool last_part, std::string* not_finite) {
    execution<Scalar, executor> running{&executor_, values_.data(), gradients_.data(), state};
    for (std::size_t at = s.begin; at < s.end; ++at) {
      if (stop_ && stop_()) {
        given_up_ = true;
        return false;
      }
      const auto [index, pullback] = program_->steps()[at];
      const node& n = program_->nodes()[index];
      program_->joins_before(program_->steps()[at]) ? join(executor_) : join_older(executor_);
      poison_dead();
      tell_watcher(at, false);
      (pullback ? n.pullback : n.forward)(n.operation, n, &running);
      tell_watcher(at, true);
      if (not_finite != nullptr && !finite_after(n, pullback, state.items)) {
        *not_finite = (pullback ? "the gradient of " : "") + n.label;
        return false;
      }
      if (poison_) dead_ = {at, last_part};
    }
    return true;
  }

  void tell_watcher(std::size_t step, bool done) {
    if (watcher_ == nullptr) return;
    executor_.wait();
    watch_(watcher_, step, done);
  }

  bool finite_after(const node& n, bool pullback, std::size_t items) {
    executor_.wait();
    if (!pullback) {
      for (const slot_id id : n.results) {
        if (!all_finite(id, values_, items)) return false;
      }
      return true;
    }
    for (std::size_t k = 0; k < n.arrays.size(); ++k) {
      if (((n.wanted >> k) & 1U) != 0 && !all_finite(n.arrays[k], gradients_, items)) return false;
    }
    return true;
  }

  bool all_finite(slot_id id, const std::vector<Scalar*>& where, std::size_t items) {
    const slot_size size = program_->slot_table()[id].size;
    std::vector<Scalar> copy(size.elements(items));
    Backend::memory::copy_out(copy.data(), where[id], copy.size() * sizeof(Scalar));
    for (const Scalar x : copy) {
      if (!is_finite(x)) return false;
    }
    return true;
  }

  // What died with the last step. Launches that it left beside the path may have needed it until they were joined.
  void poison_dead() {
    const auto dead = std::exchange(dead_, std::nullopt);
    if (!dead) return;
    for (const auto& block : plan_.blocks()) {
      if (block.last != dead->after || !(block.part || dead->last_part)) continue;
      Scalar* data = arena_.data() + block.offset / sizeof(Scalar);
      for (std::size_t i = 0; i < block.bytes / sizeof(Scalar); ++i) data[i] = std::numeric_limits<Scalar>::quiet_NaN();
    }
  }

  std::shared_ptr<const program> program_;
  memory_plan plan_;
  executor executor_;
  arena arena_;
  std::vector<Scalar*> values_;
  std::vector<Scalar*> gradients_;
  std::vector<parameter_storage> storage_;
  const Scalar* weights_ = nullptr;
  std::uint32_t bindings_ = 0;
  std::vector<stride> strides_;  // by stretch, each up to
  std::vector<std::size_t> stride_ends_;
  bool poison_ = false;
  struct dead_blocks {
    std::size_t after;  // which step
    bool last_part;
  };
  std::optional<dead_blocks> dead_;
  void* watcher_ = nullptr;
  void (*watch_)(void*, std::size_t, bool) = nullptr;
  std::function<bool()> stop_;
  bool given_up_ = false;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
