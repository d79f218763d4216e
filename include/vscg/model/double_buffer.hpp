// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <vscg/core/error.hpp>

namespace vscg {

/// Steps of a trainer whose backend has memory of its own. While one step computes, the next batch is copied: by the
/// host into a second block of its memory, and from there by the backend.
///
///   double_buffer ahead(trainer);
///   while (next(audio, visual, ...))
///     if (const auto report = ahead.step(audio, visual, ...)) tell(*report);   // of the batch before
///   if (const auto report = ahead.finish()) tell(*report);
///
/// Steps have the bits of `trainer::step`. After the first one, they allocate nothing. The trainer must live longer,
/// and its model as long as there are steps. Arrays are read only during the call that brings them.
template <class Trainer>
class double_buffer {
  static_assert(!Trainer::memory_type::borrows_host_arrays,
                "vscg::double_buffer: kernels read the host's arrays where they are, so nothing has to come");
  using report = decltype(std::declval<Trainer&>().finish_step());

 public:
  explicit double_buffer(Trainer& t) : trainer_(t) {}
  explicit double_buffer(Trainer&&) = delete;
  double_buffer(const double_buffer&) = delete;
  double_buffer& operator=(const double_buffer&) = delete;
  ~double_buffer() {
    try {
      drop();
    } catch (const expectation_error&) {  // of the device: whoever uses it next is told
    }
  }

  /// Takes a step on the arrays of the call before, if there was one, while these come. You may change them
  /// afterwards. They are trained with the optimizer's settings of now. If there is no memory for a second batch, takes
  /// a step on these arrays.
  ///
  /// Throws what `trainer::step` does. After an error of the step, neither batch is there any more.
  template <class... Arrays>
  std::optional<report> step(const Arrays&... arrays) {
    const auto batch = Trainer::batch_of(arrays...);
    auto controls = trainer_.controls_for(batch.items);
    if (!has_room()) return trainer_.step(arrays...);
    const auto bring = [&] {
      next_->take(controls, batch);
      next_->bring_beside(trainer_.runner_.backend());
      step_ = controls.step;
      waits_ = true;
    };
    if (waits_) {
      ++controls.step;
      return step_meanwhile(bring);
    }
    bring();
    return std::nullopt;
  }

  /// Takes the last step, if a batch waits for it. Throws what `trainer::step` does.
  std::optional<report> finish() {
    if (!waits_) return std::nullopt;
    return step_meanwhile([] {});
  }

  /// Forgets the batch that waits for its step.
  void drop() {
    if (waits_) clear();
  }

  /// Bytes of memory that it holds besides the trainer's.
  std::size_t memory() const { return next_ ? next_->bytes() : 0; }

 private:
  using staged = typename Trainer::staged;

  // The first call makes the second block.
  bool has_room() {
    if (next_ || !room_) return room_;
    try {
      next_.emplace(trainer_.options_.batch, std::uint8_t{1});
    } catch (const out_of_memory&) {
      room_ = false;
    }
    return room_;
  }

  // Returns when the backend uses neither block any more.
  void clear() {
    waits_ = false;
    trainer_.runner_.backend().join_copies();
    trainer_.runner_.backend().wait();
  }

  template <class F>
  report step_meanwhile(const F& bring) {
    try {
      if (step_ != trainer_.steps()) {
        throw expectation_error("double_buffer",
                                "step " + std::to_string(step_ + 1) + ", for which its batch was brought",
                                "step " + std::to_string(trainer_.steps() + 1));
      }
      std::swap(*next_, trainer_.staged_);  // nothing reads the trainer's: the host has waited for its steps
      trainer_.bind();
      trainer_.runner_.backend().join_copies();
      waits_ = false;
      trainer_.launch(true);
      bring();
      return trainer_.finish_step();
    } catch (...) {
      clear();
      throw;
    }
  }

  Trainer& trainer_;
  std::optional<staged> next_;
  std::uint64_t step_ = 0;  // the trainer's steps before that of the waiting batch
  bool waits_ = false;
  bool room_ = true;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
