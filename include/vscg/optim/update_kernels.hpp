// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/config.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/core/math.hpp>
#include <vscg/optim/parameter_blocks.hpp>

// A step of any optimizer in three kernels, over all parameters at once. They check all results, decide, and then write
// the results. So the step is taken whole or not at all, and needs no copy of the old values.
//
// The optimizer's formula is a `Rule`, such as kernels::adam_rule. It has
//   settings              what a step reads of the optimizer's settings; it can be copied as bytes
//   moments               how many numbers it keeps of each weight, at least 1; moment_names and moment_choice for
//   messages progress              how far one array has come, only doubles: `steps` first; next(settings);
//   check(what), which
//                         throws vscg::expectation_error for other numbers than a run can reach
//   factors<T>            the numbers of one step, for all elements of an array; scaled(rate_scale)
//   factors_of<T>(settings, progress)
//   after(factors, gradient, state)   the formula: the element_state that follows

namespace vscg::kernels {

/// What belongs to one element: the numbers that the optimizer keeps, and the weight.
template <class V, int Moments>
struct element_state {
  V moment[Moments];
  V weight;
};

/// A Rule's formula over a network's buffer or, after `of`, a block of it. Callers pass in their own copy of the
/// factors. Otherwise the compiler would read the factors from memory again after each number that it stores.
template <class Rule, class T>
struct update_formula {
  const T* gradient;
  T* moment[Rule::moments];
  T* weight;

  VSCG_HD update_formula of(const parameter_block<T>& block) const {
    update_formula here = *this;
    here.gradient += block.begin;
    for (T*& array : here.moment) array += block.begin;
    here.weight += block.begin;
    return here;
  }
  template <class Index>
  VSCG_HD auto after(Index i, const typename Rule::template factors<T>& f) const {
    element_state<typename Index::value, Rule::moments> now{};
    for (int k = 0; k < Rule::moments; ++k) now.moment[k] = i.load(moment[k]);
    now.weight = i.load(weight);
    return Rule::after(f, i.load(gradient), now);
  }
};

/// partial[block] = Σ (|moments| + |w|) of one block's results, scaled down so that the sum does not overflow. The sum
/// is finite only if all the results are. There is a margin, because a compiler may round differently here and in
/// `apply_update`.
template <class Rule, class T>
struct check_update {
  const parameter_block<T>* blocks;
  update_formula<Rule, T> formula;
  const typename Rule::settings* settings;
  const typename Rule::progress* progress;  // of each array
  T* partial;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const parameter_block<T> block = blocks[row];
    const update_formula<Rule, T> here = formula.of(block);
    const auto f =
        Rule::template factors_of<T>(*settings, progress[block.array].next(*settings)).scaled(block.rate_scale);
    const T total = group.sum(block.elements, [&](auto i) {
      using math::abs;
      using V = typename decltype(i)::value;
      const auto after = here.after(i, f);
      const V margin(T(1) + T(1) / T(1024));
      const V scale(T(1) / T(8 * parameter_block_elements));
      V sum = abs(after.weight) * margin * scale;
      for (int k = 0; k < Rule::moments; ++k) sum = sum + abs(after.moment[k]) * margin * scale;
      return sum;
    });
    group.integers(1, [&](std::size_t) { partial[row] = total; });
  }
};

/// Takes the step only if the loss and every result are finite: then it counts it for each array that moves.
template <class Rule, class T>
struct decide_update {
  std::size_t count;
  const T* partial;
  const T* loss;
  const typename Rule::settings* settings;
  std::size_t moved_count;
  const std::size_t* moved;
  typename Rule::progress* progress;            // of each array
  typename Rule::template factors<T>* factors;  // of each array
  T* taken;                                     // 1 if the step is taken, else 0
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t) const {
    const T total = group.sum(count, [&](auto i) {
      using V = typename decltype(i)::value;
      return i.load(partial) * V(T(1) / T(std::uint64_t{1} << 40U));
    });
    const bool finite = is_finite(loss[0]) && is_finite(total);
    group.integers(moved_count, [&](std::size_t k) {
      const std::size_t array = moved[k];
      const auto after = progress[array].next(*settings);
      factors[array] = Rule::template factors_of<T>(*settings, after);
      if (finite) progress[array] = after;
    });
    group.integers(1, [&](std::size_t) { taken[0] = finite ? T(1) : T(0); });
  }
};

/// Moves one block if the step is taken.
template <class Rule, class T>
struct apply_update {
  const parameter_block<T>* blocks;
  update_formula<Rule, T> formula;
  const typename Rule::template factors<T>* factors;  // of each array
  const T* taken;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    if (taken[0] == T(0)) return;
    const parameter_block<T> block = blocks[row];
    const update_formula<Rule, T> here = formula.of(block);
    const auto f = factors[block.array].scaled(block.rate_scale);
    group.each(block.elements, [&](auto i) {
      const auto after = here.after(i, f);
      for (int k = 0; k < Rule::moments; ++k) i.store(here.moment[k], after.moment[k]);
      i.store(here.weight, after.weight);
    });
  }
};

}  // namespace vscg::kernels

#include <vscg/core/end.hpp>
