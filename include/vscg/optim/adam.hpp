// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <vscg/backend/memory.hpp>
#include <vscg/core/math.hpp>

namespace vscg {

/// A stretch of a network's buffer that the optimiser moves: what the loss reaches, and is not frozen.
struct parameter_range {
  std::size_t offset = 0;
  std::size_t elements = 0;
  double learning_rate_scale = 1;
};

/// Adam (Kingma & Ba, 2015): m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², w ← w - lr m̂ / (√v̂ + ε) with m̂ = m/(1-β₁ᵗ),
/// v̂ = v/(1-β₂ᵗ). PyTorch: torch.optim.Adam with the same numbers.
struct adam {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;

  constexpr explicit adam(double rate = 1e-3) : learning_rate(rate) {}

  template <class Scalar, class Backend>
  class state;
};

namespace kernels {

/// Counts the step and prepares its factors, unless the guard (loss and gradients) is not finite.
template <class T>
struct adam_prepare {
  double rate;
  double beta1;
  double beta2;
  const T* guard;
  double* progress;  // steps taken, β₁ᵗ, β₂ᵗ
  T* factors;        // take this step (1 or 0), lr / (1-β₁ᵗ), 1 / √(1-β₂ᵗ)
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t) const {
    group.integers(1, [&](std::size_t) {
      using math::abs;
      using math::sqrt;
      // A comparison is false for NaN and infinity; no isfinite, which fast-math builds may drop.
      const bool finite = abs(guard[0]) <= std::numeric_limits<T>::max();
      factors[0] = finite ? T(1) : T(0);
      if (!finite) return;
      progress[0] += 1;
      progress[1] *= beta1;
      progress[2] *= beta2;
      factors[1] = static_cast<T>(rate / (1 - progress[1]));
      factors[2] = static_cast<T>(1 / sqrt(1 - progress[2]));
    });
  }
};

template <class T>
struct adam_update {
  T beta1;
  T beta2;
  T epsilon;
  T rate_scale;
  const T* factors;
  const T* gradient;
  T* first;
  T* second;
  T* weight;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    using math::sqrt;
    using V = typename Index::value;
    if (factors[0] == T(0)) return;
    const V g = i.load(gradient);
    const V m = V(beta1) * i.load(first) + V(T(1) - beta1) * g;
    const V v = V(beta2) * i.load(second) + V(T(1) - beta2) * (g * g);
    i.store(first, m);
    i.store(second, v);
    i.store(weight, i.load(weight) - V(rate_scale * factors[1]) * m / (sqrt(v) * V(factors[2]) + V(epsilon)));
  }
};

}  // namespace kernels

/// Moments and progress of one training run, in the backend's memory: nothing of it returns to the host inside a step.
template <class Scalar, class Backend>
class adam::state {
  using memory = typename Backend::memory;

 public:
  explicit state(std::size_t elements) : first_(elements), second_(elements), progress_(3), factors_(3) {
    const std::vector<Scalar> zeros(elements, Scalar(0));
    memory::copy_in(first_.data(), zeros.data(), elements * sizeof(Scalar));
    memory::copy_in(second_.data(), zeros.data(), elements * sizeof(Scalar));
    set_progress({0, 1, 1});
  }

  /// One step over the ranges. Where `guard` (one number in the backend's memory) is not finite nothing changes.
  template <class Executor>
  void update(const adam& settings, Executor& backend, std::span<const parameter_range> ranges, const Scalar* guard,
              const Scalar* gradients, Scalar* weights) {
    backend.rows(1, 1,
                 kernels::adam_prepare<Scalar>{settings.learning_rate, settings.beta1, settings.beta2, guard,
                                               progress_.data(), factors_.data()});
    for (const auto& range : ranges) {
      kernels::adam_update<Scalar> kernel{};
      kernel.beta1 = static_cast<Scalar>(settings.beta1);
      kernel.beta2 = static_cast<Scalar>(settings.beta2);
      kernel.epsilon = static_cast<Scalar>(settings.epsilon);
      kernel.rate_scale = static_cast<Scalar>(range.learning_rate_scale);
      kernel.factors = factors_.data();
      kernel.gradient = gradients + range.offset;
      kernel.first = first_.data() + range.offset;
      kernel.second = second_.data() + range.offset;
      kernel.weight = weights + range.offset;
      backend.each(range.elements, 4, kernel);
    }
  }

  /// Steps taken, β₁ᵗ, β₂ᵗ: with the moments, all that a checkpoint needs.
  std::vector<double> progress() const {
    std::vector<double> copy(3);
    memory::copy_out(copy.data(), progress_.data(), sizeof(double) * 3);
    return copy;
  }
  void set_progress(const std::vector<double>& p) { memory::copy_in(progress_.data(), p.data(), sizeof(double) * 3); }

  /// First and second moments, laid out as the network's buffer.
  std::size_t elements() const { return first_.size(); }
  std::vector<Scalar> moments(int which) const {
    const auto& from = which == 1 ? first_ : second_;
    std::vector<Scalar> copy(from.size());
    memory::copy_out(copy.data(), from.data(), from.size() * sizeof(Scalar));
    return copy;
  }
  void set_moments(int which, std::span<const Scalar> values) {
    auto& to = which == 1 ? first_ : second_;
    memory::copy_in(to.data(), values.data(), std::min(values.size(), to.size()) * sizeof(Scalar));
  }

 private:
  buffer<Scalar, memory> first_;
  buffer<Scalar, memory> second_;
  buffer<double, memory> progress_;
  buffer<Scalar, memory> factors_;
};

}  // namespace vscg
