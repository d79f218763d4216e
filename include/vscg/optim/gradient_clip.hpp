// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <vector>

#include <vscg/backend/memory.hpp>
#include <vscg/core/config.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/core/math.hpp>
#include <vscg/optim/parameter_blocks.hpp>

namespace vscg {

namespace kernels {

/// √Σ f(index)² over the elements 0 … n-1. Squares that overflow do not spoil it.
template <class T, class Group, class F>
VSCG_HD T euclidean_norm(Group group, std::size_t n, F f) {
  using math::sqrt;
  const T squares = group.sum(n, [&](auto i) {
    const auto x = f(i);
    return x * x;
  });
  if (is_finite(squares)) return sqrt(squares);
  const T most = group.max(n, [&](auto i) {
    using math::abs;
    return abs(f(i));
  });
  const T relative = group.sum(n, [&](auto i) {
    const auto x = f(i) / typename decltype(i)::value(most);
    return x * x;
  });
  return most * sqrt(relative);
}

/// Clamps the gradients of one block to [-value, value] if `value` is finite. partial[block] = their norm then, which
/// is not finite if a gradient was not.
template <class T>
struct measure_gradients {
  const parameter_block<T>* blocks;
  T* gradients;
  T value;
  T* partial;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const std::size_t n = blocks[row].elements;
    T* const here = gradients + blocks[row].begin;
    T norm = euclidean_norm<T>(group, n, [&](auto i) { return i.load(here); });
    if (is_finite(value) && is_finite(norm)) {
      const auto clamped = [&](auto i) {
        using math::where_greater;
        using V = typename decltype(i)::value;
        const V g = i.load(here);
        return where_greater(g, V(value), V(value), where_greater(V(-value), g, V(-value), g));
      };
      norm = euclidean_norm<T>(group, n, clamped);
      group.each(n, [&](auto i) { i.store(here, clamped(i)); });
    }
    group.integers(1, [&](std::size_t) { partial[row] = norm; });
  }
};

/// factor = min(1, most / (norm + 1e-6)), and guarded = loss if the norm is finite, else NaN, which makes the optimizer
/// refuse the step.
template <class T>
struct decide_clip {
  std::size_t count;
  const T* partial;
  const T* loss;
  T most;
  T* factor;
  T* guarded;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t) const {
    const T norm = euclidean_norm<T>(group, count, [&](auto i) { return i.load(partial); });
    group.integers(1, [&](std::size_t) {
      const T right = most / (norm + T(1e-6));
      factor[0] = right < T(1) ? right : T(1);
      guarded[0] = is_finite(norm) ? loss[0] : math::not_a_number<T>;
    });
  }
};

/// Multiplies the gradients of one block by the factor if that is below 1.
template <class T>
struct scale_gradients {
  const parameter_block<T>* blocks;
  T* gradients;
  const T* factor;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const T f = factor[0];
    if (!(f < T(1))) return;
    T* const here = gradients + blocks[row].begin;
    group.each(blocks[row].elements, [&](auto i) { i.store(here, i.load(here) * typename decltype(i)::value(f)); });
  }
};

}  // namespace kernels

/// Bounds the gradients of a step before the optimizer reads them. PyTorch: clip_grad_value_ with `value`, then
/// clip_grad_norm_ with `norm`, over all moved arrays together. Either may be infinity, which leaves it out.
template <class Scalar, class Memory>
class gradient_clip {
 public:
  gradient_clip(double norm, double value, const std::vector<parameter_range>& arrays)
      : norm_(rounded(norm)),
        value_(rounded(value)),
        blocks_(on() ? arrays : std::vector<parameter_range>{}),
        results_(on() ? 2 : 0) {}

  bool on() const { return is_finite(norm_) || is_finite(value_); }

  /// Changes the gradients in place. Returns the loss that decides whether the step is taken: NaN if a gradient is not
  /// finite.
  template <class Executor>
  const Scalar* apply(Executor& backend, const Scalar* loss, Scalar* gradients) {
    if (!on()) return loss;
    const auto* blocks = blocks_.list.data();
    Scalar* const factor = results_.data();
    Scalar* const guarded = factor + 1;
    constexpr std::size_t row = kernels::parameter_block_elements;
    backend.rows(blocks_.count(), row,
                 kernels::measure_gradients<Scalar>{blocks, gradients, value_, blocks_.partial.data()});
    backend.rows(1, blocks_.count(),
                 kernels::decide_clip<Scalar>{blocks_.count(), blocks_.partial.data(), loss, norm_, factor, guarded});
    if (is_finite(norm_))
      backend.rows(blocks_.count(), row, kernels::scale_gradients<Scalar>{blocks, gradients, factor});
    return guarded;
  }

  std::size_t bytes() const { return blocks_.bytes() + results_.bytes(); }

 private:
  static Scalar rounded(double most) {
    return most < static_cast<double>(math::largest<Scalar>) ? static_cast<Scalar>(most) : math::infinity<Scalar>;
  }

  Scalar norm_, value_;
  parameter_blocks<Scalar, Memory> blocks_;
  buffer<Scalar, Memory> results_;  // the factor, the guarded loss
};

}  // namespace vscg

#include <vscg/core/end.hpp>
