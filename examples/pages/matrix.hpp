// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

#include <vscg/core/error.hpp>

#include "pages/markup.hpp"

namespace pages {

/// A table of counts. A cell is the stronger in color the greater its share of the row is; cells whose row and column
/// have the same name are framed.
struct matrix {
  std::string caption;
  std::vector<std::string> rows, columns;
  std::vector<std::vector<std::size_t>> counts;
};

/// Column names are numbers, which the rows' names begin with: names would make columns too wide. Throws
/// vscg::expectation_error when the sizes do not fit.
inline markup markup_of(const matrix& content) {
  const auto expect = [&](std::size_t expected, std::size_t found, const char* what) {
    if (expected == found) return;
    throw vscg::expectation_error("matrix \"" + content.caption + "\"", std::to_string(expected) + what,
                                  std::to_string(found));
  };
  expect(content.rows.size(), content.counts.size(), " rows");
  markup head = element("th", ""), body;
  for (std::size_t c = 0; c < content.columns.size(); ++c) {
    head += element("th", {{"scope", "col"}, {"title", content.columns[c]}}, std::to_string(c + 1));
  }
  for (std::size_t r = 0; r < content.rows.size(); ++r) {
    expect(content.columns.size(), content.counts[r].size(), " columns");
    std::size_t all = 0;
    for (const std::size_t n : content.counts[r]) all += n;
    markup cells = element("th", {{"scope", "row"}}, std::to_string(r + 1) + " " + content.rows[r]);
    for (std::size_t c = 0; c < content.columns.size(); ++c) {
      const std::size_t n = content.counts[r][c];
      const char* const kind = content.rows[r] == content.columns[c] ? "same" : "other";
      char share[32];
      std::snprintf(share, sizeof share, "--share:%.3f",
                    static_cast<double>(n) / static_cast<double>(std::max<std::size_t>(all, 1)));
      cells +=
          n == 0 ? element("td", {{"class", kind}}, "")
                 : element("td",
                           {{"class", kind}, {"style", share}, {"title", content.rows[r] + " → " + content.columns[c]}},
                           std::to_string(n));
    }
    body += element("tr", cells) + markup::raw("\n");
  }
  const markup caption = element("caption", content.caption);
  return element("div", {{"class", "wide"}},
                 element("table", {{"class", "matrix"}},
                         caption + element("thead", element("tr", head)) + element("tbody", body)));
}

}  // namespace pages
