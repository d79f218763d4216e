// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <type_traits>

#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/ops/convolution.hpp>

namespace vscg {

namespace kernels {

/// patches[(i, j), (k, l), c] = x[i stride + k - padding, j stride + l - padding, c], 0 outside: what the product
/// reads, one place of the result per row.
template <class T>
struct gather_patches {
  std::size_t height;
  std::size_t width;
  std::size_t channels;
  window_places down;
  window_places across;
  const T* x;
  T* patches;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const std::size_t place = row % (down.count * across.count);
    const T* const picture = x + row / (down.count * across.count) * height * width * channels;
    T* const to = patches + row * down.kernel * across.kernel * channels;
    const std::size_t top = place / across.count * down.stride;
    const std::size_t left = place % across.count * across.stride;
    for (std::size_t k = 0; k < down.kernel; ++k) {
      const bool inside = top + k >= down.padding && top + k < down.padding + height;
      const std::size_t line = inside ? top + k - down.padding : 0;
      gather_window(group, inside ? width : 0, channels, across.kernel, left, across.padding,
                    picture + line * width * channels, to + k * across.kernel * channels);
    }
  }
};

/// dx[i, j, c]: the sum over all places of patches that hold it.
template <class T>
struct scatter_patches {
  std::size_t height;
  std::size_t width;
  std::size_t channels;
  window_places down;
  window_places across;
  const T* dpatches;
  gradient<T> dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const std::size_t pixel = row % (height * width);
    const std::size_t first = row / (height * width) * down.count * across.count;
    const gradient<T> to{dx.data + row * channels, dx.adds};
    group.each(channels, [&](auto c) {
      using V = typename decltype(c)::value;
      V total(0);
      down.each_with(pixel / width, [&](std::size_t i, std::size_t k) {
        across.each_with(pixel % width, [&](std::size_t j, std::size_t l) {
          const std::size_t place = first + i * across.count + j;
          total = total + c.load(dpatches + ((place * down.kernel + k) * across.kernel + l) * channels);
        });
      });
      to.store(c, total);
    });
  }
};

}  // namespace kernels

namespace detail {
/// How many windows of `Kernel` an axis holds, with `Padding` at both ends.
constexpr int windows_along(int extent, int kernel, int stride, int padding) {
  return extent + 2 * padding < kernel ? 0 : (extent + 2 * padding - kernel) / stride + 1;
}

/// The square windows of [H, W, In].
template <int H, int W, int In, int Kernel, int Stride, int Padding>
struct windows_of_picture {
  static constexpr int height = windows_along(H, Kernel, Stride, Padding);
  static constexpr int width = windows_along(W, Kernel, Stride, Padding);
  static constexpr std::size_t places = std::size_t{height} * width;
  static constexpr std::size_t steps = std::size_t{Kernel} * Kernel;
  template <class Executor, class Scalar>
  static void gather(Executor& backend, std::size_t items, const Scalar* x, Scalar* patches) {
    backend.rows(places * items, steps * In,
                 kernels::gather_patches<Scalar>{H, W, In, along(height), along(width), x, patches});
  }
  template <class Executor, class Scalar>
  static void scatter(Executor& backend, std::size_t items, const Scalar* dpatches, gradient<Scalar> dx) {
    backend.rows(std::size_t{H} * W * items, steps * In,
                 kernels::scatter_patches<Scalar>{H, W, In, along(height), along(width), dpatches, dx});
  }

 private:
  static constexpr kernels::window_places along(int count) { return {std::size_t(count), Kernel, Stride, Padding}; }
};
}  // namespace detail

namespace ops {

/// y[i, j, o] = b[o] + Σ_{c,k,l} W[o, c, k, l] x[i Stride + k - Padding, j Stride + l - Padding, c], x read as 0
/// outside.
template <int H, int W, int In, int Out, int Kernel, int Stride, int Padding,
          class Windows = detail::windows_of_picture<H, W, In, Kernel, Stride, Padding>>
struct conv2d : convolution<Windows, In, Out, shape<dyn, Windows::height, Windows::width, Out>> {
  static constexpr const char* name = "conv2d";
  void settings(setting_list& to) const { to.add("kernel", Kernel).add("stride", Stride).add("padding", Padding); }
};

}  // namespace ops

/// Padding that keeps height and width where the stride is 1: (Kernel - 1) / 2 zeros at each edge, Kernel odd.
inline constexpr int same_padding = -1;

/// PyTorch's F.conv2d on [B, H, W, In], channels last; weight [Out, In, Kernel, Kernel], bias [Out]. The result is
/// [B, (H + 2 Padding - Kernel) / Stride + 1, (W + 2 Padding - Kernel) / Stride + 1, Out].
template <int Stride = 1, int Padding = same_padding, class Layer = struct conv2d_function, class Tag, class X,
          bool Active, class Weight, class Bias, bool Learns>
auto conv2d(const var<Tag, X, Active>& given, const var<Tag, Weight, Learns>& given_weight,
            const var<Tag, Bias, Learns>& bias) {
  using any_weight = shape<any_extent, any_extent, any_extent, any_extent>;
  constexpr int Kernel = extent<shape_of<decltype(expect_shape<Layer, any_weight>(given_weight))>, 2>;
  const auto weight = expect_shape<Layer, shape<any_extent, any_extent, Kernel, Kernel>>(given_weight);
  constexpr auto extents = shape_of<decltype(weight)>::extents;
  require<Padding != same_padding || Kernel % 2 == 1, Layer, expects<number::odd>, gets<Kernel>>();
  require<(Stride > 0), Layer, expects<number::at_least, 1>, gets<Stride>>();
  constexpr int padding = Padding == same_padding ? (Kernel - 1) / 2 : Padding;
  constexpr int stride = Stride > 0 ? Stride : 1;
  const auto x = expect_shape<Layer, shape<dyn, any_extent, any_extent, extents[1]>>(given);
  constexpr int H = extent<shape_of<decltype(x)>, 1>;
  constexpr int W = extent<shape_of<decltype(x)>, 2>;
  constexpr bool refused = !std::is_same_v<shape_of<decltype(x)>, X>;
  constexpr int smaller = H < W ? H : W;
  constexpr bool fits = smaller + 2 * padding >= Kernel;
  require<refused || fits, Layer, expects<number::at_least, Kernel - 2 * padding>, gets<smaller>>();
  return record(ops::conv2d < H, W, extents[1], extents[0], Kernel, stride, fits ? padding : Kernel > {}, x, weight,
                expect_shape<Layer, shape<extents[0]>>(bias));
}
VSCG_OPERANDS_WITH_NUMBERS(conv2d, 3, 3)

}  // namespace vscg

#include <vscg/core/end.hpp>
