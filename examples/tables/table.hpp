// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What a table of the paper says, and which networks of these programs stand for its rows.

namespace tables {

/// One entry of a table.
struct cell {
  std::string_view network = {};  ///< what ave_train --network takes; none: the published number is all there is
  double published = 0;           ///< accuracy, in percent; 0: none
  std::string_view mark = {};     ///< behind the published number: the paper's star
  std::string_view published_costs = {};  ///< as the paper prints them
};

/// A row: one cell for each column.
struct row {
  std::string_view method;  ///< as the paper prints it
  std::vector<cell> cells;
  std::string_view reference = {};  ///< the row that this one is compared with; none: it is not compared
  std::string_view note = {};       ///< what a reader must know about the row
};

struct table {
  std::size_t number;  ///< the paper's
  std::string_view title;
  std::vector<std::string_view> columns;
  std::vector<row> rows;
  std::vector<std::string_view> notes;
  bool trains = true;  ///< false: it is about networks, and no run is needed

  /// The row of that name. Every reference is one.
  const row& at(std::string_view method) const {
    std::size_t i = 0;
    while (rows.at(i).method != method) ++i;
    return rows[i];
  }
};

/// Tables I to VI.
std::vector<table> paper_tables();

}  // namespace tables
