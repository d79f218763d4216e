// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include <vscg/core/compose.hpp>
#include <vscg/nets/composites/attend_regions.hpp>

#include "cuda/chosen_results.hpp"
#include "cuda/host_fused.hpp"

// Attention over regions, for backends that compute it in few launches.

namespace fused_cases {

using vscg::dyn;
using vscg::shape;

/// Biases are positive, so that relu leaves some of everything.
inline double attend_regions_value(bool of_bias, double random) { return of_bias ? random + 1 : random; }

/// Sizes as those of `attend_regions`. The two results have one shape if a region has as many channels as there are
/// regions.
template <int T, int Da, int Dv, int Hidden, int R, results Which, std::uint32_t... Active>
struct attend_regions_case
    : contract::operation_case<shape<dyn, T, Da>, shape<dyn, T, R, Dv>, shape<Hidden, Da>, shape<Hidden>,
                               shape<Hidden, Dv>, shape<Hidden>, shape<R, Hidden>, shape<R, Hidden>, shape<1, R>> {
  static constexpr const char* name = "attend to regions at once";
  using also_active = std::integer_sequence<std::uint32_t, Active...>;
  static double value(std::size_t operand, double random) {
    return attend_regions_value(operand == 3 || operand == 5, random);
  }
  auto operator()(auto... x) const {
    return chosen<Which>(vscg::compose(vscg::composites::attend_regions<T, Da, Dv, Hidden, R>{}, x...));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<attend_regions_case>(items, x);
  }
};

/// All matrices are one array, and so are both biases.
struct attend_with_one_weight_case
    : contract::operation_case<shape<dyn, 1, 4>, shape<dyn, 1, 4, 4>, shape<4, 4>, shape<4>, shape<1, 4>> {
  static constexpr const char* name = "attend to regions at once with one weight";
  static double value(std::size_t operand, double random) { return attend_regions_value(operand == 3, random); }
  auto operator()(auto audio, auto visual, auto w, auto bias, auto w_h) const {
    const vscg::composites::attend_regions<1, 4, 4, 4, 4> attend{};
    return chosen<results::second>(vscg::compose(attend, audio, visual, w, bias, w, bias, w, w, w_h));
  }
  static std::vector<double> reference(std::size_t items, const contract::arrays& x) {
    return host_cuda::result_of_operations<attend_with_one_weight_case>(items, x);
  }
};

using attend_regions_cases = std::tuple<attend_regions_case<1, 2, 8, 4, 8, results::both, 0b000010010, 0b101101001>,
                                        attend_with_one_weight_case>;

/// More pictures and channels than a block takes at once; more regions and hidden numbers than a warp or a pass does.
using many_pictures_case = attend_regions_case<60, 2, 515, 4, 2, results::first>;
using large_pictures_case = attend_regions_case<2, 2, 40, 132, 15, results::first>;

}  // namespace fused_cases
