// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <vscg/backend/memory.hpp>
#include <vscg/backend/scalar_index.hpp>
#include <vscg/core/beside.hpp>
#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/core/number_text.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/optim/parameter_blocks.hpp>
#include <vscg/optim/settings_check.hpp>
#include <vscg/optim/update_kernels.hpp>

namespace vscg {

/// The moments and the progress of one training run with any optimizer. They stay in the backend's memory during a
/// step. Each array counts its own steps: one that other losses do not reach begins with the first loss that does.
template <class Rule, class Scalar, class Backend>
class optimizer_state {
  using memory = typename Backend::memory;
  using settings = typename Rule::settings;
  using array_progress = typename Rule::progress;
  using factors = typename Rule::template factors<Scalar>;
  static constexpr std::size_t progress_numbers = sizeof(array_progress) / sizeof(double);

 public:
  /// `optimizer` is its name, for messages. The network's buffer has `elements` numbers; only the moved ones of
  /// `arrays` change.
  optimizer_state(const char* optimizer, std::size_t elements, const std::vector<parameter_range>& arrays)
      : name_(optimizer), elements_(elements), blocks_(arrays), progress_(arrays.size()), factors_(arrays.size()) {
    std::vector<std::size_t> moved;
    for (std::size_t k = 0; k < arrays.size(); ++k) {
      if (arrays[k].moved) moved.push_back(k);
    }
    moved_ = buffer<std::size_t, memory>(moved.size());
    if (!moved.empty()) memory::copy_in(moved_.data(), moved.data(), moved_.bytes());
    const std::vector<Scalar> zeros(elements, Scalar(0));
    for (auto& moment : moments_) {
      moment = buffer<Scalar, memory>(elements);
      memory::copy_in(moment.data(), zeros.data(), moment.bytes());
    }
    put_progress(std::vector<array_progress>(arrays.size()));
  }

  /// Takes one step. Its arrays and the settings lie in the backend's memory. If the loss, a moment or a weight would
  /// not be finite, nothing changes. Moments and weights are written beside what is launched next, until it is joined.
  template <class Executor>
  void update(const settings* now, Executor& backend, const Scalar* loss, const Scalar* gradients, Scalar* weights) {
    const auto formula = formula_of(gradients, weights);
    const auto* blocks = blocks_.list.data();
    // Rows cost what they move: the gradient, the moments and the weight of each element.
    constexpr std::size_t row = (2 + Rule::moments) * kernels::parameter_block_elements;
    backend.rows(blocks_.count(), row,
                 kernels::check_update<Rule, Scalar>{blocks, formula, now, progress_.data(), blocks_.partial.data()});
    backend.rows(1, blocks_.count(),
                 kernels::decide_update<Rule, Scalar>{blocks_.count(), blocks_.partial.data(), loss, now, moved_.size(),
                                                      moved_.data(), progress_.data(), factors_.data(), taken_.data()});
    beside(backend, [&] {
      backend.rows(blocks_.count(), row,
                   kernels::apply_update<Rule, Scalar>{blocks, formula, factors_.data(), taken_.data()});
    });
  }

  /// Whether the last update changed anything: 1 or 0, in the backend's memory.
  const Scalar* taken() const { return taken_.data(); }

  /// Describes, for people, the array that the last update, which was refused, would have spoiled. Empty if there is
  /// none.
  std::string spoiled(double learning_rate, const parameter_table& table, const Scalar* gradients,
                      const Scalar* weights) const {
    const auto sums = copy_of(blocks_.partial.data(), blocks_.count());
    const auto bad = std::find_if(sums.begin(), sums.end(), [](Scalar x) { return !is_finite(x); });
    if (bad == sums.end()) return "";
    kernels::parameter_block<Scalar> block{};
    memory::copy_out(&block, blocks_.list.data() + (bad - sums.begin()), sizeof(block));
    const auto [at, what] = first_spoiled(block, gradients, weights);
    for (const auto& entry : table.entries) {
      if (at < entry.offset || at >= entry.offset + entry.elements) continue;
      return what + "weight '" + entry.name + "' (gradients up to " +
             detail::number_text(largest(copy_of(gradients + entry.offset, entry.elements))) + ", learning rate " +
             detail::number_text(learning_rate) + ")";
    }
    return "";
  }

  /// The progress of the arrays: some numbers, the first of them the steps taken. Arrays that have taken the same steps
  /// share theirs. A checkpoint needs only this, `progress_of_arrays()` and the moments.
  std::vector<double> progress() const { return distinct_progress().first; }
  /// Which group of numbers in `progress()` each of the network's arrays has, from 1; 0 if it has taken no step.
  std::vector<std::uint64_t> progress_of_arrays() const { return distinct_progress().second; }

  /// Takes back what they returned, also in the state of another network whose arrays are laid out alike. Without
  /// `of_arrays` all arrays that move have the same progress. Throws vscg::expectation_error, and changes nothing,
  /// unless a run could reach these numbers.
  void set_progress(const std::vector<double>& p, const std::vector<std::uint64_t>& of_arrays = {}) {
    const std::string what = name_ + ": progress";
    std::uint64_t groups = 1;
    if (!of_arrays.empty()) {
      if (of_arrays.size() != progress_.size()) {
        throw expectation_error(what + " of arrays", std::to_string(progress_.size()) + " numbers",
                                std::to_string(of_arrays.size()));
      }
      groups = std::max(groups, *std::max_element(of_arrays.begin(), of_arrays.end()));
      if (groups > progress_.size()) {
        throw expectation_error(what + " of arrays", "numbers up to " + std::to_string(progress_.size()),
                                std::to_string(groups));
      }
    }
    if (p.size() != groups * progress_numbers) {
      throw expectation_error(what, std::to_string(groups * progress_numbers) + " numbers", std::to_string(p.size()));
    }
    expect_finite(what, std::span<const double>(p));
    std::vector<array_progress> found{{}};  // that of an array that has taken no step
    for (std::size_t at = 0; at < p.size(); at += progress_numbers) {
      std::array<double, progress_numbers> numbers{};
      std::copy_n(p.begin() + static_cast<std::ptrdiff_t>(at), progress_numbers, numbers.begin());
      found.push_back(std::bit_cast<array_progress>(numbers));
      const double steps = found.back().steps;
      if (!(steps >= 0) || steps != std::floor(steps))
        throw expectation_error(what, "a number of steps", detail::number_text(steps));
      found.back().check(what);
    }
    std::vector<array_progress> all(progress_.size());
    if (of_arrays.empty()) {
      for (const std::size_t k : copy_of(moved_.data(), moved_.size())) all[k] = found[1];
    } else {
      for (std::size_t k = 0; k < all.size(); ++k) all[k] = found[of_arrays[k]];
    }
    put_progress(all);
  }

  /// Bytes of memory that this state holds.
  std::size_t bytes() const {
    std::size_t total = progress_.bytes() + factors_.bytes() + moved_.bytes() + taken_.bytes() + blocks_.bytes();
    for (const auto& moment : moments_) total += moment.bytes();
    return total;
  }

  /// The number of moment arrays.
  static constexpr int moment_arrays = Rule::moments;
  /// Each moment array is laid out like the network's buffer.
  std::size_t elements() const { return elements_; }
  /// Moment array `which`, from 1.
  std::vector<Scalar> moments(int which) const { return copy_of(moments_[index_of(which)].data(), elements()); }
  /// Throws vscg::expectation_error, and changes nothing, if there is no array `which`, the size is not `elements()`, a
  /// number is not finite, or one is negative that cannot be.
  void set_moments(int which, std::span<const Scalar> values) {
    const std::size_t k = index_of(which);
    const moment_description& moment = Rule::moment_names[k];
    const std::string what = name_ + ": " + moment.all;
    if (values.size() != elements())
      throw expectation_error(what, std::to_string(elements()) + " numbers", std::to_string(values.size()));
    expect_finite(what, values);
    const auto negative = std::find_if(values.begin(), values.end(), [](Scalar x) { return x < Scalar(0); });
    if (moment.at_least_0 && negative != values.end())
      throw expectation_error(what, "numbers of at least 0", detail::number_text(static_cast<double>(*negative)));
    memory::copy_in(moments_[k].data(), values.data(), values.size() * sizeof(Scalar));
  }

 private:
  std::size_t index_of(int which) const {
    if (which < 1 || which > moment_arrays)
      throw expectation_error(name_ + ": moments", Rule::moment_choice, std::to_string(which));
    return static_cast<std::size_t>(which) - 1;
  }

  void put_progress(const std::vector<array_progress>& all) {
    memory::copy_in(progress_.data(), all.data(), progress_.bytes());
  }

  std::pair<std::vector<double>, std::vector<std::uint64_t>> distinct_progress() const {
    using numbers = std::array<double, progress_numbers>;
    std::vector<numbers> groups;
    std::vector<std::uint64_t> of_arrays;
    for (const array_progress& one : copy_of(progress_.data(), progress_.size())) {
      const auto key = std::bit_cast<numbers>(one);
      const bool begun = one.steps > 0;
      auto same = std::find(groups.begin(), groups.end(), key);
      if (begun && same == groups.end()) same = groups.insert(same, key);
      of_arrays.push_back(begun ? static_cast<std::uint64_t>(same - groups.begin()) + 1 : 0);
    }
    if (groups.empty()) groups.push_back(std::bit_cast<numbers>(array_progress{}));
    std::vector<double> flat;
    for (const numbers& one : groups) flat.insert(flat.end(), one.begin(), one.end());
    return {flat, of_arrays};
  }

  template <class Number>
  static std::vector<Number> copy_of(const Number* from, std::size_t count) {
    std::vector<Number> copy(count);
    memory::copy_out(copy.data(), from, count * sizeof(Number));
    return copy;
  }

  static double largest(const std::vector<Scalar>& values) {
    double most = 0;
    for (const Scalar x : values) most = std::max(most, std::abs(static_cast<double>(x)));
    return most;
  }

  kernels::update_formula<Rule, Scalar> formula_of(const Scalar* gradients, Scalar* weights) {
    kernels::update_formula<Rule, Scalar> formula{gradients, {}, weights};
    for (std::size_t k = 0; k < moments_.size(); ++k) formula.moment[k] = moments_[k].data();
    return formula;
  }

  // The first element of a block that would not be finite, and the moment, as "the second moment of "; empty if it is
  // the weight, or if the sum of the block alone would overflow.
  std::pair<std::size_t, std::string> first_spoiled(const kernels::parameter_block<Scalar>& block,
                                                    const Scalar* gradients, const Scalar* weights) const {
    factors f{};
    memory::copy_out(&f, factors_.data() + block.array, sizeof(f));
    f = f.scaled(block.rate_scale);
    const auto g = copy_of(gradients + block.begin, block.elements);
    auto weight = copy_of(weights + block.begin, block.elements);
    std::array<std::vector<Scalar>, Rule::moments> moments;
    kernels::update_formula<Rule, Scalar> formula{g.data(), {}, weight.data()};
    for (std::size_t k = 0; k < moments.size(); ++k) {
      moments[k] = copy_of(moments_[k].data() + block.begin, block.elements);
      formula.moment[k] = moments[k].data();
    }
    for (std::size_t i = 0; i < block.elements; ++i) {
      const auto after = formula.after(scalar_index<Scalar>{i}, f);
      for (std::size_t k = 0; k < moments.size(); ++k) {
        if (!is_finite(after.moment[k]))
          return {block.begin + i, std::string("the ") + Rule::moment_names[k].one + " of "};
      }
      if (!is_finite(after.weight)) return {block.begin + i, ""};
    }
    return {block.begin, ""};
  }

  std::string name_;
  std::size_t elements_;
  parameter_blocks<Scalar, memory> blocks_;
  buffer<std::size_t, memory> moved_;  // which arrays move
  std::array<buffer<Scalar, memory>, Rule::moments> moments_;
  buffer<array_progress, memory> progress_;  // of each array
  buffer<factors, memory> factors_;          // of each array
  buffer<Scalar, memory> taken_{1};
};

}  // namespace vscg

#include <vscg/core/end.hpp>
