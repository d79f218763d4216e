// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/config.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/core/math.hpp>

// A step of Adam in three kernels, over all parameters at once. They check all results, decide, and then write the
// results. So the step is taken whole or not at all, and needs no copy of the old values.

namespace vscg {

/// Adam's numbers, as a step reads them from the backend's memory.
struct adam_settings {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
};

namespace kernels {

/// The moments of one element.
template <class V>
struct adam_moments {
  V first, second;
};

/// The numbers of one step, computed from the settings and the progress.
template <class T>
struct adam_factors {
  T taken;  // 1 if the step is taken, else 0
  T rate;   // lr / (1-β₁ᵗ)
  T root;   // 1 / √(1-β₂ᵗ)
  T beta1;
  T rest1;  // 1-β₁
  T beta2;
  T rest2;  // 1-β₂
  T epsilon;
};

/// Steps taken, β₁ᵗ, β₂ᵗ.
struct adam_progress {
  double steps = 0;
  double power1 = 1;
  double power2 = 1;
  VSCG_HD adam_progress next(const adam_settings& settings) const {
    return {steps + 1, power1 * settings.beta1, power2 * settings.beta2};
  }
};

/// The factors of the step that leads to `progress`.
template <class T>
VSCG_HD adam_factors<T> adam_factors_of(const adam_settings& settings, const adam_progress& progress) {
  using math::sqrt;
  adam_factors<T> f{};
  f.rate = static_cast<T>(settings.learning_rate / (1 - progress.power1));
  f.root = static_cast<T>(1 / sqrt(1 - progress.power2));
  f.beta1 = static_cast<T>(settings.beta1);
  f.rest1 = T(1) - f.beta1;
  f.beta2 = static_cast<T>(settings.beta2);
  f.rest2 = T(1) - f.beta2;
  f.epsilon = static_cast<T>(settings.epsilon);
  return f;
}

/// The kernels work on all ranges of a network's buffer at once, in blocks of at most this many elements.
inline constexpr std::size_t adam_block_elements = 4096;

/// A block, as the kernels read it from the backend's memory.
template <class T>
struct adam_block {
  std::size_t begin;
  std::size_t elements;
  T rate_scale;
};

/// Adam's formula, over a network's buffer or, after `of`, a block of it. Callers pass in their own copy of the
/// factors. Otherwise the compiler would read the factors from memory again after each number that it stores.
template <class T>
struct adam_formula {
  T rate_scale;
  const T* gradient;
  T* first;
  T* second;
  T* weight;

  VSCG_HD adam_formula of(const adam_block<T>& block) const {
    return {block.rate_scale, gradient + block.begin, first + block.begin, second + block.begin, weight + block.begin};
  }
  template <class Index>
  VSCG_HD adam_moments<typename Index::value> moments_after(Index i, const adam_factors<T>& f) const {
    using V = typename Index::value;
    const V g = i.load(gradient);
    return {V(f.beta1) * i.load(first) + V(f.rest1) * g, V(f.beta2) * i.load(second) + V(f.rest2) * (g * g)};
  }
  template <class Index, class V>
  VSCG_HD V weight_after(Index i, const adam_moments<V>& m, const adam_factors<T>& f) const {
    using math::sqrt;
    return i.load(weight) - V(rate_scale * f.rate) * m.first / (sqrt(m.second) * V(f.root) + V(f.epsilon));
  }
};

/// partial[block] = Σ (|m| + v + |w|) of one block's results, scaled down so that the sum does not overflow. The sum is
/// finite only if all the results are. There is a margin, because a compiler may round differently here and in
/// `adam_update`.
template <class T>
struct adam_check {
  const adam_block<T>* blocks;
  adam_formula<T> formula;
  const adam_settings* settings;
  const adam_progress* progress;
  T* partial;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const adam_formula<T> here = formula.of(blocks[row]);
    const adam_factors<T> f = adam_factors_of<T>(*settings, progress->next(*settings));
    const T total = group.sum(blocks[row].elements, [&](auto i) {
      using math::abs;
      using V = typename decltype(i)::value;
      const adam_moments<V> after = here.moments_after(i, f);
      const V margin(T(1) + T(1) / T(1024));
      const V scale(T(1) / T(8 * adam_block_elements));
      return abs(after.first) * margin * scale + after.second * margin * scale +
             abs(here.weight_after(i, after, f)) * margin * scale;
    });
    group.integers(1, [&](std::size_t) { partial[row] = total; });
  }
};

/// Takes the step only if the loss and every result are finite: then it counts it.
template <class T>
struct adam_decide {
  std::size_t count;
  const T* partial;
  const T* loss;
  const adam_settings* settings;
  adam_progress* progress;
  adam_factors<T>* factors;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t) const {
    const T total = group.sum(count, [&](auto i) {
      using V = typename decltype(i)::value;
      return i.load(partial) * V(T(1) / T(std::uint64_t{1} << 40U));
    });
    group.integers(1, [&](std::size_t) {
      const adam_progress after = progress->next(*settings);
      adam_factors<T> f = adam_factors_of<T>(*settings, after);
      const bool finite = is_finite(loss[0]) && is_finite(total);
      f.taken = finite ? T(1) : T(0);
      *factors = f;
      if (finite) *progress = after;
    });
  }
};

/// Moves one block if the step is taken.
template <class T>
struct adam_update {
  const adam_block<T>* blocks;
  adam_formula<T> formula;
  const adam_factors<T>* factors;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const adam_formula<T> here = formula.of(blocks[row]);
    const adam_factors<T> f = *factors;
    if (f.taken == T(0)) return;
    group.each(blocks[row].elements, [&](auto i) {
      const auto after = here.moments_after(i, f);
      i.store(here.first, after.first);
      i.store(here.second, after.second);
      i.store(here.weight, here.weight_after(i, after, f));
    });
  }
};

}  // namespace kernels

}  // namespace vscg

#include <vscg/core/end.hpp>
