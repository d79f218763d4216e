// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
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
#include <vscg/cuda/bf16_activations.hpp>
#include <vscg/cuda/copy_operands.hpp>
#include <vscg/cuda/fused/four_numbers.hpp>
#include <vscg/cuda/fused/gradients.hpp>
#include <vscg/cuda/fused/masked_product.hpp>
#include <vscg/cuda/fused/region_kernels.hpp>
#include <vscg/cuda/fused/region_operands.hpp>
#include <vscg/cuda/fused/region_parameters.hpp>
#include <vscg/cuda/override_of.hpp>
#include <vscg/cuda/roundings.hpp>
#include <vscg/ops/linear.hpp>
#include <vscg/ops/relu.hpp>

// Audio-guided attention over the regions of a picture: four products and one launch forward. Back, one launch to what
// the products gave, one for the sound's relu, the products, and one launch for what is left of the parameters.
// The pictures, what they are after relu and its gradient are the largest arrays of a network: they are kept as bf16 if
// products are those of bf16 numbers.

namespace vscg {

namespace composites {
template <int T, int Da, int Dv, int Hidden, int R>
struct attend_regions;
}  // namespace composites

namespace cuda_detail {

/// `composites::attend_regions`. W_v and W_g get rows of zeros, so that rows of what they give begin where a library
/// reads fastest.
template <int Steps, int Da, int Dv, int Hidden, int R>
struct attend_regions_at_once : operation<shape<dyn, Steps, Dv>, shape<dyn, Steps, R>> {
  static constexpr const char* name = "attend_regions";
  static constexpr operand_index<0> audio{};
  static constexpr operand_index<1> visual{};
  static constexpr operand_index<2> audio_weight{};
  static constexpr operand_index<3> audio_bias{};
  static constexpr operand_index<4> video_weight{};
  static constexpr operand_index<5> video_bias{};
  static constexpr operand_index<6> w_v{};
  static constexpr operand_index<7> w_g{};
  static constexpr operand_index<8> w_h{};
  static constexpr result_index<0> attended{};
  static constexpr result_index<1> map{};
  static constexpr std::uint32_t pullback_reads_operands =
      operand_set(audio, visual, audio_weight, video_weight, video_bias, w_v, w_g, w_h);
  static constexpr std::uint32_t pullback_reads_result = 0b10;
  static constexpr bool gradients_apart = true;
  static constexpr std::uint32_t prepared_operands = operand_set(video_weight, video_bias, w_v, w_g);

  static constexpr std::size_t padded = (R + 3) / 4 * 4;
  /// Whether rows of bf16 numbers begin where a library reads fastest.
  static constexpr bool suits_bf16 = Hidden % 8 == 0 && Dv % 8 == 0;
  static constexpr double flops_per_item =
      2.0 * Steps * (1.0 * Hidden * (Da + R) + 1.0 * R * (1.0 * Hidden * (Dv + R) + R + Dv));
  static constexpr slot_size matrix{0, std::size_t{Hidden} * padded};
  /// As bf16: the padded W_v, the weight of the video and its bias.
  static constexpr slot_size rounded{0, suits_bf16 ? (padded + Dv + 1) * Hidden / 2 : 0};
  static constexpr slot_size of_sounds{Steps * Hidden};
  static constexpr slot_size of_guidance{Steps * padded};
  static constexpr slot_size of_regions{Steps * R * Hidden};
  /// As float, or as bf16 with a copy of the pictures behind them.
  static constexpr slot_size kept_regions{Steps * R * (suits_bf16 && Dv > Hidden ? (Hidden + Dv) / 2 : Hidden)};
  static constexpr slot_size of_content{Steps * R * padded};

  template <class Executor>
  static constexpr std::array<slot_size, 3> prepared(std::uint32_t) {
    return {matrix, matrix, MayKeepBf16<Executor> ? rounded : slot_size{}};
  }
  /// What the sounds and the regions are after relu; the hyperbolic tangent of content.
  static constexpr std::array<slot_size, 3> saved() { return {of_sounds, kept_regions, of_content}; }
  /// Padded matrices and rounded ones, if they are not prepared; guidance.
  static constexpr std::array<slot_size, 4> forward_scratch() { return {matrix, matrix, rounded, of_guidance}; }
  /// Padded matrices and rounded ones, if they are not prepared; gradients of padded matrices, of guidance, the saved
  /// arrays and w_h; sums for the biases.
  static constexpr std::array<slot_size, 12> pullback_scratch() {
    using tiled = kernels::masked_product_of_rows<float>;
    return {matrix,
            matrix,
            rounded,
            matrix,
            matrix,
            of_guidance,
            of_sounds,
            of_regions,
            of_content,
            of_guidance,
            slot_size{tiled::tiles(Steps) * Hidden},
            of_sounds};
  }

  explicit attend_regions_at_once(const composites::attend_regions<Steps, Da, Dv, Hidden, R>&) {}

  template <class Context>
  void prepare(const Context& c) const {
    pad(c, c.prepared(0), c.prepared(1), c.prepared(2));
  }

  template <class Context>
  void forward(const Context& c) const {
    in_kept_numbers<suits_bf16>(c, whole(c.x(visual)), [&](auto number) { forward_in<decltype(number)>(c); });
  }
  template <class Context>
  void pullback(const Context& c) const {
    in_kept_numbers<suits_bf16>(c, whole(c.x(visual)), [&](auto number) { pullback_in<decltype(number)>(c); });
  }

 private:
  // What the large products multiply, what they give, and the padded matrices.
  template <class Number, class T>
  struct operands {
    const T* padded_v;
    const T* padded_g;
    Number* hidden;
    const Number* visual;
    const Number* w_v;
    const Number* weight;
    const Number* bias;
  };

  // Whether what begins there can be read by fours.
  template <class T>
  static bool whole(const T* p) {
    return reinterpret_cast<std::uintptr_t>(p) % alignof(kernels::four_numbers<T>) == 0;
  }
  template <class Number, class T>
  static kernels::region_sizes sizes(const Number* regions, const T* picked) {
    constexpr std::size_t slopes_row = std::is_same_v<Number, bf16> ? filled(R) : padded;
    return {R, padded, slopes_row, Dv, Dv % 4 == 0 && whole(regions) && whole(picked)};
  }

  template <class Context, class T>
  static void pad(const Context& c, T* to_v, T* to_g, T* to_rounded) {
    const kernels::pad_rows<T> rows{R, padded, Hidden, c.x(w_v), c.x(w_g), to_v, to_g};
    in_kept_numbers<suits_bf16>(c, true, [&](auto number) { pad_in<decltype(number)>(c, rows, to_rounded); });
  }
  template <class Number, class Context, class T>
  static void pad_in(const Context& c, const kernels::pad_rows<T>& rows, [[maybe_unused]] T* to_rounded) {
    if constexpr (std::is_same_v<Number, bf16>) {
      const kernels::pad_and_round_rows all{
          rows, Hidden, Dv, c.x(video_weight), c.x(video_bias), kept_in<bf16>(to_rounded)};
      c.backend().rows(all.rows(), std::max(Hidden, Dv), all);
    } else {
      c.backend().rows(2 * padded, Hidden, rows);
    }
  }

  template <class Context>
  static bf16* rounded_pictures(const Context& c) {
    return kept_in<bf16>(c.saved(1)) + of_regions.elements(c.items());
  }
  template <class Number, class Context>
  static operands<Number, typename Context::scalar> operands_of(const Context& c) {
    using T = typename Context::scalar;
    const bool ready = c.prepared(0) != nullptr;
    T* const v = ready ? c.prepared(0) : c.scratch(0);
    T* const g = ready ? c.prepared(1) : c.scratch(1);
    T* const in_bf16 = ready ? c.prepared(2) : c.scratch(2);
    if (!ready) pad(c, v, g, in_bf16);
    Number* const hidden = kept_in<Number>(c.saved(1));
    if constexpr (std::is_same_v<Number, bf16>) {
      const bf16* const w = kept_in<bf16>(in_bf16);
      const bf16* const weight = w + padded * Hidden;
      return {v, g, hidden, rounded_pictures(c), w, weight, weight + std::size_t{Hidden} * Dv};
    } else {
      return {v, g, hidden, c.x(visual), v, c.x(video_weight), c.x(video_bias)};
    }
  }

  template <class Number, class Context>
  static void forward_in(const Context& c) {
    using T = typename Context::scalar;
    const T* const none = nullptr;
    const std::size_t pictures = Steps * c.items();
    const std::size_t regions = R * pictures;
    const operands<Number, T> of = operands_of<Number>(c);
    T* const sounds = c.saved(0);
    T* const content = c.saved(2);
    T* const guidance = c.scratch(3);
    auto& backend = c.backend();
    beside(backend, [&] {
      backend.gemm(
          detail::forward_product(pictures, Da, Hidden, c.x(audio), c.x(audio_weight), c.x(audio_bias), sounds),
          relu_function{});
      backend.gemm(detail::forward_product(pictures, Hidden, padded, sounds, of.padded_g, none, guidance));
    });
    if constexpr (std::is_same_v<Number, bf16>)
      backend.each(regions * Dv / 4, 1, kernels::round_fours{c.x(visual), rounded_pictures(c)});
    const auto project = detail::forward_product(regions, Dv, Hidden, of.visual, of.weight, of.bias, of.hidden);
    multiply(backend, project, project.a, project.b, relu_function{});
    multiply(backend, detail::forward_product(regions, Hidden, padded, none, none, none, content), of.hidden, of.w_v);
    join(backend);
    backend.blocks(pictures,
                   kernels::attend_regions_forward<T, Number>{sizes(of.visual, c.y(attended)), of.visual, guidance,
                                                              c.x(w_h), content, c.y(map), c.y(attended)});
  }

  template <class Number, class Context>
  static void pullback_in(const Context& c) {
    using T = typename Context::scalar;
    using tiled = kernels::masked_product_of_rows<T>;
    constexpr bool to_audio = Context::wants(audio) || Context::wants(audio_weight) || Context::wants(audio_bias);
    constexpr bool to_video = Context::wants(visual) || Context::wants(video_weight) || Context::wants(video_bias);
    const T* const none = nullptr;
    const std::size_t pictures = Steps * c.items();
    const std::size_t regions = R * pictures;
    const operands<Number, T> of = operands_of<Number>(c);
    T* const guidance_slopes = c.scratch(5);
    T* const sound_slopes = c.scratch(6);
    Number* const hidden_slopes = kept_in<Number>(c.scratch(7));
    auto& backend = c.backend();

    kernels::attend_regions_pullback<T, Number> first{};
    first.sizes = sizes(of.visual, c.dy(attended));
    first.visual = of.visual;
    first.w_h = c.x(w_h);
    first.content = c.saved(2);
    first.map = c.y(map);
    first.map_slope = c.dy(map);
    first.attended_slope = c.dy(attended);
    first.content_slopes = kept_in<Number>(c.scratch(8));
    first.guidance_slopes = guidance_slopes;
    first.w_h_partial = Context::wants(w_h) ? c.scratch(9) : nullptr;
    first.hidden = {padded, to_video ? Hidden : 0, of.padded_v, of.hidden, hidden_slopes};
    first.hidden_partial = c.scratch(11);
    backend.blocks(pictures, first);
    const auto learn_video = [&] {
      if constexpr (Context::wants(video_weight))
        multiply(backend, detail::weight_gradient_product(regions, Dv, Hidden, none, none, c.dx(video_weight)),
                 hidden_slopes, of.visual);
    };
    beside(backend, learn_video);  // the largest product begins first
    const auto multiply_padded = [&] {
      if constexpr (Context::wants(w_g)) slope_padded(c, pictures, padded, guidance_slopes, c.saved(0), c.scratch(4));
      if constexpr (Context::wants(w_v))
        slope_padded(c, regions, first.sizes.slopes_row, first.content_slopes, of.hidden, c.scratch(3));
    };
    beside<branch::second>(backend, multiply_padded);
    if constexpr (to_audio) {
      const tiled rest{
          {padded, Hidden, of.padded_g, c.saved(0), sound_slopes}, pictures, guidance_slopes, c.scratch(10)};
      backend.blocks(rest.blocks(), rest);
    }
    beside(backend, [&] {
      if constexpr (Context::wants(audio_weight))
        backend.gemm(
            detail::weight_gradient_product(pictures, Da, Hidden, sound_slopes, c.x(audio), c.dx(audio_weight)));
    });
    if constexpr (Context::wants(audio))
      backend.gemm(detail::input_gradient_product(pictures, Da, Hidden, sound_slopes, c.x(audio_weight), c.dx(audio)));
    if constexpr (Context::wants(visual)) pass_on(c, hidden_slopes, of.weight);
    beside<branch::second>(backend, [&] { learn(c, first); });
  }

  // The gradient of the regions: through content, and as what is attended to.
  template <class Context, class Number>
  static void pass_on(const Context& c, const Number* hidden_slopes, const Number* weight) {
    using T = typename Context::scalar;
    const T* const none = nullptr;
    const gradient<T> to = c.dx(visual);
    const std::size_t pictures = Steps * c.items();
    multiply(c.backend(), detail::input_gradient_product(R * pictures, Dv, Hidden, none, none, to), hidden_slopes,
             weight);
    if (c.dy(attended) == nullptr) return;
    auto picked = detail::input_gradient_product(R, Dv, 1, static_cast<const T*>(c.y(map)),
                                                 static_cast<const T*>(c.dy(attended)), gradient<T>{to.data, true});
    picked.batch = pictures;
    picked.stride_a = R;
    picked.stride_b = Dv;
    picked.stride_c = R * Dv;
    c.backend().gemm(picked);
  }

  // A padded matrix's gradient; rows of dy lie `row` apart.
  template <class Context, class Number, class T>
  static void slope_padded(const Context& c, std::size_t rows, std::size_t row, const Number* dy, const Number* x,
                           T* to) {
    const T* const none = nullptr;
    auto product = detail::weight_gradient_product(rows, Hidden, padded, none, none, gradient<T>{to, false});
    product.lda = row;
    multiply(c.backend(), product, dy, x);
  }

  // What is left of the parameters' gradients.
  template <class Context, class T, class Number>
  static void learn(const Context& c, const kernels::attend_regions_pullback<T, Number>& slopes) {
    using tiled = kernels::masked_product_of_rows<T>;
    const std::size_t pictures = Steps * c.items();
    kernels::attend_regions_parameters<T> rest{};
    rest.audio_bias = {c.scratch(10), tiled::tiles(pictures), Hidden, wanted(c, audio_bias)};
    rest.video_bias = {slopes.hidden_partial, pictures, Hidden, wanted(c, video_bias)};
    rest.w_h = {slopes.w_h_partial, pictures, padded, wanted(c, w_h)};
    rest.regions = R;
    rest.w_v = wanted(c, w_v);
    rest.w_g = wanted(c, w_g);
    rest.v_product = c.scratch(3);
    rest.g_product = c.scratch(4);
    if (rest.w_v.data != nullptr || rest.w_g.data != nullptr) rest.elements = R * Hidden;
    if constexpr (Context::wants(audio_bias) || Context::wants(video_bias) || Context::wants(w_v) ||
                  Context::wants(w_g) || Context::wants(w_h))
      c.backend().blocks(rest.blocks(), rest);
  }
};

}  // namespace cuda_detail

// Pictures of up to 7 x 7 regions, and rows that begin at multiples of 4 numbers.
#if !defined(VSCG_CUDA_NO_FUSED_ATTEND_REGIONS)
template <int Steps, int Da, int Dv, int Hidden, int R, cuda_detail::Fusing Device>
requires(Hidden % 4 == 0 && R <= kernels::most_regions) struct cuda_detail::override_of<
    composites::attend_regions<Steps, Da, Dv, Hidden, R>, Device> {
  using type = cuda_detail::attend_regions_at_once<Steps, Da, Dv, Hidden, R>;
};
#endif

}  // namespace vscg

#include <vscg/core/end.hpp>
