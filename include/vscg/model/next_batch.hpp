// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include <vscg/core/error.hpp>

namespace vscg {

/// The batch after the one that a trainer or session computes with: it comes to the backend's memory meanwhile. The two
/// blocks of memory (`Staged`) change places with every turn.
template <class Staged, class Runner>
class next_batch {
 public:
  /// For batches of up to `items` items. `now` and `running` are the trainer's or session's own.
  next_batch(Staged& now, Runner& running, std::size_t items)
      : now_(now), runner_(running), backend_(running.backend()), items_(items) {}
  next_batch(const next_batch&) = delete;
  next_batch& operator=(const next_batch&) = delete;
  ~next_batch() {
    try {
      drop();
    } catch (const expectation_error&) {  // of the device: whoever uses it next is told
    }
  }

  /// Whether there is memory for a second block. The first call makes it.
  bool has_room() {
    if (next_ || !room_) return room_;
    try {
      next_.emplace(items_);
    } catch (const out_of_memory&) {
      room_ = false;
    }
    return room_;
  }

  /// Whether a batch waits for its turn.
  bool waits() const { return waits_; }

  /// Starts the way of a batch to the backend's memory. The caller's arrays have been read when this returns: those in
  /// memory that the backend copies from by itself (a device's `Memory::host`) by the backend, any others by the host.
  template <class Header, class Batch>
  void bring(const Header& header, const Batch& batch) {
    next_->take(header, batch, true);
    next_->bring_beside(backend_);
    waits_ = true;
  }

  /// The waiting batch takes its turn: launch() launches what reads it, meanwhile() may bring another one, finish()
  /// waits for the results and returns them. After an error, neither batch is there any more.
  template <class Launch, class Meanwhile, class Finish>
  auto turn(const Launch& launch, const Meanwhile& meanwhile, const Finish& finish) {
    try {
      // Launches that were recorded before the first turn, or since another object's turn, read other blocks.
      if (bindings_ != runner_.bindings()) {
        next_->take_turns_with(now_);
        runner_.expect_other_places();
      }
      std::swap(*next_, now_);  // nothing reads the other one: the host has waited for what did
      backend_.join_copies();
      waits_ = false;
      launch();
      bindings_ = runner_.bindings();
      meanwhile();
      return finish();
    } catch (...) {
      clear();
      throw;
    }
  }

  /// Forgets the batch that waits.
  void drop() {
    if (waits_) clear();
  }

  /// Bytes of memory of the second block.
  std::size_t bytes() const { return next_ ? next_->bytes() : 0; }

 private:
  // Returns when the backend uses neither block any more.
  void clear() {
    waits_ = false;
    backend_.join_copies();
    backend_.wait();
  }

  Staged& now_;
  Runner& runner_;
  typename Runner::executor& backend_;
  std::size_t items_;
  std::optional<Staged> next_;
  std::optional<std::uint32_t> bindings_;  // the runner's since the last turn
  bool waits_ = false;
  bool room_ = true;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
