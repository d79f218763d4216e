// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <vscg/backend/memory.hpp>
#include <vscg/backend/scalar_index.hpp>
#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/core/number_text.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/optim/adam_kernels.hpp>

namespace vscg {

/// A range of a network's buffer that the optimizer moves. The loss reaches it, and it is not frozen.
struct parameter_range {
  std::size_t offset = 0;
  std::size_t elements = 0;
  double learning_rate_scale = 1;
};

/// Adam (Kingma & Ba, 2015): m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², w ← w - lr m̂ / (√v̂ + ε) with m̂ = m/(1-β₁ᵗ),
/// v̂ = v/(1-β₂ᵗ). PyTorch: torch.optim.Adam with the same numbers.
struct adam : adam_settings {
  /// The part that a step reads: a few numbers that can be copied as bytes.
  using settings = adam_settings;

  static constexpr const char* name = "adam";  ///< in checkpoints

  constexpr explicit adam(double rate = 1e-3) { learning_rate = rate; }

  /// Throws vscg::expectation_error unless these numbers are usable after rounding to `Scalar`: a rate of at least 0, β
  /// in [0, 1) and ε above 0.
  template <class Scalar>
  void check() const {
    const auto expect = [](bool right, const char* setting, const char* expected, double found) {
      if (!right) throw expectation_error(std::string("adam: ") + setting, expected, detail::number_text(found));
    };
    constexpr double most = static_cast<double>(std::numeric_limits<Scalar>::max());
    const auto in_range = [&](double x) { return is_finite(x) && x >= 0 && x <= most; };
    const auto share = [&](double x) { return in_range(x) && static_cast<Scalar>(x) < Scalar(1); };
    expect(in_range(learning_rate), "learning_rate", "a finite number, at least 0", learning_rate);
    expect(share(beta1), "beta1", "a number of at least 0 and below 1", beta1);
    expect(share(beta2), "beta2", "a number of at least 0 and below 1", beta2);
    expect(in_range(epsilon) && static_cast<Scalar>(epsilon) > Scalar(0), "epsilon",
           "a finite number above 0, also when rounded to the scalar", epsilon);
  }

  /// Calls f(name, number) for each of them.
  template <class F>
  void for_each_setting(F f) {
    f("learning_rate", learning_rate);
    f("beta1", beta1);
    f("beta2", beta2);
    f("epsilon", epsilon);
  }

  template <class Scalar, class Backend>
  class state;
};

/// The moments and the progress of one training run. They stay in the backend's memory during a step.
template <class Scalar, class Backend>
class adam::state {
  using memory = typename Backend::memory;

 public:
  /// The network's buffer has `elements` numbers; only those in `ranges` are moved.
  state(std::size_t elements, const std::vector<parameter_range>& ranges)
      : blocks_(ranges), first_(elements), second_(elements), progress_(1), factors_(1) {
    const std::vector<Scalar> zeros(elements, Scalar(0));
    memory::copy_in(first_.data(), zeros.data(), elements * sizeof(Scalar));
    memory::copy_in(second_.data(), zeros.data(), elements * sizeof(Scalar));
    set_progress({0, 1, 1});
  }

  /// Takes one step. Its arrays and the settings lie in the backend's memory. If the loss, a moment or a weight would
  /// not be finite, nothing changes.
  template <class Executor>
  void update(const adam_settings* settings, Executor& backend, const Scalar* loss, const Scalar* gradients,
              Scalar* weights) {
    // Each block has its own rate.
    const kernels::adam_formula<Scalar> formula{Scalar(0), gradients, first_.data(), second_.data(), weights};
    backend.rows(
        blocks_.count(), 4 * kernels::adam_block_elements,
        kernels::adam_check<Scalar>{blocks_.list.data(), formula, settings, progress_.data(), blocks_.partial.data()});
    backend.rows(1, blocks_.count(),
                 kernels::adam_decide<Scalar>{blocks_.count(), blocks_.partial.data(), loss, settings, progress_.data(),
                                              factors_.data()});
    backend.rows(blocks_.count(), 4 * kernels::adam_block_elements,
                 kernels::adam_update<Scalar>{blocks_.list.data(), formula, factors_.data()});
  }

  /// Whether the last update changed anything: 1 or 0, in the backend's memory.
  const Scalar* taken() const { return &factors_.data()->taken; }

  /// Describes, for people, the array that the last update, which was refused, would have spoiled. Empty if there is
  /// none.
  std::string spoiled(const adam& settings, const parameter_table& table, const Scalar* gradients,
                      const Scalar* weights) const {
    const auto sums = copy_of(blocks_.partial.data(), blocks_.count());
    const auto bad = std::find_if(sums.begin(), sums.end(), [](Scalar x) { return !is_finite(x); });
    if (bad == sums.end()) return "";
    kernels::adam_block<Scalar> block{};
    memory::copy_out(&block, blocks_.list.data() + (bad - sums.begin()), sizeof(block));
    const auto [at, what] = first_spoiled(block, gradients, weights);
    for (const auto& entry : table.entries) {
      if (at < entry.offset || at >= entry.offset + entry.elements) continue;
      return what + "weight '" + entry.name + "' (gradients up to " +
             detail::number_text(largest(copy_of(gradients + entry.offset, entry.elements))) + ", learning rate " +
             detail::number_text(settings.learning_rate) + ")";
    }
    return "";
  }

  /// Steps taken, β₁ᵗ, β₂ᵗ. A checkpoint needs only these and the moments.
  std::vector<double> progress() const {
    kernels::adam_progress now;
    memory::copy_out(&now, progress_.data(), sizeof(now));
    return {now.steps, now.power1, now.power2};
  }
  /// Throws vscg::expectation_error, and changes nothing, unless `p` holds three numbers that a run could reach.
  void set_progress(const std::vector<double>& p) {
    const std::string what = "adam: progress";
    if (p.size() != 3) throw expectation_error(what, "3 numbers", std::to_string(p.size()));
    expect_finite(what, std::span<const double>(p));
    if (!(p[0] >= 0) || p[0] != std::floor(p[0]))
      throw expectation_error(what, "a number of steps", detail::number_text(p[0]));
    for (const double power : {p[1], p[2]}) {
      if (!(power >= 0) || !(power <= 1))
        throw expectation_error(what, "powers from 0 to 1", detail::number_text(power));
    }
    const kernels::adam_progress now{p[0], p[1], p[2]};
    memory::copy_in(progress_.data(), &now, sizeof(now));
  }

  /// Bytes of memory that this state holds.
  std::size_t bytes() const {
    return first_.bytes() + second_.bytes() + progress_.bytes() + factors_.bytes() + blocks_.list.bytes() +
           blocks_.partial.bytes();
  }

  /// The number of moment arrays.
  static constexpr int moment_arrays = 2;
  /// The first and second moments are laid out like the network's buffer.
  std::size_t elements() const { return first_.size(); }
  std::vector<Scalar> moments(int which) const {
    expect_first_or_second(which);
    return copy_of((which == 1 ? first_ : second_).data(), elements());
  }
  /// Throws vscg::expectation_error, and changes nothing, if `which` is not 1 or 2, the size is not `elements()`, a
  /// number is not finite, or a second moment is negative.
  void set_moments(int which, std::span<const Scalar> values) {
    expect_first_or_second(which);
    const std::string what = which == 1 ? "adam: first moments" : "adam: second moments";
    if (values.size() != elements()) {
      throw expectation_error(what, std::to_string(elements()) + " numbers", std::to_string(values.size()));
    }
    expect_finite(what, values);
    const auto negative = std::find_if(values.begin(), values.end(), [](Scalar x) { return x < Scalar(0); });
    if (which == 2 && negative != values.end()) {
      throw expectation_error(what, "numbers of at least 0", detail::number_text(static_cast<double>(*negative)));
    }
    memory::copy_in((which == 1 ? first_ : second_).data(), values.data(), values.size() * sizeof(Scalar));
  }

 private:
  // The blocks of some ranges, and a number for each that says whether its results are finite.
  struct block_list {
    buffer<kernels::adam_block<Scalar>, memory> list;
    buffer<Scalar, memory> partial;

    explicit block_list(const std::vector<parameter_range>& ranges) {
      std::vector<kernels::adam_block<Scalar>> all;
      for (const auto& range : ranges) {
        for (std::size_t done = 0; done < range.elements; done += kernels::adam_block_elements) {
          all.push_back({range.offset + done, std::min(kernels::adam_block_elements, range.elements - done),
                         static_cast<Scalar>(range.learning_rate_scale)});
        }
      }
      list = buffer<kernels::adam_block<Scalar>, memory>(all.size());
      partial = buffer<Scalar, memory>(all.size());
      memory::copy_in(list.data(), all.data(), list.bytes());
    }
    std::size_t count() const { return list.size(); }
  };

  static void expect_first_or_second(int which) {
    if (which != 1 && which != 2)
      throw expectation_error("adam: moments", "1 or 2: first or second", std::to_string(which));
  }

  static std::vector<Scalar> copy_of(const Scalar* from, std::size_t count) {
    std::vector<Scalar> copy(count);
    memory::copy_out(copy.data(), from, count * sizeof(Scalar));
    return copy;
  }

  static double largest(const std::vector<Scalar>& values) {
    double most = 0;
    for (const Scalar x : values) most = std::max(most, std::abs(static_cast<double>(x)));
    return most;
  }

  // The first element of a block that would not be finite, and the moment, as "the second moment of "; empty if it is
  // the weight, or if the sum of the block alone would overflow.
  std::pair<std::size_t, std::string> first_spoiled(const kernels::adam_block<Scalar>& block, const Scalar* gradients,
                                                    const Scalar* weights) const {
    kernels::adam_factors<Scalar> factors{};
    memory::copy_out(&factors, factors_.data(), sizeof(factors));
    auto g = copy_of(gradients + block.begin, block.elements);
    auto first = copy_of(first_.data() + block.begin, block.elements);
    auto second = copy_of(second_.data() + block.begin, block.elements);
    auto weight = copy_of(weights + block.begin, block.elements);
    const kernels::adam_formula<Scalar> f{block.rate_scale, g.data(), first.data(), second.data(), weight.data()};
    for (std::size_t i = 0; i < block.elements; ++i) {
      const scalar_index<Scalar> at{i};
      const auto after = f.moments_after(at, factors);
      if (!is_finite(after.first)) return {block.begin + i, "the first moment of "};
      if (!is_finite(after.second)) return {block.begin + i, "the second moment of "};
      if (!is_finite(f.weight_after(at, after, factors))) return {block.begin + i, ""};
    }
    return {block.begin, ""};
  }

  block_list blocks_;
  buffer<Scalar, memory> first_;
  buffer<Scalar, memory> second_;
  buffer<kernels::adam_progress, memory> progress_;
  buffer<kernels::adam_factors<Scalar>, memory> factors_;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
