// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

#include <vscg/core/program.hpp>
#include <vscg/core/stretch_limits.hpp>

namespace vscg {

/// Steps [begin, end) of a program that run on `items` items at a time, one part of the batch after another; 0 means
/// all items at once.
struct stretch {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t items = 0;
};

namespace detail {

/// The numbers per item in a step's widest array; 0 if its items cannot be computed one after another, because the step
/// has an array that belongs neither to an item nor to a parameter.
inline std::size_t width_of(const program& p, const program::step& s) {
  const node& n = p.nodes()[s.node];
  if (n.couples_batch) return 0;
  std::size_t widest = 0;
  bool by_items = true;
  p.for_each_array(s, [&](slot_id id, bool) {
    const slot& a = p.slot_table()[id];
    const bool prepared = std::find(n.prepared.begin(), n.prepared.end(), id) != n.prepared.end();
    if (a.from == slot::origin::parameter || prepared) return;
    by_items = by_items && a.size.per_item > 0 && a.size.fixed == 0 && a.size.per_worker == 0;
    widest = std::max(widest, a.size.per_item);
  });
  return by_items ? widest : 0;
}

/// How many items each step runs on at a time; 0 means all.
inline std::vector<std::size_t> items_at_once(const program& p, const stretch_limits& limits) {
  std::vector<std::size_t> items(p.steps().size(), 0);
  std::size_t first_between = 0;  // first narrow step that could bridge to the next wide one
  for (std::size_t at = 0; at < items.size(); ++at) {
    const std::size_t width = width_of(p, p.steps()[at]);
    if (width == 0 || at == p.forward_steps()) first_between = at + (width == 0 ? 1 : 0);
    if (width < limits.wide) continue;
    items[at] = std::max<std::size_t>(1, limits.at_once / width);
    const bool goes_on = first_between > 0 && items[first_between - 1] != 0 && at - first_between <= limits.bridge;
    if (goes_on) {
      std::fill(items.begin() + static_cast<std::ptrdiff_t>(first_between),
                items.begin() + static_cast<std::ptrdiff_t>(at), items[at]);
    }
    first_between = at + 1;
  }
  return items;
}

}  // namespace detail

/// All steps of a program in order, cut into stretches. A stretch is either forward or pullback, never both.
inline std::vector<stretch> find_stretches(const program& p, const stretch_limits& limits) {
  const std::vector<std::size_t> items = detail::items_at_once(p, limits);
  std::vector<stretch> found;
  for (std::size_t at = 0; at < items.size(); ++at) {
    const bool goes_on = !found.empty() && at != p.forward_steps() && (found.back().items == 0) == (items[at] == 0);
    if (!goes_on) found.push_back({at, at, items[at]});
    found.back().end = at + 1;
    found.back().items = std::min(found.back().items, items[at]);
  }
  return found;
}

}  // namespace vscg

#include <vscg/core/end.hpp>
