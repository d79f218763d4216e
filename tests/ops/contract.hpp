// SPDX-License-Identifier: MIT
#pragma once

// The contract that every operation keeps, on every backend, in double and float:
//
//   - its result is that of an independent reference, written from the formula;
//   - its gradients are those of central differences (double), in all operands and in some of them;
//   - it touches only the memory that it lists: dead and unwritten memory is NaN in every run;
//   - five batches of 1 give the same bits as one batch of 5, in result and gradients;
//   - 1, 2, 3 and 7 threads give the same bits.
//
// How to add an operation
//   1. Write a case in cases/<group>.hpp: operands' shapes, the call, the reference. Sizes that are not a multiple of a
//      vector register find more.
//   2. Add it to the group's list at the end of that file.
// Every backend's tests run over the lists (contract_<group>_test.cpp here, thrust/ for thrust), so that is all. A new
// backend runs `contract::check<List, Scalar, Backend>()` for each list.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/beside.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/random.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/testing/gradient_check.hpp>
#include <vscg/testing/trace_trial.hpp>
#include <vscg/testing/trial.hpp>

namespace contract {

using vscg::dyn;
using vscg::shape;

/// The operands of a case in double, row-major, all items of each.
using arrays = std::vector<std::vector<double>>;

/// What a case says about itself besides `name`, the call and `reference`; a case replaces what differs.
template <class... Shapes>
struct operation_case {
  using operands = vscg::input_shapes<Shapes...>;
  /// Bit i: operand i takes a gradient. `also_active`: further such sets whose gradients are checked.
  static constexpr std::uint32_t active = (1U << sizeof...(Shapes)) - 1;
  using also_active = std::integer_sequence<std::uint32_t>;
  /// Whether the result, and the gradients of operands that have the batch as their first axis, belong to items.
  static constexpr bool item_by_item = true;
  /// Turns a random number in [-1, 1) into an operand's element.
  static double value(std::size_t, double random) { return random; }
};

/// A case without its type, so that the rest is compiled once per scalar and backend.
struct untyped_case {
  const char* name;
  double (*value)(std::size_t, double);
  std::vector<double> (*reference)(std::size_t, const arrays&);
  bool item_by_item;
  vscg::testing::trial_program traced;
};

template <class T>
std::vector<T> operand_values(const std::string& name, std::size_t operand, std::size_t count,
                              double (*value)(std::size_t, double)) {
  const vscg::random_stream stream(vscg::seed{5}, name + std::to_string(operand));
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<T>(value(operand, 2 * stream.uniform(i) - 1));
  return values;
}

template <class T>
std::vector<std::vector<T>> make_operands(const untyped_case& c, std::size_t items) {
  std::vector<std::vector<T>> all;
  for (std::size_t k = 0; k < c.traced.operands; ++k) {
    all.push_back(operand_values<T>(c.name, k, c.traced.elements(k, items), c.value));
  }
  return all;
}

/// Gives the trial the operands' items from `first` on; operands without a batch axis are given whole.
template <class T, class Backend>
void give(vscg::testing::trial<T, Backend>& t, const std::vector<std::vector<T>>& operands, std::size_t first) {
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const std::size_t begin = t.per_item(k) ? first * t.size(k) : 0;
    t.set(k, std::span<const T>(operands[k]).subspan(begin, t.size(k)));
  }
}

/// Result and gradients of one run.
template <class T>
struct outcome {
  std::vector<T> result;
  std::vector<std::vector<T>> gradients;
};

template <class T, class Backend>
outcome<T> run(vscg::testing::trial<T, Backend>& t) {
  outcome<T> all;
  t.forward();
  t.pullback();
  all.result = t.result();
  for (std::size_t k = 0; k < t.operands(); ++k) {
    all.gradients.push_back(t.takes_gradient(k) ? t.gradient(k) : std::vector<T>{});
  }
  return all;
}

template <class T>
bool same_bits(std::span<const T> a, std::span<const T> b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return same_bits(std::span<const T>(a), std::span<const T>(b));
}

template <class T, class Backend>
void matches_reference(const untyped_case& c) {
  constexpr std::size_t items = 5;
  const double tolerance = std::is_same_v<T, double> ? 1e-9 : 1e-4;
  const auto operands = make_operands<T>(c, items);
  vscg::testing::trial<T, Backend> t(c.traced, vscg::threads{2}, items);
  give(t, operands, 0);
  t.forward();
  const auto got = t.result();
  arrays x;
  for (const auto& operand : operands) x.emplace_back(operand.begin(), operand.end());
  const std::vector<double> expected = c.reference(items, x);
  REQUIRE(got.size() == expected.size());
  std::size_t failures = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double error = std::abs(static_cast<double>(got[i]) - expected[i]) / std::max(1.0, std::abs(expected[i]));
    if (error <= tolerance || ++failures > 5) continue;
    MESSAGE("result[" << i << "]: expected " << expected[i] << ", got " << got[i]);
  }
  CHECK(failures == 0);
}

template <class T, class Backend>
void items_do_not_meet(const untyped_case& c) {
  constexpr std::size_t items = 5;
  const auto operands = make_operands<T>(c, items);
  vscg::testing::trial<T, Backend> all(c.traced, vscg::threads{1}, items);
  give(all, operands, 0);
  const auto weights = operand_values<T>(c.name, 99, all.result_size(), [](std::size_t, double u) { return u; });
  all.set_result_weights(std::span<const T>(weights));
  const auto batch = run(all);

  vscg::testing::trial<T, Backend> one(c.traced, vscg::threads{1}, 1);
  const std::size_t size = one.result_size();
  for (std::size_t item = 0; item < items; ++item) {
    one.set_place(item, items);
    give(one, operands, item);
    one.set_result_weights(std::span<const T>(weights).subspan(item * size, size));
    const auto alone = run(one);
    INFO("item " << item);
    CHECK(same_bits(std::span<const T>(alone.result), std::span<const T>(batch.result).subspan(item * size, size)));
    for (std::size_t k = 0; k < one.operands(); ++k) {
      if (!one.takes_gradient(k) || !one.per_item(k)) continue;
      INFO("gradient of operand " << k);
      CHECK(same_bits(std::span<const T>(alone.gradients[k]),
                      std::span<const T>(batch.gradients[k]).subspan(item * one.size(k), one.size(k))));
    }
  }
}

template <class T, class Backend>
void threads_do_not_matter(const untyped_case& c) {
  constexpr std::size_t items = 301;  // several chunks of work
  const auto operands = make_operands<T>(c, items);
  outcome<T> first;
  // Where launches run beside others, the number says which are late.
  constexpr bool beside = vscg::LaunchesBeside<typename Backend::template executor<T>>;
  for (const std::size_t n : beside ? std::vector<std::size_t>{1, 2, 3, 4, 5} : std::vector<std::size_t>{1, 2, 3, 7}) {
    vscg::testing::trial<T, Backend> t(c.traced, vscg::threads{n}, items);
    t.poison(n > 1 && Backend::memory::borrows_host_arrays);  // nor do the contents of dead memory
    give(t, operands, 0);
    auto got = run(t);
    // What it read from dead memory is not a number.
    const auto is_number = [](T x) { return !std::isnan(x); };
    CHECK(std::all_of(got.result.begin(), got.result.end(), is_number));
    for (const auto& gradient : got.gradients) CHECK(std::all_of(gradient.begin(), gradient.end(), is_number));
    if (n == 1) {
      first = std::move(got);
      continue;
    }
    INFO(n << " threads");
    CHECK(same_bits(got.result, first.result));
    for (std::size_t k = 0; k < t.operands(); ++k) {
      INFO("gradient of operand " << k);
      CHECK(same_bits(got.gradients[k], first.gradients[k]));
    }
  }
}

template <class T, class Backend>
void keeps_contract(const untyped_case& c) {
  matches_reference<T, Backend>(c);
  if (c.item_by_item) items_do_not_meet<T, Backend>(c);
  threads_do_not_matter<T, Backend>(c);
}

template <class Case, class Backend, std::uint32_t Active>
void gradient_is_right() {
  vscg::testing::gradient_options options;
  options.value = &Case::value;
  const auto report = vscg::testing::check_gradients<typename Case::operands, Backend, Active>(Case{}, options);
  INFO("operands that take gradients: " << Active);
  // Of some operands alone, all gradients may rightly be 0.
  CHECK_MESSAGE((report || (Active != Case::active && report.failures.empty())), report.text());
}

template <class Case, class Backend>
void gradients_are_right() {
  gradient_is_right<Case, Backend, Case::active>();
  []<std::uint32_t... Active>(std::integer_sequence<std::uint32_t, Active...>) {
    (gradient_is_right<Case, Backend, Active>(), ...);
  }
  (typename Case::also_active{});
}

template <class Case, class T, class Backend>
void check_one() {
  INFO("operation: " << std::string(Case::name));
  keeps_contract<T, Backend>({Case::name, &Case::value, &Case::reference, Case::item_by_item,
                              vscg::testing::trace_trial<typename Case::operands, T, Backend, Case::active>(Case{})});
  if constexpr (std::is_same_v<T, double>) gradients_are_right<Case, Backend>();
}

/// Checks the whole contract for every case of a list, on one backend in one scalar.
template <class List, class T, class Backend>
void check() {
  [&]<std::size_t... I>(std::index_sequence<I...>) { (check_one<std::tuple_element_t<I, List>, T, Backend>(), ...); }
  (std::make_index_sequence<std::tuple_size_v<List>>{});
}

}  // namespace contract
