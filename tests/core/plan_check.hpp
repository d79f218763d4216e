// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/plan.hpp>
#include <vscg/core/program.hpp>

namespace plan_check {

/// Whether two blocks overlap although both may hold numbers at the same time.
inline bool collide(const vscg::memory_plan::block& a, const vscg::memory_plan::block& b) {
  const bool together = a.first <= b.last && b.first <= a.last;
  return together && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
}

/// No two arrays alive at the same time overlap; every array is aligned, inside, and as large as its slot says; every
/// array that a step touches is alive in it. `beside`: what a pullback touches is alive in the next step too,
/// and what a step touches that has a result of a fixed size.
inline void is_sound(const vscg::program& p, const vscg::memory_plan& plan, bool beside = false) {
  const auto& blocks = plan.blocks();
  std::size_t collisions = 0;
  std::size_t end = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    CHECK(blocks[i].offset % vscg::memory_plan::alignment == 0);
    CHECK(blocks[i].bytes > 0);
    CHECK(blocks[i].first <= blocks[i].last);
    end = std::max(end, blocks[i].offset + blocks[i].bytes);
    for (std::size_t j = i + 1; j < blocks.size(); ++j) collisions += collide(blocks[i], blocks[j]) ? 1 : 0;
  }
  CHECK(collisions == 0);
  CHECK(end == plan.bytes());

  std::vector<const vscg::memory_plan::block*> values(p.slot_table().size(), nullptr);
  std::vector<const vscg::memory_plan::block*> gradients(p.slot_table().size(), nullptr);
  for (const auto& b : blocks) (b.gradient ? gradients : values)[b.id] = &b;
  std::size_t dead = 0;
  for (std::size_t at = 0; at < p.steps().size(); ++at) {
    const auto [index, pullback] = p.steps()[at];
    const auto& node = p.nodes()[index];
    const bool leaves = pullback || std::any_of(node.results.begin(), node.results.end(),
                                                [&](vscg::slot_id id) { return p.slot_table()[id].size.fixed > 0; });
    const std::size_t until = beside && leaves ? std::min(at + 1, p.steps().size() - 1) : at;
    const auto needs = [&](const auto& where, vscg::slot_id id) {
      if (id == vscg::no_slot) return;  // an array of size 0
      const auto from = p.slot_table()[id].from;
      if (from == vscg::slot::origin::parameter) return;
      if (from == vscg::slot::origin::input && &where == &values) return;
      if (where[id] == nullptr || where[id]->first > at || where[id]->last < until) ++dead;
    };
    if (!pullback) {
      for (const auto id : node.results) needs(values, id);
      for (const auto id : node.arrays) needs(values, id);
    } else {
      for (std::size_t k = 0; k < node.results.size(); ++k) {
        if (((node.given >> k) & 1U) != 0) needs(gradients, node.results[k]);
        if (((node.reads_results >> k) & 1U) != 0) needs(values, node.results[k]);
      }
      for (std::size_t k = 0; k < node.arrays.size(); ++k) {
        if (((node.reads_operands >> k) & 1U) != 0) needs(values, node.arrays[k]);
        if (((node.wanted >> k) & 1U) != 0) needs(gradients, node.arrays[k]);
      }
    }
    for (const auto id : node.saved) needs(values, id);
    for (const auto& apart : node.apart_gradients) {
      if (pullback) needs(values, apart.own);
    }
    for (const auto id : pullback ? node.pullback_scratch : node.forward_scratch) needs(values, id);
  }
  CHECK(dead == 0);
}

}  // namespace plan_check
