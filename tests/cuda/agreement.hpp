// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/testing/trace_trial.hpp>
#include <vscg/testing/trial.hpp>

#include "ops/contract.hpp"

// What a backend computes in its own way, against the plain operations on the processor.

namespace at_once {

/// Whether the result depends on an operand: a plain layer that it does not depend on gets no gradient at all.
template <class Case>
bool reaches(std::size_t operand) {
  if constexpr (requires { Case::reached; })
    return ((Case::reached >> operand) & 1U) != 0;
  else
    return true;
}

template <class Case, class T, class Backend>
contract::outcome<T> outcome_of() {
  constexpr std::size_t items = 5;
  const contract::untyped_case c{Case::name, &Case::value, nullptr, true,
                                 vscg::testing::trace_trial<typename Case::operands, T, Backend, Case::active>(Case{})};
  vscg::testing::trial<T, Backend> t(c.traced, vscg::threads{3}, items);
  contract::give(t, contract::make_operands<T>(c, items), 0);
  t.forward();
  t.pullback();
  contract::outcome<T> all{t.result(), {}};
  for (std::size_t k = 0; k < t.operands(); ++k)
    all.gradients.push_back(reaches<Case>(k) ? t.gradient(k) : std::vector<T>{});
  return all;
}

template <class T>
void check_close(const std::vector<T>& got, const std::vector<T>& expected) {
  REQUIRE(got.size() == expected.size());
  double worst = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double error = std::abs(static_cast<double>(got[i]) - static_cast<double>(expected[i])) /
                         std::max(1.0, std::abs(static_cast<double>(expected[i])));
    worst = error <= worst || std::isnan(worst) ? worst : error;  // not a number, if one is not
  }
  CHECK(worst < (std::is_same_v<T, double> ? 1e-12 : 1e-4));
}

/// A backend's operation gives what the plain one gives, in result and gradients.
template <class Case, class T, class Backend>
void agrees() {
  INFO("operation: " << Case::name);
  const auto expected = outcome_of<Case, T, vscg::cpu>();
  const auto got = outcome_of<Case, T, Backend>();
  check_close(got.result, expected.result);
  for (std::size_t k = 0; k < expected.gradients.size(); ++k) {
    INFO("gradient of operand " << k);
    check_close(got.gradients[k], expected.gradients[k]);
  }
}

/// All cases of a list.
template <class List, class T, class Backend>
void agree() {
  [&]<std::size_t... I>(std::index_sequence<I...>) { (agrees<std::tuple_element_t<I, List>, T, Backend>(), ...); }
  (std::make_index_sequence<std::tuple_size_v<List>>{});
}

}  // namespace at_once
