// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

namespace vscg::composites {

// The results of a composite, by structured binding like those of the operation that may take its place. A std::tuple
// takes several times as long to compile.

template <class First, class Second, class Third>
struct three_results {
  First first;
  Second second;
  Third third;
};
template <class First, class Second, class Third>
three_results(First, Second, Third) -> three_results<First, Second, Third>;  // clang 14 needs a guide

template <class First, class Second, class Third, class Fourth>
struct four_results {
  First first;
  Second second;
  Third third;
  Fourth fourth;
};
template <class First, class Second, class Third, class Fourth>
four_results(First, Second, Third, Fourth) -> four_results<First, Second, Third, Fourth>;

}  // namespace vscg::composites

#include <vscg/core/end.hpp>
