// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <tuple>
#include <vector>

#include <vscg/vscg.hpp>

// A network decides at each threshold, and at each maximum, where the gradient goes to the largest candidate. If two
// numbers are very close, a float may decide differently from a double.

namespace golden {

/// A node that takes maxima reads its array as [.., steps, inner], and looks at `window` steps at a time.
struct maximum_layout {
  std::size_t steps, window, inner;
};

inline maximum_layout layout_of(const vscg::node& n, const vscg::slot& x) {
  const auto* const axis = n.settings.find("axis");
  const auto* const window = n.settings.find("window");
  const std::size_t at = axis == nullptr ? 1 : static_cast<std::size_t>(axis->number);
  maximum_layout layout{static_cast<std::size_t>(x.extents[at]), 0, 1};
  for (std::size_t i = at + 1; i < x.extents.size(); ++i) layout.inner *= static_cast<std::size_t>(x.extents[i]);
  layout.window = window == nullptr ? layout.steps : static_cast<std::size_t>(window->number);
  return layout;
}

/// The smallest gap between a window's two largest numbers, relative to the root mean square of all numbers. Ties do
/// not count, because they are zeros from a relu, which passes no gradient there.
inline double margin_of_maximum(std::span<const double> x, maximum_layout layout) {
  double squares = 0;
  for (const double value : x) squares += value * value;
  double least = INFINITY;
  const auto look = [&](const double* first) {
    double largest = -INFINITY;
    double second = -INFINITY;
    for (std::size_t k = 0; k < layout.window; ++k) {
      const double value = first[k * layout.inner];
      second = std::max(second, std::min(value, largest));
      largest = std::max(largest, value);
    }
    if (largest > second) least = std::min(least, largest - second);
  };
  for (std::size_t block = 0; block < x.size(); block += layout.steps * layout.inner) {
    for (std::size_t step = 0; step + layout.window <= layout.steps; step += layout.window) {
      for (std::size_t i = 0; i < layout.inner; ++i) look(x.data() + block + step * layout.inner + i);
    }
  }
  return least / std::sqrt(squares / static_cast<double>(x.size()));
}

/// The smallest distance between a number and the threshold that it is compared with.
inline double margin_of_threshold(std::span<const double> x, double threshold) {
  double least = INFINITY;
  for (const double value : x) least = std::min(least, std::abs(value - threshold));
  return least;
}

/// The smallest margin of all decisions of a network on `inputs`, a tuple of arrays, computed in double.
template <class Network, class Inputs>
double smallest_margin(const vscg::weights<Network, double, vscg::cpu>& w, const Inputs& inputs, std::size_t items) {
  using tag = vscg::trace_tag<double, vscg::cpu, vscg::mode::inference>;
  const Network net = w.net();
  auto trace = vscg::make_recorder(w.table(), false);
  const auto in = vscg::trace_inputs<tag>(trace, vscg::inputs_of<Network>{});
  std::apply([&](const auto&... x) { return net(x...); }, in);
  std::vector<vscg::node> decisions;
  std::vector<vscg::slot_id> watched;
  for (const auto& n : trace.nodes) {
    if (n.kind != "threshold" && n.kind != "max" && n.kind != "max_pool1d") continue;
    decisions.push_back(n);
    watched.push_back(n.operands[0]);
  }
  const auto p = std::make_shared<const vscg::program>(std::move(trace), watched);
  vscg::runner<double, vscg::cpu> run(p, w.table(), vscg::threads{1}, items);
  run.bind_weights(w.data());
  std::apply([&, k = std::size_t{0}](const auto&... input) mutable { (run.bind_input(k++, input.data()), ...); },
             inputs);
  run.prepare();
  vscg::run_state state;
  state.items = state.batch_items = items;
  run.forward(state);
  double least = INFINITY;
  for (const auto& n : decisions) {
    const vscg::slot& x = p->slot_table()[n.operands[0]];
    const std::span<const double> values(run.value(n.operands[0]), x.size.elements(items));
    least = std::min(least, n.kind == "threshold" ? margin_of_threshold(values, n.settings.find("limit")->number)
                                                  : margin_of_maximum(values, layout_of(n, x)));
  }
  return least;
}

}  // namespace golden
