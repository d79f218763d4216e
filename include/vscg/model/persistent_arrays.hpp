// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

#include <vscg/backend/memory.hpp>
#include <vscg/core/beside.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/core/math.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/program.hpp>

namespace vscg {

namespace kernels {

/// guarded = loss if all of value[n] are finite, else NaN, which makes the trainer refuse the step.
template <class T>
struct guard_loss {
  std::size_t n;
  const T* value;
  const T* loss;
  T* guarded;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t) const {
    const T total = group.sum(n, [&](auto i) {
      using math::abs;
      using V = typename decltype(i)::value;
      return abs(i.load(value)) * V(T(1) / T(std::uint64_t{1} << 40U));  // scaled so that the sum does not overflow
    });
    group.integers(1, [&](std::size_t) { guarded[0] = is_finite(total) ? loss[0] : math::not_a_number<T>; });
  }
};

/// to = value if the step was taken.
template <class T>
struct take_value {
  const T* taken;
  const T* value;
  T* to;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    using math::where_greater;
    using V = typename Index::value;
    i.store(to, where_greater(V(taken[0]), V(0), i.load(value), i.load(to)));
  }
};

}  // namespace kernels

/// The `assign` calls of a network: persistent arrays that get new numbers with each step that is taken.
template <class Scalar, class Memory>
class persistent_arrays {
 public:
  /// Both must outlive it.
  persistent_arrays(const program& p, const parameter_table& table) : program_(p), table_(table) {
    for (const array_update& next : p.updates()) {
      const parameter_storage& at = table.storage[next.parameter];
      const slot& value = p.slot_table()[next.value];
      if (value.size.fixed != at.elements) {
        throw expectation_error("assign to '" + std::string(p.parameter_label(next.parameter)) + "'",
                                std::to_string(at.elements) + " numbers", shape_text(value));
      }
    }
    if (!p.updates().empty()) guarded_ = buffer<Scalar, Memory>(1);
  }

  /// The loss that decides whether the step is taken: NaN if one of the new numbers is not finite.
  template <class Runner>
  const Scalar* guard(Runner& run, const Scalar* loss) {
    for (const array_update& next : program_.updates()) {
      const std::size_t elements = table_.storage[next.parameter].elements;
      const kernels::guard_loss<Scalar> kernel{elements, run.value(next.value), loss, guarded_.data()};
      run.backend().rows(1, elements, kernel);
      loss = guarded_.data();
    }
    return loss;
  }

  /// If `taken` is 1, gives the arrays in `weights` their new numbers: after the weights have theirs, for an array may
  /// follow a weight.
  template <class Runner>
  void take(Runner& run, const Scalar* taken, Scalar* weights) {
    if (!program_.updates().empty()) join(run.backend());
    for (const array_update& next : program_.updates()) {
      const parameter_storage& to = table_.storage[next.parameter];
      run.backend().each(to.elements, 1,
                         kernels::take_value<Scalar>{taken, run.value(next.value), weights + to.offset});
    }
  }

  std::size_t bytes() const { return guarded_.bytes(); }

 private:
  const program& program_;
  const parameter_table& table_;
  buffer<Scalar, Memory> guarded_;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
