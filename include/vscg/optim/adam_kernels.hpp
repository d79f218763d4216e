// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/config.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/core/math.hpp>

// A step of Adam in four kernels. They compute its factors, check all results, decide, and then write the results. So
// the step is taken whole or not at all, and needs no copy of the old values.

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

/// Adam's formula, over a range of a network's buffer. Callers pass in their own copy of the factors. Otherwise the
/// compiler would read the factors from memory again after each number that it stores.
template <class T>
struct adam_formula {
  T rate_scale;
  const T* gradient;
  T* first;
  T* second;
  T* weight;

  VSCG_HD adam_formula from(std::size_t begin) const {
    adam_formula rest = *this;
    rest.gradient += begin;
    rest.first += begin;
    rest.second += begin;
    rest.weight += begin;
    return rest;
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

/// The kernels work on a range in blocks of this many elements. The last block may be shorter.
inline constexpr std::size_t adam_block = 4096;
constexpr std::size_t adam_blocks(std::size_t elements) { return (elements + adam_block - 1) / adam_block; }
VSCG_HD constexpr std::size_t adam_elements_of_block(std::size_t elements, std::size_t row) {
  return (row + 1) * adam_block < elements ? adam_block : elements - row * adam_block;
}

/// The factors of the step after `progress`.
template <class T>
struct adam_prepare {
  const adam_settings* settings;
  double* progress;  // steps taken, β₁ᵗ, β₂ᵗ; then the same after this step
  adam_factors<T>* factors;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t) const {
    group.integers(1, [&](std::size_t) {
      using math::sqrt;
      progress[3] = progress[0] + 1;
      progress[4] = progress[1] * settings->beta1;
      progress[5] = progress[2] * settings->beta2;
      factors->rate = static_cast<T>(settings->learning_rate / (1 - progress[4]));
      factors->root = static_cast<T>(1 / sqrt(1 - progress[5]));
      factors->beta1 = static_cast<T>(settings->beta1);
      factors->rest1 = T(1) - factors->beta1;
      factors->beta2 = static_cast<T>(settings->beta2);
      factors->rest2 = T(1) - factors->beta2;
      factors->epsilon = static_cast<T>(settings->epsilon);
    });
  }
};

/// partial[block] = Σ (|m| + v + |w|) of one block's results, scaled down so that the sum does not overflow. The sum is
/// finite only if all the results are. There is a margin, because a compiler may round differently here and in
/// `adam_update`.
template <class T>
struct adam_check {
  std::size_t elements;
  adam_formula<T> formula;
  const adam_factors<T>* factors;
  T* partial;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const adam_formula<T> here = formula.from(row * adam_block);
    const adam_factors<T> f = *factors;
    const T total = group.sum(adam_elements_of_block(elements, row), [&](auto i) {
      using math::abs;
      using V = typename decltype(i)::value;
      const adam_moments<V> after = here.moments_after(i, f);
      const V margin(T(1) + T(1) / T(1024));
      const V scale(T(1) / T(8 * adam_block));
      return abs(after.first) * margin * scale + after.second * margin * scale +
             abs(here.weight_after(i, after, f)) * margin * scale;
    });
    group.integers(1, [&](std::size_t) { partial[row] = total; });
  }
};

/// Takes the step only if the loss and every result are finite, and then counts it.
template <class T>
struct adam_decide {
  std::size_t count;
  const T* partial;
  const T* loss;
  double* progress;
  adam_factors<T>* factors;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t) const {
    const T total = group.sum(count, [&](auto i) {
      using V = typename decltype(i)::value;
      return i.load(partial) * V(T(1) / T(std::uint64_t{1} << 40U));
    });
    group.integers(1, [&](std::size_t) {
      const bool finite = is_finite(loss[0]) && is_finite(total);
      factors->taken = finite ? T(1) : T(0);
      for (int k = 0; finite && k < 3; ++k) progress[k] = progress[k + 3];
    });
  }
};

/// Moves one block if the step is taken.
template <class T>
struct adam_update {
  std::size_t elements;
  adam_formula<T> formula;
  const adam_factors<T>* factors;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const adam_formula<T> here = formula.from(row * adam_block);
    const adam_factors<T> f = *factors;
    if (f.taken == T(0)) return;
    group.each(adam_elements_of_block(elements, row), [&](auto i) {
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
