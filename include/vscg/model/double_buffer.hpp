// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <vscg/core/error.hpp>
#include <vscg/model/next_batch.hpp>

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
  explicit double_buffer(Trainer& t) : trainer_(t), next_(t.staged_, t.runner_, t.options_.batch) {}
  explicit double_buffer(Trainer&&) = delete;
  double_buffer(const double_buffer&) = delete;
  double_buffer& operator=(const double_buffer&) = delete;

  /// Takes a step on the arrays of the call before, if there was one, while these come. You may change them
  /// afterwards. They are trained with the optimizer's settings of now. If there is no memory for a second batch, takes
  /// a step on these arrays.
  ///
  /// Throws what `trainer::step` does. After an error of the step, neither batch is there any more.
  template <class... Arrays>
  std::optional<report> step(const Arrays&... arrays) {
    const auto batch = trainer_.batch_of(arrays...);
    auto controls = trainer_.controls_for(batch.items);
    if (!next_.has_room()) return trainer_.step(arrays...);
    if (next_.waits()) ++controls.step;
    const auto bring = [&] {
      next_.bring(controls, batch);
      step_ = controls.step;
    };
    if (next_.waits()) return step_meanwhile(bring);
    bring();
    return std::nullopt;
  }

  /// Takes the last step, if a batch waits for it. Throws what `trainer::step` does.
  std::optional<report> finish() {
    if (!next_.waits()) return std::nullopt;
    return step_meanwhile([] {});
  }

  /// Forgets the batch that waits for its step.
  void drop() { next_.drop(); }

  /// Bytes of memory that it holds besides the trainer's.
  std::size_t memory() const { return next_.bytes(); }

 private:
  template <class F>
  report step_meanwhile(const F& bring) {
    const auto launch = [&] {
      if (step_ != trainer_.steps()) {
        throw expectation_error("double_buffer",
                                "step " + std::to_string(step_ + 1) + ", for which its batch was brought",
                                "step " + std::to_string(trainer_.steps() + 1));
      }
      trainer_.bind();
      trainer_.launch(true);
    };
    return next_.turn(launch, bring, [&] { return trainer_.finish_step(); });
  }

  Trainer& trainer_;
  next_batch<decltype(Trainer::staged_), decltype(Trainer::runner_)> next_;
  std::uint64_t step_ = 0;  // the trainer's steps before that of the waiting batch
};

}  // namespace vscg

#include <vscg/core/end.hpp>
