// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/beside.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/slot.hpp>
#include <vscg/cuda/fused/gradients.hpp>
#include <vscg/cuda/fused/one_of_two.hpp>
#include <vscg/cuda/fused/pooled_convolution.hpp>
#include <vscg/cuda/override_of.hpp>
#include <vscg/ops/column_sums.hpp>
#include <vscg/ops/linear.hpp>
#include <vscg/ops/relu.hpp>

// Two blocks of convolution, relu and maximum of two streams: two products forward and three launches between them;
// with weights that both streams share, every product is one for both. What both say, or its mean.

namespace vscg {

namespace composites {
template <int T, int C, int H, int Kernel>
struct extract_events;
template <int T, int C, int H, int Kernel>
struct extract_mean_event;
}  // namespace composites

namespace cuda_detail {

template <bool Mean, class Events>
using events_or_mean = std::conditional_t<Mean, operation<Events>, operation<Events, Events>>;

/// `composites::extract_events`, or `extract_mean_event`. Arrays inside hold the first stream's items, then the
/// second's.
template <int T, int C, int H, int Kernel, bool Mean>
struct extract_events_at_once : events_or_mean<Mean, shape<dyn, T / 4, H>> {
  static constexpr const char* name = Mean ? "extract_mean_event" : "extract_events";
  static constexpr operand_index<0> first{};
  static constexpr operand_index<1> second{};
  static constexpr operand_index<2> first_w1{};
  static constexpr operand_index<3> first_b1{};
  static constexpr operand_index<4> first_w2{};
  static constexpr operand_index<5> first_b2{};
  static constexpr operand_index<6> second_w1{};
  static constexpr operand_index<7> second_b1{};
  static constexpr operand_index<8> second_w2{};
  static constexpr operand_index<9> second_b2{};
  static constexpr result_index<0> first_events{};
  static constexpr result_index<1> second_events{};
  static constexpr std::uint32_t pullback_reads_operands =
      operand_set(first_w1, first_b1, first_w2, first_b2, second_w1, second_b1, second_w2, second_b2);
  static constexpr bool gradients_apart = true;
  static constexpr std::uint32_t adds_apart = operand_set(second_w1, second_b1, second_w2, second_b2);
  static constexpr std::uint32_t pullback_reads_result = Mean ? 0 : 0b11;
  static constexpr std::uint32_t prepared_operands = operand_set(first_w1, first_w2, second_w1, second_w2);

  static constexpr std::size_t window = 2;
  static constexpr std::size_t half = T / window;
  static constexpr std::size_t quarter = half / window;
  static_assert(quarter == T / 4);
  static constexpr std::size_t inner1 = std::size_t{C} * Kernel;
  static constexpr std::size_t inner2 = std::size_t{H} * Kernel;
  static constexpr double flops_per_item = 4.0 * H * (T * inner1 + half * inner2);

  /// Both weights of both streams, channels side by side.
  static constexpr std::array<slot_size, 4> turned_sizes() {
    return {slot_size{0, H * inner1}, slot_size{0, H * inner2}, slot_size{0, H * inner1}, slot_size{0, H * inner2}};
  }
  template <class Executor>
  static constexpr std::array<slot_size, 4> prepared(std::uint32_t) {
    return turned_sizes();
  }
  static constexpr std::array<slot_size, 4> forward_scratch() { return turned_sizes(); }
  /// Columns and results of the first convolution, its maxima, columns and results of the second, its maxima if these
  /// are not the results.
  static constexpr std::array<slot_size, 6> saved() {
    return {slot_size{2 * T * inner1},    slot_size{2 * T * H},    slot_size{2 * half * H},
            slot_size{2 * half * inner2}, slot_size{2 * half * H}, slot_size{Mean ? 2 * quarter * H : 0}};
  }
  /// The weights; their gradients in the same order; gradients of the first five saved arrays; sums for the biases.
  static constexpr std::array<slot_size, 15> pullback_scratch() {
    constexpr auto w = turned_sizes();
    constexpr auto s = saved();
    return {w[0],
            w[1],
            w[2],
            w[3],
            w[0],
            w[1],
            w[2],
            w[3],
            s[0],
            s[1],
            s[2],
            s[3],
            s[4],
            column_sums_scratch(2 * T, H),
            column_sums_scratch(2 * half, H)};
  }

  template <class Composite>
  explicit extract_events_at_once(const Composite&) {}

  template <class Context>
  void prepare(const Context& c) const {
    turn(c, [&](std::size_t k) { return c.prepared(k); });
  }

  template <class Context>
  void forward(const Context& c) const {
    using S = typename Context::scalar;
    const std::size_t rows = T * c.items();
    const auto gather = [&](const S* x, S* columns) {
      return kernels::gather_columns<S>{T, C, Kernel, pad, x, columns};
    };
    c.backend().rows(2 * rows, inner1,
                     kernels::one_of_two<kernels::gather_columns<S>>{rows, gather(c.x(first), c.saved(0)),
                                                                     gather(c.x(second), c.saved(0) + rows * inner1)});
    const auto weights = turned(c);
    multiply(c, rows, inner1, c.saved(0), weights[0], c.x(first_b1), weights[2], c.x(second_b1), c.saved(1));
    c.backend().rows(2 * c.items(), half * inner2,
                     kernels::pool_and_gather<S>{{window, half, T, H, c.saved(1), c.saved(2)},
                                                 {half, H, Kernel, pad, c.saved(2), c.saved(3)}});
    const std::size_t rows2 = half * c.items();
    multiply(c, rows2, inner2, c.saved(3), weights[1], c.x(first_b2), weights[3], c.x(second_b2), c.saved(4));
    const std::size_t windows = quarter * c.items();
    const auto [first_maxima, second_maxima] = maxima(c);
    const auto pool = [&](const S* x, S* y) { return kernels::max_pool1d_forward<S>{window, quarter, half, H, x, y}; };
    const auto of_first = pool(c.saved(4), first_maxima);
    const auto of_second = pool(c.saved(4) + rows2 * H, second_maxima);
    if constexpr (Mean)
      c.backend().rows(windows, 2 * window * H, kernels::pool_and_average<S>{of_first, of_second, c.y()});
    else
      c.backend().rows(2 * windows, window * H,
                       kernels::one_of_two<kernels::max_pool1d_forward<S>>{windows, of_first, of_second});
  }

  template <class Context>
  void pullback(const Context& c) const {
    using S = typename Context::scalar;
    constexpr auto wants_any = [](auto... operands) { return (Context::wants(operands) || ...); };
    constexpr bool learns1 = wants_any(first_w1, first_b1, second_w1, second_b1);
    constexpr bool learns2 = wants_any(first_w2, first_b2, second_w2, second_b2);
    constexpr bool to_inputs = Context::wants(first) || Context::wants(second);
    const std::size_t rows = T * c.items();
    const std::size_t rows2 = half * c.items();
    const auto weights = turned(c);
    S* const dcolumns1 = c.scratch(8);
    S* const dconv1 = c.scratch(9);
    S* const dpooled = c.scratch(10);
    S* const dcolumns2 = c.scratch(11);
    S* const dconv2 = c.scratch(12);

    const auto [first_maxima, second_maxima] = maxima(c);
    const auto unpool = [&](std::size_t skipped, const S* y, const S* dy) {
      const gradient<S> to{dconv2 + skipped, false};
      return kernels::pool_and_relu_pullback<S, Mean>{{window, quarter, half, H, c.saved(4) + skipped, y, dy, to}};
    };
    c.backend().rows(2 * quarter * c.items(), 2 * window * H,
                     kernels::one_of_two<kernels::pool_and_relu_pullback<S, Mean>>{
                         quarter * c.items(), unpool(0, first_maxima, c.dy(first_events)),
                         unpool(rows2 * H, second_maxima, second_slope(c))});
    const auto each_half = [&](auto f) {  // of the streams, or both
      const std::size_t streams = shares_all(c) ? 2 : 1;
      for (std::size_t stream = 0; stream < 2; stream += streams) f(stream, streams);
    };
    if constexpr (learns2)
      beside(c.backend(), [&] { each_half([&](auto... which) { multiply_turned<1>(c, which...); }); });
    if constexpr (learns1 || to_inputs) {
      multiply_back(c, rows2, inner2, dconv2, weights[1], weights[3], dcolumns2);
      const gradient<S> to_pooled{dpooled, false};
      const gradient<S> to_conv{dconv1, false};
      c.backend().rows(
          2 * rows2, inner2,
          kernels::scatter_and_pool_pullback<S>{{half, H, Kernel, pad, dcolumns2, to_pooled},
                                                {{window, half, T, H, c.saved(1), c.saved(2), dpooled, to_conv}}});
    }
    if constexpr (learns1)
      beside(c.backend(), [&] { each_half([&](auto... which) { multiply_turned<0>(c, which...); }); });
    if constexpr (to_inputs) {
      multiply_back(c, rows, inner1, dconv1, weights[0], weights[2], dcolumns1);
      const kernels::scatter_to_both<S> scatter{{T, C, Kernel, pad, dcolumns1, wanted(c, first)},
                                                {T, C, Kernel, pad, dcolumns1 + rows * inner1, wanted(c, second)}};
      // The sums of both streams take part in the launch.
      kernels::block_sums_of_two<S> sums{};
      if (shares_all(c)) sums = sums_of(c, 0, 2);
      c.backend().rows(rows + sums.count(), inner1, kernels::scatter_and_sum<S>{rows, scatter, sums});
    }
    if constexpr (learns1 || learns2) {
      beside(c.backend(), [&] {
        each_half([&](std::size_t stream, std::size_t streams) {
          const auto sums = sums_of(c, stream, streams);
          if (streams == 1 || !to_inputs) c.backend().rows(sums.count(), 1, sums);
          learn(c, stream, sums);
        });
      });
      // With all parameters shared, those of the first stream have got both streams' gradients.
      if (!shares_all(c))
        [&](auto... operands) { (add_apart(c, operands), ...); }(second_w1, second_b1, second_w2, second_b2);
    }
  }

 private:
  static constexpr std::size_t pad = Kernel / 2;

  // Of both streams' last maxima.
  template <class Context>
  static auto maxima(const Context& c) {
    if constexpr (Mean)
      return std::array{c.saved(5), c.saved(5) + quarter * c.items() * H};
    else
      return std::array{c.y(first_events), c.y(second_events)};
  }
  template <class Context>
  static const typename Context::scalar* second_slope(const Context& c) {
    if constexpr (Mean)
      return c.dy();
    else
      return c.dy(second_events);
  }

  // Whether both streams have the same weights. Then every product with them is one.
  template <class Context>
  static bool shares(const Context& c) {
    return c.x(first_w1) == c.x(second_w1) && c.x(first_w2) == c.x(second_w2);
  }
  // Whether they have the same biases too. Then so are their gradients.
  template <class Context>
  static bool shares_all(const Context& c) {
    return shares(c) && c.x(first_b1) == c.x(second_b1) && c.x(first_b2) == c.x(second_b2);
  }
  template <class Context, class Operand>
  static void add_apart(const Context& c, Operand operand) {
    if (c.apart_from(operand) == nullptr) return;
    join(c.backend());
    c.add_apart(operand);
  }

  template <class Context, class Where>
  static void turn(const Context& c, Where where) {
    using S = typename Context::scalar;
    const auto launch = [&](const S* w1, const S* w2, S* to1, S* to2) {
      c.backend().rows(
          2 * H, inner1,
          kernels::one_of_two<kernels::steps_before_channels<S>>{H, {C, Kernel, w1, to1}, {H, Kernel, w2, to2}});
    };
    launch(c.x(first_w1), c.x(first_w2), where(0), where(1));
    if (!shares(c)) launch(c.x(second_w1), c.x(second_w2), where(2), where(3));
  }
  // The weights as they are multiplied.
  template <class Context>
  static std::array<const typename Context::scalar*, 4> turned(const Context& c) {
    const bool ready = c.prepared(0) != nullptr;
    if (!ready) turn(c, [&](std::size_t k) { return c.scratch(k); });
    const auto at = [&](std::size_t k) { return ready ? c.prepared(k) : c.scratch(k); };
    const std::size_t of_second = shares(c) ? 0 : 2;
    return {at(0), at(1), at(of_second), at(of_second + 1)};
  }

  // relu(columns·W'ᵀ + b) of both streams.
  template <class Context, class S>
  static void multiply(const Context& c, std::size_t rows, std::size_t inner, const S* columns, const S* first_weight,
                       const S* first_bias, const S* second_weight, const S* second_bias, S* to) {
    const bool at_once = shares(c) && first_bias == second_bias;
    c.backend().gemm(
        detail::forward_product(at_once ? 2 * rows : rows, inner, H, columns, first_weight, first_bias, to),
        relu_function{});
    if (at_once) return;
    c.backend().gemm(
        detail::forward_product(rows, inner, H, columns + rows * inner, second_weight, second_bias, to + rows * H),
        relu_function{});
  }
  // The gradient of both streams' columns.
  template <class Context, class S>
  static void multiply_back(const Context& c, std::size_t rows, std::size_t inner, const S* slopes,
                            const S* first_weight, const S* second_weight, S* to) {
    const auto product = [&](std::size_t count, std::size_t skipped, const S* weight) {
      return detail::input_gradient_product(count, inner, H, slopes + skipped * H, weight,
                                            gradient<S>{to + skipped * inner, false});
    };
    if (shares(c))
      c.backend().gemm(product(2 * rows, 0, first_weight));
    else
      c.backend().gemm_pair(product(rows, 0, first_weight), product(rows, rows, second_weight));
  }

  // The sums over blocks of rows of `streams` streams, from number `stream` on, for the biases that learn.
  template <class Context>
  static auto sums_of(const Context& c, std::size_t stream, std::size_t streams) {
    using S = typename Context::scalar;
    using sums = kernels::block_sums<identity_function, S>;
    const bool learns1 = (stream == 0 ? wanted(c, first_b1) : wanted(c, second_b1)).data != nullptr;
    const bool learns2 = (stream == 0 ? wanted(c, first_b2) : wanted(c, second_b2)).data != nullptr;
    const std::size_t rows1 = streams * T * c.items();
    const std::size_t rows2 = streams * half * c.items();
    const sums of_first{learns1 ? rows1 : 0, H, H, H, nullptr, c.scratch(9) + stream * rows1 * H, c.scratch(13)};
    const sums of_second{learns2 ? rows2 : 0, H, H, H, nullptr, c.scratch(12) + stream * rows2 * H, c.scratch(14)};
    return kernels::block_sums_of_two<S>{kernels::row_block::count(of_first.rows), of_first, of_second};
  }

  // Where the gradients of a stream's turned weights are in scratch; of both streams' if they share them.
  template <class Context>
  static auto* turned_gradient(const Context& c, std::size_t stream, std::size_t convolution) {
    return c.scratch(4 + 2 * stream + convolution);
  }
  // What the turned weights of `streams` streams, from number `stream` on, get: of convolution 0, the first, or 1.
  template <std::size_t Convolution, class Context>
  static void multiply_turned(const Context& c, std::size_t stream, std::size_t streams) {
    using S = typename Context::scalar;
    constexpr bool is_first = Convolution == 0;
    const auto given = [&](auto of_first, auto of_second) {
      return (stream == 0 ? wanted(c, of_first) : wanted(c, of_second)).data != nullptr;
    };
    if (!(is_first ? given(first_w1, second_w1) : given(first_w2, second_w2))) return;
    constexpr std::size_t inner = is_first ? inner1 : inner2;
    const std::size_t rows = streams * (is_first ? T : half) * c.items();
    const S* const slopes = c.scratch(is_first ? 9 : 12) + stream * rows * H;
    const S* const columns = c.saved(is_first ? 0 : 3) + stream * rows * inner;
    c.backend().gemm(detail::weight_gradient_product<S>(rows, inner, H, slopes, columns,
                                                        gradient<S>{turned_gradient(c, stream, Convolution), false}));
  }
  // What weights and biases learn from these and from the sums over blocks of rows.
  template <class Context, class S>
  static void learn(const Context& c, std::size_t stream, const kernels::block_sums_of_two<S>& sums) {
    const bool of_first = stream == 0;
    const gradient<S> dw1 = of_first ? wanted(c, first_w1) : wanted(c, second_w1);
    const gradient<S> dw2 = of_first ? wanted(c, first_w2) : wanted(c, second_w2);
    const gradient<S> db1 = of_first ? wanted(c, first_b1) : wanted(c, second_b1);
    const gradient<S> db2 = of_first ? wanted(c, first_b2) : wanted(c, second_b2);
    const auto left1 = few_blocks(c.backend(), sums.blocks, H, sums.first.partial);
    const auto left2 = few_blocks(c.backend(), kernels::row_block::count(sums.second.rows), H, sums.second.partial);
    using gradients = kernels::convolution_gradients<S>;
    c.backend().rows(2 * (H + 1), inner1,
                     kernels::one_of_two<gradients>{
                         H + 1, gradients{H, {C, Kernel, turned_gradient(c, stream, 0), dw1}, {left1, db1}},
                         gradients{H, {H, Kernel, turned_gradient(c, stream, 1), dw2}, {left2, db2}}});
  }
};

}  // namespace cuda_detail

#if !defined(VSCG_CUDA_NO_FUSED_EXTRACT_EVENTS)
template <int T, int C, int H, int Kernel, cuda_detail::Fusing Device>
requires(T / 2 / 2 == T / 4 &&
         T >= 4) struct cuda_detail::override_of<composites::extract_events<T, C, H, Kernel>, Device> {
  using type = cuda_detail::extract_events_at_once<T, C, H, Kernel, false>;
};
template <int T, int C, int H, int Kernel, cuda_detail::Fusing Device>
requires(T / 2 / 2 == T / 4 &&
         T >= 4) struct cuda_detail::override_of<composites::extract_mean_event<T, C, H, Kernel>, Device> {
  using type = cuda_detail::extract_events_at_once<T, C, H, Kernel, true>;
};
#endif

}  // namespace vscg

#include <vscg/core/end.hpp>
