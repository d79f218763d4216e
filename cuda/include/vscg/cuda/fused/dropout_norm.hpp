// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <vscg/core/beside.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/setting.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/slot.hpp>
#include <vscg/cuda/fused/drops.hpp>
#include <vscg/cuda/fused/gradients.hpp>
#include <vscg/cuda/override_of.hpp>
#include <vscg/ops/column_sums.hpp>
#include <vscg/ops/dropout.hpp>
#include <vscg/ops/layer_norm.hpp>

// dropout and LayerNorm of two streams: one launch forward; back, one to the streams and one for scale and shift.

namespace vscg {

namespace composites {
template <int T, int C>
struct dropout_norm;
}  // namespace composites

namespace kernels {

/// dropout and LayerNorm of a row. What dropout leaves of both streams' rows lies one after the other; it may take the
/// place of what it drops from.
template <class T>
struct dropout_norm_forward {
  std::size_t rows;   // of one stream
  std::size_t steps;  // rows of an item
  std::size_t channels;
  double epsilon;
  bool first_drops, second_drops;
  dropout_choice<T> first, second;
  const T* scale;
  const T* shift;
  const T* first_from;
  const T* second_from;
  T* dropped;
  T* moments;
  T* first_to;
  T* second_to;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t at) const {
    const bool of_first = at < rows;
    const std::size_t row = of_first ? at : at - rows;
    const T* const from = (of_first ? first_from : second_from) + row * channels;
    T* const here = dropped + at * channels;
    if (of_first ? first_drops : second_drops) {
      const dropout_choice<T> choice = of_first ? first : second;
      choice.each(group, row / steps, row % steps * channels, channels,
                  [&](auto i, auto kept) { i.store(here, choice.value(i.load(from), kept)); });
    } else if (from != here) {
      group.each(channels, [&](auto i) { i.store(here, i.load(from)); });
    }
    const std::size_t skipped = at - row;
    layer_norm_forward<T>{channels,
                          epsilon,
                          dropped + skipped * channels,
                          scale,
                          shift,
                          of_first ? first_to : second_to,
                          moments + 2 * skipped}(group, row);
  }
};

/// The gradients of a row of both streams, which may lie in one array; to nowhere without data.
template <class T>
struct dropout_norm_pullback {
  std::size_t rows;  // of one stream
  std::size_t steps;
  std::size_t channels;
  bool first_drops, second_drops;
  dropout_choice<T> first, second;
  const T* scale;
  const T* dropped;
  const T* moments;
  const T* first_slope;  // null if the loss does not reach that stream
  const T* second_slope;
  T* slopes;  // before the LayerNorm, of both streams
  gradient<T> first_to, second_to;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    if (first_to.data != nullptr) pass(group, row, 0, first_slope, first_drops, first, first_to);
    if (second_to.data != nullptr) pass(group, row, rows, second_slope, second_drops, second, second_to);
  }

 private:
  template <class Group>
  VSCG_HD void pass(Group group, std::size_t row, std::size_t skipped, const T* slope, bool drops,
                    const dropout_choice<T>& choice, const gradient<T>& all) const {
    const gradient<T> to{all.data + row * channels, all.adds};
    if (slope == nullptr) {
      group.integers(channels, [&](std::size_t c) { cuda_detail::put(to, c, T(0)); });
      return;
    }
    T* const here = slopes + (skipped + row) * channels;
    layer_norm_pullback<T>{channels, dropped + skipped * channels,        scale, moments + 2 * skipped,
                           slope,    {slopes + skipped * channels, false}}(group, row);
    if (drops) {
      choice.each(group, row / steps, row % steps * channels, channels,
                  [&](auto i, auto kept) { to.store(i, choice.value(i.load(here), kept)); });
    } else {
      group.each(channels, [&](auto i) { to.store(i, i.load(here)); });
    }
  }
};

/// `layer_norm_block_sums` of two streams, one after the other: a few channels of a block at a time, for one warp.
template <class T>
struct norm_block_sums_of_two {
  static constexpr std::size_t few = 32;
  std::size_t rows;
  std::size_t blocks;  // of one stream
  std::size_t channels;
  const T* x;
  const T* moments;
  const T* first_slope;
  const T* second_slope;
  T* partial;

  static constexpr std::size_t pieces(std::size_t channels) { return (channels + few - 1) / few; }
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t at) const {
    const std::size_t pieces_of_block = (channels + few - 1) / few;
    const std::size_t piece = at % pieces_of_block * few;
    const std::size_t count = piece + few < channels ? few : channels - piece;
    const bool of_first = at / pieces_of_block < blocks;
    const std::size_t block = at / pieces_of_block - (of_first ? 0 : blocks);
    const std::size_t skipped = of_first ? 0 : rows;
    const T* const slope = of_first ? first_slope : second_slope;
    T* const to = partial + (of_first ? 0 : 2 * blocks * channels);
    if (slope == nullptr) {
      group.integers(count, [&](std::size_t c) {
        T* const sums = to + 2 * block * channels + piece + c;
        sums[0] = sums[channels] = T(0);
      });
      return;
    }
    layer_norm_block_sums<T>{rows, channels, x + skipped * channels, moments + 2 * skipped, slope, to}.add(
        group, block, piece, count);
  }
};

/// Rows of `Slopes`, then the sums for scale and shift.
template <class T, class Slopes>
struct with_norm_sums {
  std::size_t rows;
  Slopes slopes;
  norm_block_sums_of_two<T> sums;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t at) const {
    if (at < rows)
      slopes(group, at);
    else
      sums(group, at - rows);
  }
};

}  // namespace kernels

namespace cuda_detail {

/// Launches `slopes` for so many rows, with the sums if scale and shift learn.
template <class Executor, class Slopes, class T>
void launch_with_norm_sums(Executor& backend, std::size_t rows, const Slopes& slopes,
                           const kernels::norm_block_sums_of_two<T>& sums, bool learns) {
  const std::size_t more = learns ? 2 * sums.blocks * sums.pieces(sums.channels) : 0;
  backend.rows(rows + more, 4 * sums.channels, kernels::with_norm_sums<T, Slopes>{rows, slopes, sums});
}
/// What scale and shift take from these sums, beside the path.
template <class Executor, class T>
void add_norm_sums(Executor& backend, const kernels::norm_block_sums_of_two<T>& sums, gradient<T> scale,
                   gradient<T> shift) {
  beside(backend, [&] {
    const kernels::block_rows<T> partial = few_blocks(backend, 2 * sums.blocks, 2 * sums.channels, sums.partial);
    backend.each(sums.channels, partial.count, kernels::layer_norm_parameters<T>{sums.channels, partial, scale, shift});
  });
}

/// What operations that end with dropout and LayerNorm of two streams share: their settings, what they save, and the
/// launches of that end.
template <int Steps, int C>
struct dropout_norm_of_two : operation<shape<dyn, Steps, C>, shape<dyn, Steps, C>> {
  void settings(setting_list& to) const {
    to.add("epsilon", epsilon).add("first_rate", first_use.rate).add("second_rate", second_use.rate);
  }
  static constexpr result_index<0> first_result{};
  static constexpr result_index<1> second_result{};
  /// What dropout leaves, and the moments of its rows.
  static constexpr std::array<slot_size, 2> saved() { return {slot_size{2 * Steps * C}, slot_size{4 * Steps}}; }
  /// The gradient before the LayerNorm, or before what comes before that; sums for scale and shift.
  static constexpr std::array<slot_size, 2> pullback_scratch() {
    return {slot_size{2 * Steps * C}, column_sums_scratch(Steps, 4 * C)};
  }
  dropout_use first_use;
  dropout_use second_use;
  double epsilon;

 protected:
  dropout_norm_of_two(const dropout_use& first, const dropout_use& second, double e)
      : first_use(first), second_use(second), epsilon(e) {}

  /// The end, from what comes before it in both streams.
  template <class Context, class T>
  void norm(const Context& c, const T* first_from, const T* second_from, const T* scale, const T* shift) const {
    const std::size_t rows = Steps * c.items();
    c.backend().rows(2 * rows, 4 * C,
                     kernels::dropout_norm_forward<T>{
                         rows, Steps, C, epsilon, drops<Context>(first_use), drops<Context>(second_use),
                         choice_of<T>(first_use, c.state()), choice_of<T>(second_use, c.state()), scale, shift,
                         first_from, second_from, c.saved(0), c.saved(1), c.y(first_result), c.y(second_result)});
  }

  template <class Context, class T = typename Context::scalar>
  static kernels::norm_block_sums_of_two<T> norm_sums(const Context& c) {
    const std::size_t rows = Steps * c.items();
    return {rows,
            kernels::row_block::count(rows),
            C,
            c.saved(0),
            c.saved(1),
            c.dy(first_result),
            c.dy(second_result),
            c.scratch(1)};
  }
};

/// `composites::dropout_norm`.
template <int Steps, int C>
struct dropout_norm_at_once : dropout_norm_of_two<Steps, C> {
  static constexpr const char* name = "dropout_norm";
  static constexpr operand_index<0> first{};
  static constexpr operand_index<1> second{};
  static constexpr operand_index<2> scale{};
  static constexpr operand_index<3> shift{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(scale);

  explicit dropout_norm_at_once(const composites::dropout_norm<Steps, C>& whole)
      : dropout_norm_of_two<Steps, C>(whole.first_dropout, whole.second_dropout, whole.epsilon) {}

  template <class Context>
  void forward(const Context& c) const {
    this->norm(c, c.x(first), c.x(second), c.x(scale), c.x(shift));
  }

  template <class Context>
  void pullback(const Context& c) const {
    using T = typename Context::scalar;
    const auto sums = this->norm_sums(c);
    const kernels::dropout_norm_pullback<T> to_streams{sums.rows,
                                                       Steps,
                                                       C,
                                                       drops<Context>(this->first_use),
                                                       drops<Context>(this->second_use),
                                                       choice_of<T>(this->first_use, c.state()),
                                                       choice_of<T>(this->second_use, c.state()),
                                                       c.x(scale),
                                                       sums.x,
                                                       sums.moments,
                                                       sums.first_slope,
                                                       sums.second_slope,
                                                       c.scratch(0),
                                                       wanted(c, first),
                                                       wanted(c, second)};
    launch_with_norm_sums(c.backend(), sums.rows, to_streams, sums, Context::wants(scale));
    if constexpr (Context::wants(scale)) add_norm_sums(c.backend(), sums, c.dx(scale), c.dx(shift));
  }
};

}  // namespace cuda_detail

// Rows begin at multiples of 4 numbers, where dropout's random words do.
#if !defined(VSCG_CUDA_NO_FUSED_DROPOUT_NORM)
template <int Steps, int C, cuda_detail::Fusing Device>
requires(C % 4 == 0) struct cuda_detail::override_of<composites::dropout_norm<Steps, C>, Device> {
  using type = cuda_detail::dropout_norm_at_once<Steps, C>;
};
#endif

}  // namespace vscg

#include <vscg/core/end.hpp>
