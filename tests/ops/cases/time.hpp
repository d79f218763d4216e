// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <vector>

#include <vscg/core/var.hpp>
#include <vscg/ops/max_pool1d.hpp>
#include <vscg/ops/over_time.hpp>
#include <vscg/ops/softmax.hpp>

#include "ops/cases/rows.hpp"
#include "ops/contract.hpp"

namespace contract {

/// y[w, c] = max over `Window` steps of x [T, 11]; the steps after the last whole window are left out.
template <std::size_t T, std::size_t Window>
std::vector<double> pool_reference(std::size_t items, const std::vector<double>& x) {
  std::vector<double> y;
  for (std::size_t item = 0; item < items; ++item) {
    for (std::size_t window = 0; window < T / Window; ++window) {
      for (std::size_t c = 0; c < 11; ++c) {
        double highest = x[(item * T + window * Window) * 11 + c];
        for (std::size_t k = 1; k < Window; ++k) {
          highest = std::max(highest, x[(item * T + window * Window + k) * 11 + c]);
        }
        y.push_back(highest);
      }
    }
  }
  return y;
}

struct max_pool1d_case : operation_case<shape<dyn, 6, 11>> {
  static constexpr const char* name = "max_pool1d";
  auto operator()(auto x) const { return vscg::max_pool1d<2>(x); }
  static std::vector<double> reference(std::size_t items, const arrays& x) { return pool_reference<6, 2>(items, x[0]); }
};

/// Two steps after the last window: their gradient is 0, not what was there before.
struct max_pool1d_with_rest_case : operation_case<shape<dyn, 8, 11>> {
  static constexpr const char* name = "max_pool1d with a rest";
  auto operator()(auto x) const { return vscg::max_pool1d<3>(x); }
  static std::vector<double> reference(std::size_t items, const arrays& x) { return pool_reference<8, 3>(items, x[0]); }
};

struct max_over_time_case : operation_case<shape<dyn, 5, 11>> {
  static constexpr const char* name = "max_over_time";
  auto operator()(auto x) const { return vscg::max<1>(x); }
  static std::vector<double> reference(std::size_t items, const arrays& x) { return pool_reference<5, 5>(items, x[0]); }
};

struct mean_over_time_case : operation_case<shape<dyn, 5, 11>> {
  static constexpr const char* name = "mean_over_time";
  auto operator()(auto x) const { return vscg::mean<1>(x); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    std::vector<double> y(items * 11);
    for (std::size_t i = 0; i < x[0].size(); ++i) y[i / 55 * 11 + i % 11] += x[0][i] / 5;
    return y;
  }
};

/// A new shape of the same numbers is no operation: softmax over rows of 11, which were rows of 33 before.
struct view_case : operation_case<shape<dyn, 33>> {
  static constexpr const char* name = "view";
  auto operator()(auto x) const { return vscg::softmax(vscg::view<shape<dyn, 3, 11>>(x)); }
  static std::vector<double> reference(std::size_t items, const arrays& x) { return softmax_case::reference(items, x); }
};

using time_cases =
    std::tuple<max_pool1d_case, max_pool1d_with_rest_case, max_over_time_case, mean_over_time_case, view_case>;

}  // namespace contract
