// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <vscg/backend/beside.hpp>
#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/slot.hpp>
#include <vscg/cuda/fused/gradients.hpp>
#include <vscg/cuda/fused/masked_product.hpp>
#include <vscg/cuda/fused/region_kernels.hpp>
#include <vscg/cuda/fused/region_parameters.hpp>
#include <vscg/cuda/override_of.hpp>
#include <vscg/ops/linear.hpp>
#include <vscg/ops/relu.hpp>

// Audio-guided attention over the regions of a picture: four products and one launch forward. Back, one launch to what
// the products gave, one for the sound's relu, the products, and one launch for what is left of the parameters.

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
      operand_set(audio, visual, audio_weight, video_weight, w_v, w_g, w_h);
  static constexpr std::uint32_t pullback_reads_result = 0b10;
  static constexpr std::uint32_t prepared_operands = operand_set(w_v, w_g);

  static constexpr std::size_t padded = (R + 3) / 4 * 4;
  static constexpr double flops_per_item =
      2.0 * Steps * (1.0 * Hidden * (Da + R) + 1.0 * R * (1.0 * Hidden * (Dv + R) + R + Dv));
  static constexpr slot_size matrix{0, std::size_t{Hidden} * padded};
  static constexpr slot_size of_sounds{Steps * Hidden};
  static constexpr slot_size of_guidance{Steps * padded};
  static constexpr slot_size of_regions{Steps * R * Hidden};
  static constexpr slot_size of_content{Steps * R * padded};

  template <class Executor>
  static constexpr std::array<slot_size, 2> prepared(std::uint32_t) {
    return {matrix, matrix};
  }
  /// What the sounds and the regions are after relu; the hyperbolic tangent of content.
  static constexpr std::array<slot_size, 3> saved() { return {of_sounds, of_regions, of_content}; }
  /// Padded matrices, if they are not prepared; guidance.
  static constexpr std::array<slot_size, 3> forward_scratch() { return {matrix, matrix, of_guidance}; }
  /// Padded matrices, if they are not prepared, and their gradients; gradients of guidance, the saved arrays and w_h;
  /// sums for the biases.
  static constexpr std::array<slot_size, 11> pullback_scratch() {
    using tiled = kernels::masked_product_of_rows<float>;
    return {matrix,    matrix,     matrix,     matrix,      of_guidance,
            of_sounds, of_regions, of_content, of_guidance, slot_size{tiled::tiles(Steps) * Hidden},
            of_sounds};
  }

  explicit attend_regions_at_once(const composites::attend_regions<Steps, Da, Dv, Hidden, R>&) {}

  template <class Context>
  void prepare(const Context& c) const {
    pad(c, c.prepared(0), c.prepared(1));
  }

  template <class Context>
  void forward(const Context& c) const {
    using T = typename Context::scalar;
    const T* const none = nullptr;
    const std::size_t pictures = Steps * c.items();
    const std::size_t regions = R * pictures;
    const auto weights = padded_weights(c);
    T* const sounds = c.saved(0);
    T* const hidden = c.saved(1);
    T* const content = c.saved(2);
    T* const guidance = c.scratch(2);
    auto& backend = c.backend();
    beside(backend, [&] {
      backend.gemm(
          detail::forward_product(pictures, Da, Hidden, c.x(audio), c.x(audio_weight), c.x(audio_bias), sounds),
          relu_function{});
      backend.gemm(detail::forward_product(pictures, Hidden, padded, sounds, weights[1], none, guidance));
    });
    backend.gemm(detail::forward_product(regions, Dv, Hidden, c.x(visual), c.x(video_weight), c.x(video_bias), hidden),
                 relu_function{});
    backend.gemm(detail::forward_product(regions, Hidden, padded, hidden, weights[0], none, content));
    join(backend);
    backend.blocks(pictures, kernels::attend_regions_forward<T>{sizes<T>(c.x(visual), c.y(attended)), c.x(visual),
                                                                guidance, c.x(w_h), content, c.y(map), c.y(attended)});
  }

  template <class Context>
  void pullback(const Context& c) const {
    using T = typename Context::scalar;
    using tiled = kernels::masked_product_of_rows<T>;
    constexpr bool to_audio = Context::wants(audio) || Context::wants(audio_weight) || Context::wants(audio_bias);
    constexpr bool to_video = Context::wants(visual) || Context::wants(video_weight) || Context::wants(video_bias);
    const std::size_t pictures = Steps * c.items();
    const std::size_t regions = R * pictures;
    const auto weights = padded_weights(c);
    T* const guidance_slopes = c.scratch(4);
    T* const sound_slopes = c.scratch(5);
    T* const hidden_slopes = c.scratch(6);
    T* const content_slopes = c.scratch(7);
    auto& backend = c.backend();

    kernels::attend_regions_pullback<T> first{};
    first.sizes = sizes<T>(c.x(visual), c.dy(attended));
    first.visual = c.x(visual);
    first.w_h = c.x(w_h);
    first.content = c.saved(2);
    first.map = c.y(map);
    first.map_slope = c.dy(map);
    first.attended_slope = c.dy(attended);
    first.content_slopes = content_slopes;
    first.guidance_slopes = guidance_slopes;
    first.w_h_partial = Context::wants(w_h) ? c.scratch(8) : nullptr;
    first.hidden = {padded, to_video ? Hidden : 0, weights[0], c.saved(1), hidden_slopes};
    first.hidden_partial = c.scratch(10);
    backend.blocks(pictures, first);
    // What the sounds learn, beside the rest.
    const auto slope_sounds = [&] {
      if constexpr (to_audio) {
        const tiled rest{
            {padded, Hidden, weights[1], c.saved(0), sound_slopes}, pictures, guidance_slopes, c.scratch(9)};
        backend.blocks(rest.blocks(), rest);
      }
    };
    const auto multiply_regions = [&] {
      if constexpr (Context::wants(w_v))
        multiply(c, regions, static_cast<const T*>(content_slopes), c.saved(1), c.scratch(2));
    };
    // The two queues are about as long: one that has the sounds' gradient waits for them.
    if constexpr (Context::wants(audio)) slope_sounds();
    beside(backend, [&] {
      if constexpr (!Context::wants(audio)) slope_sounds();
      if constexpr (Context::wants(audio_weight))
        backend.gemm(
            detail::weight_gradient_product(pictures, Da, Hidden, sound_slopes, c.x(audio), c.dx(audio_weight)));
      if constexpr (Context::wants(w_g))
        multiply(c, pictures, static_cast<const T*>(guidance_slopes), c.saved(0), c.scratch(3));
      if constexpr (Context::wants(audio)) multiply_regions();
    });
    if constexpr (Context::wants(audio))
      backend.gemm(detail::input_gradient_product(pictures, Da, Hidden, sound_slopes, c.x(audio_weight), c.dx(audio)));
    if constexpr (Context::wants(visual)) pass_on(c, hidden_slopes);
    if constexpr (Context::wants(video_weight))
      backend.gemm(
          detail::weight_gradient_product(regions, Dv, Hidden, hidden_slopes, c.x(visual), c.dx(video_weight)));
    if constexpr (!Context::wants(audio)) multiply_regions();
    beside(backend, [&] { learn(c, first); });
  }

 private:
  // The sizes, and whether arrays of channels begin where four of them can be read at once.
  template <class T>
  static kernels::region_sizes sizes(const T* regions, const T* picked) {
    const auto whole = [](const T* p) { return reinterpret_cast<std::uintptr_t>(p) % 16 == 0; };
    return {R, padded, Dv, Dv % 4 == 0 && whole(regions) && whole(picked)};
  }

  template <class Context, class T>
  static void pad(const Context& c, T* to_v, T* to_g) {
    c.backend().rows(2 * padded, Hidden, kernels::pad_rows<T>{R, padded, Hidden, c.x(w_v), c.x(w_g), to_v, to_g});
  }
  // W_v and W_g as they are multiplied.
  template <class Context>
  static std::array<const typename Context::scalar*, 2> padded_weights(const Context& c) {
    if (c.prepared(0) != nullptr) return {c.prepared(0), c.prepared(1)};
    pad(c, c.scratch(0), c.scratch(1));
    return {c.scratch(0), c.scratch(1)};
  }

  // The gradient of the regions: through content, and as what is attended to.
  template <class Context, class T>
  static void pass_on(const Context& c, const T* hidden_slopes) {
    const gradient<T> to = c.dx(visual);
    const std::size_t pictures = Steps * c.items();
    c.backend().gemm(detail::input_gradient_product(R * pictures, Dv, Hidden, hidden_slopes, c.x(video_weight), to));
    if (c.dy(attended) == nullptr) return;
    auto picked = detail::input_gradient_product(R, Dv, 1, static_cast<const T*>(c.y(map)),
                                                 static_cast<const T*>(c.dy(attended)), gradient<T>{to.data, true});
    picked.batch = pictures;
    picked.stride_a = R;
    picked.stride_b = Dv;
    picked.stride_c = R * Dv;
    c.backend().gemm(picked);
  }

  // A padded matrix's gradient.
  template <class Context, class T>
  static void multiply(const Context& c, std::size_t rows, const T* dy, const T* x, T* to) {
    c.backend().gemm(detail::weight_gradient_product(rows, Hidden, padded, dy, x, gradient<T>{to, false}));
  }

  // What is left of the parameters' gradients.
  template <class Context, class T>
  static void learn(const Context& c, const kernels::attend_regions_pullback<T>& slopes) {
    using tiled = kernels::masked_product_of_rows<T>;
    const std::size_t pictures = Steps * c.items();
    kernels::attend_regions_parameters<T> rest{};
    rest.audio_bias = {c.scratch(9), tiled::tiles(pictures), Hidden, wanted(c, audio_bias)};
    rest.video_bias = {slopes.hidden_partial, pictures, Hidden, wanted(c, video_bias)};
    rest.w_h = {slopes.w_h_partial, pictures, padded, wanted(c, w_h)};
    rest.regions = R;
    rest.w_v = wanted(c, w_v);
    rest.w_g = wanted(c, w_g);
    rest.v_product = c.scratch(2);
    rest.g_product = c.scratch(3);
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
