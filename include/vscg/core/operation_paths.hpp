// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <vscg/core/config.hpp>
#include <vscg/core/node.hpp>
#include <vscg/core/slot.hpp>

namespace vscg::detail {

/// The path that two paths begin with: "a.b" of "a.b.query" and "a.b.key".
inline std::string_view common_path(std::string_view a, std::string_view b) {
  const std::size_t most = std::min(a.size(), b.size());
  std::size_t common = 0;
  for (std::size_t i = 0; i <= most; ++i) {
    const bool ends = (i == a.size() || a[i] == '.') && (i == b.size() || b[i] == '.');
    if (ends) common = i;
    if (i < most && a[i] != b[i]) break;
  }
  return a.substr(0, common);
}

/// The layers with parameters that are nearest to an array, on one side of it.
struct nearest_layers {
  std::string_view common;  // path of all of them
  std::string_view last;    // path of the last one
  bool any = false;
  bool several = false;

  void add(const nearest_layers& other) {
    if (!other.any) return;
    several = several || other.several || (any && last != other.last);
    common = any ? common_path(common, other.common) : other.common;
    last = other.last;
    any = true;
  }
};

/// What stands in parentheses after the name of an operation that reads no parameter, between these layers.
inline std::string path_between(const nearest_layers& before, const nearest_layers& after) {
  nearest_layers all = before;
  all.add(after);
  const bool inside = before.any && after.any ? true : all.several;
  if (inside && !all.common.empty()) return std::string(all.common);
  if (before.any && !before.last.empty()) return std::string("after ").append(before.last);
  if (!before.any && !after.last.empty()) return std::string("before ").append(after.last);
  return {};
}

/// Completes the labels of operations that read no parameter. Such an operation has no path of its own, because a layer
/// is any code that calls functions. What says most about its place are the nearest operations with parameters that
/// feed it and that it feeds: "softmax(encoder.attention)" if the layers of both have a path in common, otherwise
/// "relu(after encoder.2)", or "relu(before encoder.0)" if no parameter feeds it.
[[gnu::cold]] VSCG_NOINLINE inline void complete_labels(std::vector<node>& nodes, const std::vector<slot>& arrays,
                                                        const std::vector<std::string>& parameter_labels) {
  std::vector<nearest_layers> before(arrays.size());
  std::vector<nearest_layers> after(arrays.size());
  const auto layer_of = [&](const node& n) {
    nearest_layers found;
    for (const slot_id id : n.arrays) {
      if (found.any || arrays[id].from != slot::origin::parameter) continue;
      const std::string_view name = parameter_labels[arrays[id].parameter];
      found.common = found.last = name.substr(0, std::min(name.rfind('.'), name.size()));
      if (name.find('.') == std::string_view::npos) found.common = found.last = {};
      found.any = true;
    }
    return found;
  };
  const auto all_of = [](const std::vector<nearest_layers>& side, const std::vector<slot_id>& ids) {
    nearest_layers all;
    for (const slot_id id : ids) all.add(side[id]);
    return all;
  };
  for (const node& n : nodes) {
    nearest_layers found = layer_of(n);
    if (!found.any) found = all_of(before, n.arrays);
    for (const slot_id id : n.results) before[id] = found;
  }
  for (std::size_t i = nodes.size(); i-- > 0;) {
    node& n = nodes[i];
    nearest_layers found = layer_of(n);
    if (!found.any) {
      found = all_of(after, n.results);
      const std::string path = path_between(all_of(before, n.arrays), found);
      if (n.label == n.kind && !path.empty()) n.label.append("(").append(path).append(")");
    }
    for (const slot_id id : n.arrays) after[id].add(found);
  }
}

}  // namespace vscg::detail

#include <vscg/core/end.hpp>
