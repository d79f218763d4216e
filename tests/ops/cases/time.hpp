// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

#include <vscg/core/var.hpp>
#include <vscg/ops/cat.hpp>
#include <vscg/ops/heads.hpp>
#include <vscg/ops/matmul.hpp>
#include <vscg/ops/max_pool1d.hpp>
#include <vscg/ops/mean_of_largest.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/permute.hpp>
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

/// Two steps come after the last window. Their gradient must be 0, not what was there before.
struct max_pool1d_with_rest_case : operation_case<shape<dyn, 8, 11>> {
  static constexpr const char* name = "max_pool1d with a rest";
  auto operator()(auto x) const { return vscg::max_pool1d<3>(x); }
  static std::vector<double> reference(std::size_t items, const arrays& x) { return pool_reference<8, 3>(items, x[0]); }
};

struct max_over_steps_case : operation_case<shape<dyn, 5, 11>> {
  static constexpr const char* name = "max over steps";
  auto operator()(auto x) const { return vscg::max<1>(x); }
  static std::vector<double> reference(std::size_t items, const arrays& x) { return pool_reference<5, 5>(items, x[0]); }
};

struct mean_over_steps_case : operation_case<shape<dyn, 5, 11>> {
  static constexpr const char* name = "mean over steps";
  auto operator()(auto x) const { return vscg::mean<1>(x); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    std::vector<double> y(items * 11);
    for (std::size_t i = 0; i < x[0].size(); ++i) y[i / 55 * 11 + i % 11] += x[0][i] / 5;
    return y;
  }
};

/// Treats x as [blocks, Steps, Channels] and reduces over the steps.
template <std::size_t Steps, std::size_t Channels, class F>
std::vector<double> reduced(const std::vector<double>& x, F reduce) {
  std::vector<double> y;
  for (std::size_t block = 0; block < x.size() / (Steps * Channels); ++block) {
    for (std::size_t c = 0; c < Channels; ++c) {
      std::vector<double> steps;
      for (std::size_t t = 0; t < Steps; ++t) steps.push_back(x[(block * Steps + t) * Channels + c]);
      y.push_back(reduce(steps));
    }
  }
  return y;
}
inline double largest(const std::vector<double>& x) { return *std::max_element(x.begin(), x.end()); }
inline double total(const std::vector<double>& x) { return std::accumulate(x.begin(), x.end(), 0.0); }

using block_array = shape<dyn, 4, 3, 11>;

struct max_then_mean_case : operation_case<block_array> {
  static constexpr const char* name = "max over an inner axis, mean over the last";
  auto operator()(auto x) const { return vscg::mean<2>(vscg::max<2>(x)); }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    return reduced<11, 1>(reduced<3, 11>(x[0], largest), [](const auto& steps) { return total(steps) / 11; });
  }
};

struct sum_then_max_case : operation_case<block_array> {
  static constexpr const char* name = "sum over the first axis, max over the last";
  auto operator()(auto x) const { return vscg::max<-1>(vscg::sum<1>(x)); }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    return reduced<11, 1>(reduced<4, 33>(x[0], total), largest);
  }
};

/// Groups that do not fill a register.
struct sum_groups_case : operation_case<shape<dyn, 4, 15>> {
  static constexpr const char* name = "sum_groups";
  auto operator()(auto x) const { return vscg::sum_groups<5>(x); }
  static std::vector<double> reference(std::size_t, const arrays& x) { return reduced<5, 1>(x[0], total); }
};

/// A sum over the only axis of an array without a batch leaves one number.
struct sum_over_only_axis_case : operation_case<shape<11>> {
  static constexpr const char* name = "sum over the only axis";
  static constexpr bool item_by_item = false;
  auto operator()(auto x) const { return vscg::sum<0>(x); }
  static std::vector<double> reference(std::size_t, const arrays& x) { return {total(x[0])}; }
};

/// The first permute keeps the last axis last, so it copies whole rows. The second one moves the last axis.
struct permute_case : operation_case<shape<dyn, 2, 3, 5, 7>> {
  static constexpr const char* name = "permute";
  auto operator()(auto x) const { return vscg::permute<0, 4, 2, 1, 3>(vscg::permute<0, 2, 1, 3, -1>(x)); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    std::vector<double> y;
    for (std::size_t item = 0; item < items; ++item) {
      for (std::size_t i = 0; i < 7 * 2 * 3 * 5; ++i) {
        const std::size_t d = i % 5;
        const std::size_t c = i / 5 % 3;
        const std::size_t b = i / 15 % 2;
        const std::size_t a = i / 30;
        y.push_back(x[0][((item * 2 + b) * 3 + c) * 35 + d * 7 + a]);
      }
    }
    return y;
  }
};

/// The first permute moves only an axis of extent 1 and copies nothing. The second one swaps the last two axes.
struct permute_view_case : operation_case<shape<dyn, 5, 1, 7>> {
  static constexpr const char* name = "permute without a copy";
  auto operator()(auto x) const {
    const auto rows = vscg::permute<0, 2, 1, 3>(x);
    return vscg::matmul(rows, vscg::permute<0, 1, 3, 2>(rows));
  }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    std::vector<double> y;
    for (std::size_t i = 0; i < items * 25; ++i) {
      double product = 0;
      for (std::size_t c = 0; c < 7; ++c) product += x[0][i / 5 * 7 + c] * x[0][(i / 25 * 5 + i % 5) * 7 + c];
      y.push_back(product);
    }
    return y;
  }
};

/// Joins the rows of a, b and a again, and then appends the channels of c.
struct cat_case : operation_case<shape<dyn, 3, 2, 11>, shape<dyn, 3, 1, 11>, shape<dyn, 3, 5, 4>> {
  static constexpr const char* name = "cat";
  using also_active = std::integer_sequence<std::uint32_t, 0b001, 0b110>;
  auto operator()(auto a, auto b, auto c) const { return vscg::cat<-1>(vscg::cat<2>(a, b, a), c); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    std::vector<double> y;
    const auto add = [&](const std::vector<double>& from, std::size_t row, std::size_t columns) {
      for (std::size_t i = 0; i < columns; ++i) y.push_back(from[row * columns + i]);
    };
    for (std::size_t row = 0; row < items * 3 * 5; ++row) {
      const std::size_t block = row / 5;
      const std::size_t k = row % 5;
      if (k == 2)
        add(x[1], block, 11);
      else
        add(x[0], block * 2 + k % 3, 11);
      add(x[2], row, 4);
    }
    return y;
  }
};

/// A view is not an operation. Here softmax goes over rows of 11 in an array that has rows of 33.
struct view_case : operation_case<shape<dyn, 33>> {
  static constexpr const char* name = "view";
  auto operator()(auto x) const { return vscg::softmax(vscg::view<shape<dyn, 3, 11>>(x)); }
  static std::vector<double> reference(std::size_t items, const arrays& x) { return softmax_case::reference(items, x); }
};

/// Each head gets its own channels of each step: y[h, t, d] = x[t, h * 3 + d].
struct split_heads_case : operation_case<shape<dyn, 4, 6>> {
  static constexpr const char* name = "split_heads";
  auto operator()(auto x) const { return vscg::split_heads<2>(x); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    std::vector<double> y;
    for (std::size_t i = 0; i < items * 24; ++i)
      y.push_back(x[0][i / 24 * 24 + i / 3 % 4 * 6 + i / 12 % 2 * 3 + i % 3]);
    return y;
  }
};

/// Merging brings back what was split.
struct merge_heads_case : operation_case<shape<dyn, 5, 6>> {
  static constexpr const char* name = "merge_heads";
  auto operator()(auto x) const { return vscg::merge_heads(vscg::softmax(vscg::split_heads<3>(x))); }
  static std::vector<double> reference(std::size_t, const arrays& x) {
    std::vector<double> y;
    for (std::size_t i = 0; i < x[0].size(); ++i) {
      const std::size_t pair = i / 2 * 2;
      y.push_back(std::exp(x[0][i]) / (std::exp(x[0][pair]) + std::exp(x[0][pair + 1])));
    }
    return y;
  }
};

struct mean_of_largest_case : operation_case<shape<dyn, 7, 11>> {
  static constexpr const char* name = "mean_of_largest";
  auto operator()(auto x) const { return vscg::mean_of_largest<3>(x); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    std::vector<double> y;
    for (std::size_t i = 0; i < items * 11; ++i) {
      std::vector<double> steps;
      for (std::size_t t = 0; t < 7; ++t) steps.push_back(x[0][(i / 11 * 7 + t) * 11 + i % 11]);
      std::ranges::sort(steps, std::greater<>());
      y.push_back((steps[0] + steps[1] + steps[2]) / 3);
    }
    return y;
  }
};

using time_cases =
    std::tuple<max_pool1d_case, max_pool1d_with_rest_case, max_over_steps_case, mean_over_steps_case,
               max_then_mean_case, sum_then_max_case, sum_groups_case, sum_over_only_axis_case, permute_case,
               permute_view_case, cat_case, view_case, split_heads_case, merge_heads_case, mean_of_largest_case>;

}  // namespace contract
