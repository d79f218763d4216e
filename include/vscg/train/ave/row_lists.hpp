// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <span>
#include <vector>

#include <vscg/core/for_each_part.hpp>

namespace vscg::train {

/// Rows of a data set, in order, in lists of at most `at_once`.
inline std::vector<std::vector<std::size_t>> row_lists(std::span<const std::size_t> rows, std::size_t at_once) {
  std::vector<std::vector<std::size_t>> lists;
  for_each_part(rows.size(), at_once, [&](std::size_t first, std::size_t count) {
    const auto part = rows.subspan(first, count);
    lists.emplace_back(part.begin(), part.end());
  });
  return lists;
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
