// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include <vscg/io/json.hpp>

#include "pages/markup.hpp"
#include "report/measured_run.hpp"

namespace report {

/// What the sections of a report show. Each of them adds to a page, and to its block of JSON.
struct shown_report {
  const report_videos& videos;
  const std::vector<measured_run>& runs;
  std::string split;
  std::vector<std::string> names;  ///< of all classes, background last
};

/// A number of a JSON object as text; a dash if it is not there or null.
inline std::string number_in(const vscg::io::json& fields, const std::string& name, double factor = 1, int digits = 0) {
  const auto found = fields.find(name);
  if (found == fields.end() || !found->is_number()) return "–";
  return pages::number_text(factor * found->get<double>(), digits);
}

/// A share as per cent.
inline std::string percent(double share) { return pages::number_text(100 * share); }

/// "1 video", "2 videos".
inline std::string counted(std::size_t n, const std::string& one) {
  return std::to_string(n) + " " + one + (n == 1 ? "" : "s");
}

}  // namespace report
