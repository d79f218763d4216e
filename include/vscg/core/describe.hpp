// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <vscg/core/machine_rates.hpp>
#include <vscg/core/node.hpp>
#include <vscg/core/number_text.hpp>
#include <vscg/core/program.hpp>
#include <vscg/core/slot.hpp>

// A program in a form that people can read: a drawing and a table.

namespace vscg {

namespace detail {

inline std::string settings_text(const node& n, const char* separator) {
  std::string text;
  for (const auto& entry : n.settings) {
    text += (text.empty() ? "" : separator) + entry.name + " ";
    text += entry.word.empty() ? number_text(entry.number) : entry.word;
  }
  return text;
}

/// Lines of text as a DOT label.
inline std::string dot_label(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) {
    if (line.empty()) continue;
    text += text.empty() ? "\"" : "\\n";
    for (const char c : line) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
  }
  return text + '"';
}

inline std::string joined_shapes(const program& p, std::span<const slot_id> ids) {
  std::string text;
  for (const slot_id id : ids) text += (text.empty() ? "" : " ") + shape_text(p.slot_table()[id]);
  return text;
}

/// Columns of text, each as wide as its widest cell; from `first_number` on, all columns share one width.
inline std::string table_text(const std::vector<std::vector<std::string>>& rows, std::size_t first_number) {
  std::vector<std::size_t> widths(rows[0].size(), 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - row[i].size(), ' ');
      line += (i > 0 ? "  " : "") + (i < first_number ? row[i] + space : space + row[i]);
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  return text;
}

/// Bytes of the arrays that a step touches, each counted once.
inline std::size_t bytes_of_step(const program& p, const program::step& s, std::size_t items) {
  std::size_t total = 0;
  p.for_each_array(s, [&](slot_id id, bool) {
    total += p.slot_table()[id].size.elements(items) * bytes_of(p.slot_table()[id].type);
  });
  return total;
}

}  // namespace detail

/// The program's forward pass as a DOT graph, for Graphviz: operations with their settings and the shapes of their
/// results, inputs, outputs, and each parameter next to its reader. An edge that carries a view shows the view's shape.
inline std::string dot(const program& p) {
  using detail::dot_label;
  std::string text =
      "digraph program {\n  node [shape=box, fontname=\"Helvetica\", fontsize=10];\n"
      "  edge [fontname=\"Helvetica\", fontsize=9];\n";
  const auto add_node = [&](const std::string& name, const std::vector<std::string>& lines, const char* style) {
    text += "  " + name + " [label=" + dot_label(lines) + style + "];\n";
  };
  const auto name_of = [&](slot_id id) {
    const slot& s = p.slot_table()[id];
    if (s.from == slot::origin::result) return "n" + std::to_string(s.node);
    if (s.from == slot::origin::parameter) return "p" + std::to_string(s.parameter);
    const auto at = std::find(p.inputs().begin(), p.inputs().end(), id);
    return "i" + std::to_string(at - p.inputs().begin());
  };
  const auto add_edge = [&](slot_id given, const std::string& to) {
    const slot_id id = p.array_of(given);
    text += "  " + name_of(id) + " -> " + to;
    if (given != id) text += " [style=dashed, label=" + dot_label({shape_text(p.slot_table()[given])}) + "]";
    text += ";\n";
  };
  for (std::size_t i = 0; i < p.inputs().size(); ++i) {
    const slot_id id = p.inputs()[i];
    add_node(name_of(id), {"input " + std::to_string(i), shape_text(p.slot_table()[id])}, ", shape=ellipse");
  }
  std::vector<bool> drawn(p.slot_table().size(), false);
  for (std::size_t i = 0; i < p.nodes().size(); ++i) {
    const node& n = p.nodes()[i];
    for (const slot_id id : n.arrays) {
      const slot& s = p.slot_table()[id];
      if (s.from != slot::origin::parameter || drawn[id]) continue;
      drawn[id] = true;
      add_node(name_of(id), {std::string(p.parameter_label(s.parameter)), shape_text(s)},
               ", shape=note, color=gray50, fontcolor=gray30");
    }
    const std::string name = "n" + std::to_string(i);
    add_node(name, {n.kind, detail::settings_text(n, ", "), detail::joined_shapes(p, n.results)}, "");
    for (const slot_id id : n.operands) add_edge(id, name);
  }
  for (std::size_t i = 0; i < p.outputs().size(); ++i) {
    const std::string name = "o" + std::to_string(i);
    add_node(name, {"output " + std::to_string(i), shape_text(p.slot_table()[p.outputs()[i]])}, ", shape=ellipse");
    add_edge(p.outputs()[i], name);
  }
  return text + "}\n";
}

/// What one step of a program costs for some items.
struct step_cost {
  std::string operation;  // its label: "linear(encoder.query.weight)", "softmax(encoder) back"
  std::string settings;   // of a forward step, as its results are
  std::string results;
  double flops = 0;    // floating-point operations of its products
  double bytes = 0;    // of the arrays that it touches, each counted once
  double seconds = 0;  // 0: not measured
};

/// The costs of all steps of a program, in the order in which they run. `seconds`: how long each step took, or nothing.
inline std::vector<step_cost> step_costs(const program& p, std::size_t items, std::span<const double> seconds = {}) {
  std::vector<step_cost> costs;
  for (std::size_t i = 0; i < p.steps().size(); ++i) {
    const program::step s = p.steps()[i];
    const node& n = p.nodes()[s.node];
    costs.push_back({n.label + (s.pullback ? " back" : ""), s.pullback ? "" : detail::settings_text(n, ", "),
                     s.pullback ? "" : detail::joined_shapes(p, n.results),
                     p.flops_per_item(s) * static_cast<double>(items),
                     static_cast<double>(detail::bytes_of_step(p, s, items)), i < seconds.size() ? seconds[i] : 0});
  }
  return costs;
}

/// Costs as a table, with their sum. If they were measured, it also shows each step's time, its part of the time of
/// all, and its rates; and, if the machine's are known, what part of those they are, and these below. Steps are
/// numbered as in `memory_plan::describe`.
inline std::string cost_table(const std::vector<step_cost>& costs, const machine_rates& machine = {}) {
  using detail::count_text;
  using detail::rounded_text;
  step_cost all{"all", "", "", 0, 0, 0};
  for (const step_cost& one : costs) {
    all.flops += one.flops;
    all.bytes += one.bytes;
    all.seconds += one.seconds;
  }
  const bool measured = all.seconds > 0;
  std::vector<std::vector<std::string>> rows{{"step", "operation", "settings", "result", "FLOP", "bytes"}};
  if (measured) rows[0].insert(rows[0].end(), {"us", "% of time", "GFLOP/s", "GB/s"});
  if (measured && machine.flops > 0) rows[0].emplace_back("% of product");
  if (measured && machine.bytes > 0) rows[0].emplace_back("% of copy");
  const auto percent = [](double part, double whole) { return rounded_text(100 * part / whole); };
  const auto add_row = [&](const std::string& number, const step_cost& one) {
    std::vector<std::string> row{number,
                                 one.operation,
                                 one.settings,
                                 one.results,
                                 one.flops > 0 ? count_text(one.flops) : "",
                                 count_text(one.bytes)};
    if (measured) {
      const bool timed = one.seconds > 0;
      const bool product = timed && one.flops > 0;
      const double flops = product ? one.flops / one.seconds : 0;
      const double bytes = timed ? one.bytes / one.seconds : 0;
      row.push_back(rounded_text(1e6 * one.seconds));
      row.push_back(percent(one.seconds, all.seconds));
      row.push_back(product ? rounded_text(1e-9 * flops) : "");
      row.push_back(timed ? rounded_text(1e-9 * bytes) : "");
      if (machine.flops > 0) row.push_back(product ? percent(flops, machine.flops) : "");
      if (machine.bytes > 0) row.push_back(timed ? percent(bytes, machine.bytes) : "");
    }
    rows.push_back(std::move(row));
  };
  for (std::size_t i = 0; i < costs.size(); ++i) add_row(std::to_string(i), costs[i]);
  add_row("", all);
  std::string text = detail::table_text(rows, 4);
  if (measured && machine.flops > 0) text += "product: " + rounded_text(1e-9 * machine.flops) + " GFLOP/s\n";
  if (measured && machine.bytes > 0)
    text += "copy: " + rounded_text(1e-9 * machine.bytes) + " GB/s, read and written\n";
  return text;
}

/// The program's steps as a table for `items` items: operation, settings, shapes of the results, floating-point
/// operations of the products, bytes of the arrays it touches. (`profile` in model/profile.hpp adds times.)
inline std::string describe(const program& p, std::size_t items = 1) { return cost_table(step_costs(p, items)); }

}  // namespace vscg

#include <vscg/core/end.hpp>
