// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/memory.hpp>
#include <vscg/cuda/roundings.hpp>

#include "cuda/agreement.hpp"
#include "cuda/attend_regions_cases.hpp"
#include "cuda/rounded_fused.hpp"
#include "ops/contract.hpp"

// bf16 activations against float activations that products round to bf16. They give the same bits if what else is
// rounded, the pictures and the bias of a product with a bf16 result, are bf16 numbers.

namespace {

using backend = rounded_host::fused<vscg::host_memory>;

/// Keeps float activations while it lives.
struct float_activations {
  float_activations() { rounded_host::keeps_bf16 = false; }
  float_activations(const float_activations&) = delete;
  float_activations& operator=(const float_activations&) = delete;
  ~float_activations() { rounded_host::keeps_bf16 = true; }
};

template <int T, int Da, int Dv, int Hidden, int R, fused_cases::results Which>
struct rounded_regions_case : fused_cases::attend_regions_case<T, Da, Dv, Hidden, R, Which> {
  static constexpr const char* name = "attend to regions that are kept as bf16";
  static double value(std::size_t operand, double random) {
    const double x = fused_cases::attend_regions_value(operand == 3 || operand == 5, random);
    const auto rounded = vscg::cuda_detail::rounded<7>(static_cast<float>(x));
    return operand == 1 || operand == 5 ? static_cast<double>(rounded) : x;
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    const float_activations kept;
    return host_cuda::result_of_operations<rounded_regions_case, float, backend>(items, x);
  }
};

using fused_cases::results;
using small_case = rounded_regions_case<1, 2, 8, 8, 8, results::both>;
/// Pictures are larger than what relu leaves of them; more regions and hidden numbers than a warp or a pass has; rows
/// of gradients of content are longer than those of content.
using large_case = rounded_regions_case<2, 2, 144, 136, 11, results::first>;

template <class Case>
void check_same_bits() {
  const rounded_host::chosen chosen(rounded_host::rounding::bf16);
  contract::outcome<float> expected;
  {
    const float_activations kept;
    const std::size_t before = rounded_host::products_of_bf16;
    expected = at_once::outcome_of<Case, float, backend>();
    CHECK(rounded_host::products_of_bf16 == before);
  }
  const std::size_t before = rounded_host::products_of_bf16;
  const auto got = at_once::outcome_of<Case, float, backend>();
  CHECK(rounded_host::products_of_bf16 == before + 5);  // 2 forward, 3 back
  CHECK(contract::same_bits(got.result, expected.result));
  REQUIRE(got.gradients.size() == expected.gradients.size());
  for (std::size_t k = 0; k < expected.gradients.size(); ++k) {
    INFO("gradient of operand " << k);
    CHECK(contract::same_bits(got.gradients[k], expected.gradients[k]));
  }
}

}  // namespace

TEST_CASE("cuda: regions that are kept as bf16 give the bits of regions that are rounded in each product") {
  check_same_bits<small_case>();
  check_same_bits<large_case>();
}

TEST_CASE("cuda: attention over regions that are kept as bf16 keeps the contract") {
  const rounded_host::chosen chosen(rounded_host::rounding::bf16);
  contract::check<std::tuple<small_case>, float, backend>();
}
