// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <vscg/core/compose.hpp>
#include <vscg/nets/composites/propagate.hpp>
#include <vscg/ops/scale.hpp>

#include "cuda/host_fused.hpp"

// Composites in few launches agree with their operations, and keep the contract of any operation.

namespace {

using vscg::dyn;
using vscg::shape;

/// One of a composite's two results, or their sum.
enum class results : unsigned char { first, second, both };

template <results Which, class Pair>
auto chosen(const Pair& pair) {
  const auto [first, second] = pair;
  if constexpr (Which == results::first)
    return first * 2;
  else if constexpr (Which == results::second)
    return second * 3;
  else
    return first * 2 + second * 3;
}

template <bool Renormalize, results Which>
struct propagate_case : contract::operation_case<shape<dyn, 3, 37>, shape<dyn, 3, 37>, shape<dyn, 3, 37>,
                                                 shape<dyn, 3, 37>, shape<dyn, 3, 37>, shape<dyn, 3, 37>> {
  static constexpr const char* name = "propagate at once";
  using also_active = std::integer_sequence<std::uint32_t, 0b000011, 0b010100, 0b101000>;
  // v1, v2, a1 and a2 are what relu leaves. The similarities of random segments are nearly equal, far from this limit.
  static double value(std::size_t operand, double random) {
    return operand < 2 || random > -0.5 ? random + (operand < 2 ? 0 : 0.5) : 0;
  }
  auto operator()(auto audio, auto visual, auto v1, auto v2, auto a1, auto a2) const {
    const vscg::composites::propagate<3, 37, Renormalize> propagation{0.3};
    return chosen<Which>(vscg::compose(propagation, audio, visual, v1, v2, a1, a2));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<propagate_case>(items, x);
  }
};

using propagate_cases = std::tuple<propagate_case<true, results::both>, propagate_case<false, results::first>,
                                   propagate_case<true, results::second>>;

template <class Cases>
void check() {
  contract::check<Cases, double, host_cuda::fused_backend>();
  contract::check<Cases, float, host_cuda::fused_backend>();
}

}  // namespace

TEST_CASE("cuda: propagation at once keeps the contract") { check<propagate_cases>(); }
