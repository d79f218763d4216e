// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

namespace report {

/// Chooses `count` videos: in turn one with most segments wrong and one with most segments right, over all networks
/// together, the first of equal ones. As long as there are others, a video is of a category that its kind (wrong or
/// right) does not have yet. `right` is the number of right segments of each video, `category` its category.
/// Returns places in these arrays, ascending.
inline std::vector<std::size_t> choose_videos(std::span<const std::size_t> right, std::span<const std::size_t> category,
                                              std::size_t count) {
  std::vector<std::size_t> by_right(right.size());
  std::iota(by_right.begin(), by_right.end(), std::size_t{0});
  auto by_wrong = by_right;
  std::stable_sort(by_right.begin(), by_right.end(), [&](auto a, auto b) { return right[a] > right[b]; });
  std::stable_sort(by_wrong.begin(), by_wrong.end(), [&](auto a, auto b) { return right[a] < right[b]; });
  std::vector<std::size_t> chosen, met[2];
  while (chosen.size() < std::min(count, right.size())) {
    const std::size_t kind = chosen.size() % 2;
    const auto& order = kind == 0 ? by_wrong : by_right;
    const auto is_new = [](const std::vector<std::size_t>& list, std::size_t x) {
      return std::find(list.begin(), list.end(), x) == list.end();
    };
    auto next = std::find_if(order.begin(), order.end(),
                             [&](auto v) { return is_new(chosen, v) && is_new(met[kind], category[v]); });
    if (next == order.end()) {
      met[kind].clear();
      next = std::find_if(order.begin(), order.end(), [&](auto v) { return is_new(chosen, v); });
    }
    chosen.push_back(*next);
    met[kind].push_back(category[*next]);
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace report
