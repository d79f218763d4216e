// SPDX-License-Identifier: MIT
#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/core/plan.hpp>
#include <vscg/core/program.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/stretch_limits.hpp>
#include <vscg/core/stretches.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/linear.hpp>
#include <vscg/ops/mse_loss.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/relu.hpp>
#include <vscg/ops/tanh.hpp>

#include "core/plan_check.hpp"
#include "support/error_of.hpp"

using vscg::dyn;
using vscg::shape;

namespace {

template <vscg::mode Mode>
using tag = vscg::trace_tag<float, vscg::cpu, Mode>;

struct network {
  vscg::nn::linear<6, 8> first;
  vscg::nn::linear<8, 2> second;
  vscg::nn::linear<8, 2> aside;
  VSCG_MEMBERS(first, second, aside)
};

/// x through two layers, and a branch that no output needs.
template <vscg::mode Mode>
vscg::program traced(bool with_loss) {
  network net{};
  const auto table = vscg::bind_parameters(net);
  auto trace = vscg::make_recorder(table, true);
  const auto [x, target] =
      vscg::trace_inputs<tag<Mode>>(trace, vscg::input_shapes<shape<dyn, 3, 6>, shape<dyn, 3, 2>>{});
  const auto h = tanh(net.first(x));
  const auto forgotten = relu(net.aside(h));
  static_cast<void>(forgotten);
  const auto y = net.second(h) + net.second(h);
  const auto loss = batch_mean(mse_loss(y, target));
  return vscg::program(std::move(trace), {y.id}, with_loss ? loss.id : vscg::no_slot);
}

constexpr vscg::stretch_limits limits = vscg::cpu::stretches;

vscg::program wide_then_narrow() {
  auto trace = vscg::make_recorder(vscg::parameter_table{}, true);
  const auto [x] = vscg::trace_inputs<tag<vscg::mode::inference>>(trace, vscg::input_shapes<shape<dyn, 300, 256>>{});
  const auto narrow = tanh(vscg::max<1>(relu(tanh(x))));
  return vscg::program(std::move(trace), {narrow.id});
}

std::vector<std::string> labels(const vscg::program& p) {
  std::vector<std::string> all;
  for (const auto& node : p.nodes()) all.push_back(node.label);
  return all;
}

}  // namespace

TEST_CASE("a program keeps what its outputs need, in recorded order") {
  const auto p = traced<vscg::mode::inference>(false);
  CHECK(labels(p) == std::vector<std::string>{"linear(first.weight)", "tanh(after first)", "linear(second.weight)",
                                              "linear(second.weight)", "add(after second)"});
  CHECK(p.steps().size() == 5);
  CHECK(p.forward_steps() == 5);
  CHECK(p.loss() == vscg::no_slot);
}

TEST_CASE("with a loss, pullbacks follow in reverse, and the first to write a gradient assigns") {
  const auto p = traced<vscg::mode::training>(true);
  CHECK(p.forward_steps() == 7);
  REQUIRE(p.steps().size() == 14);
  for (std::size_t i = 0; i < 7; ++i) {
    CHECK(p.steps()[i].node == i);
    CHECK(p.steps()[7 + i].node == 6 - i);
    CHECK(p.steps()[7 + i].pullback);
  }
  // Of the two products with second.weight, the later one pulls back first: it assigns, the other adds.
  CHECK(p.nodes()[3].assigns == 0b111);
  CHECK(p.nodes()[2].assigns == 0);
  CHECK(p.nodes()[2].wanted == 0b111);
  CHECK(p.nodes()[0].wanted == 0b110);  // data takes no gradient
  CHECK(p.nodes()[0].persists == 0b110);
  const auto reached = [&](std::uint32_t id) {
    return p.parameters()[id] != vscg::no_slot && p.has_gradient(p.parameters()[id]);
  };
  CHECK(reached(0));
  CHECK(reached(3));
  CHECK(!reached(4));  // aside
}

TEST_CASE("in frozen mode gradients only pass through data, and nothing is recorded for parameters") {
  const auto p = traced<vscg::mode::frozen>(true);
  CHECK(p.steps().size() == p.forward_steps());  // no active data: no pullback
}

TEST_CASE("flops count products: the forward one, and one for each of its gradients") {
  const double first = 2.0 * 3 * 6 * 8;
  const double second = 2 * 2.0 * 3 * 8 * 2;
  CHECK(traced<vscg::mode::inference>(false).flops_per_item() == first + second);
  CHECK(traced<vscg::mode::training>(true).flops_per_item() == 2 * first + 3 * second);
}

TEST_CASE("a plan is sound, aligned, grows with items and threads, and says what lies where") {
  const auto p = traced<vscg::mode::training>(true);
  std::size_t before = 0;
  for (const std::size_t items : {1U, 2U, 33U}) {
    const vscg::memory_plan plan(p, limits, items, 2, sizeof(float));
    plan_check::is_sound(p, plan);
    CHECK(plan.items() == items);
    CHECK(plan.bytes() > before);
    before = plan.bytes();
  }
  const auto inference = traced<vscg::mode::inference>(false);
  const vscg::memory_plan plan(inference, limits, 4, 1, sizeof(float));
  plan_check::is_sound(inference, plan);
  // 4 items of [3, 8] and of [3, 2], rounded up: the hidden array and its tanh, and at most three results.
  CHECK(plan.bytes() - plan.prepared_bytes() <= 2 * 384 + 3 * 128);
  const std::string text = plan.describe(inference);
  CHECK(text.find(std::to_string(plan.bytes()) + " bytes for 4 items") == 0);
  for (const auto& label : labels(inference)) CHECK(text.find(label) != std::string::npos);
  CHECK(text.find("  linear(first.weight) prepared\n") != std::string::npos);
  CHECK(text.find("  \n") == std::string::npos);  // no block without a name
  CHECK(plan.value(inference.inputs()[0]) == vscg::memory_plan::nowhere);
}

TEST_CASE("steps on wide arrays run on a few items at a time, and arrays between them hold no more") {
  const auto p = wide_then_narrow();
  const vscg::memory_plan plan(p, limits, 16, 1, sizeof(float));  // three items are less than 2^18 numbers
  plan_check::is_sound(p, plan);
  REQUIRE(plan.stretches().size() == 2);
  CHECK(plan.stretches()[0].begin == 0);
  CHECK(plan.stretches()[0].end == 3);
  CHECK(plan.stretches()[0].items == 3);
  CHECK(plan.stretches()[1].items == 0);
  for (const auto& b : plan.blocks()) {
    INFO("slot " << b.id);
    CHECK(b.part == (b.bytes == std::size_t{3} * 76800 * sizeof(float)));
    if (!b.part) CHECK(b.bytes <= std::size_t{16} * 256 * sizeof(float));
  }
}

TEST_CASE("narrow steps between wide ones run with them if the backend's limits allow that many") {
  auto trace = vscg::make_recorder(vscg::parameter_table{}, true);
  const auto [wide, other] = vscg::trace_inputs<tag<vscg::mode::inference>>(
      trace, vscg::input_shapes<shape<dyn, 3, 256>, shape<dyn, 3, 256>>{});
  const auto narrow = tanh(tanh(vscg::max<1>(wide)));
  const auto last = vscg::max<1>(other);
  const vscg::program p(std::move(trace), {narrow.id, last.id});
  const auto ends = [&](const vscg::stretch_limits& wide_rows) {
    std::vector<std::size_t> all;
    for (const auto& s : vscg::find_stretches(p, wide_rows)) all.push_back(s.end);
    return all;
  };
  CHECK(ends({768, 768, 2}) == std::vector<std::size_t>{4});
  CHECK(ends({768, 768, 1}) == std::vector<std::size_t>{1, 3, 4});
  CHECK(ends({}) == std::vector<std::size_t>{4});
}

TEST_CASE("a backend may turn stretches off: every step then runs on all items") {
  const auto p = traced<vscg::mode::training>(true);
  const auto whole = vscg::find_stretches(p, {});
  REQUIRE(whole.size() == 2);  // forward, pullback
  CHECK(whole[0].end == p.forward_steps());
  CHECK(whole[1].end == p.steps().size());
  CHECK(whole[0].items + whole[1].items == 0);
  CHECK(vscg::find_stretches(p, {1, 1, 0}).size() > 2);
  const vscg::memory_plan plan(wide_then_narrow(), {}, 16, 1, sizeof(float));
  for (const auto& b : plan.blocks()) CHECK(!b.part);
}

TEST_CASE("more items than any memory could hold are refused, not planned with an overflow") {
  const auto p = traced<vscg::mode::training>(true);
  for (const std::size_t items : {std::size_t{1} << 56U, std::size_t{1} << 60U, ~std::size_t{0}}) {
    const std::string said = error_of([&] { vscg::memory_plan(p, limits, items, 1, sizeof(float), "batch"); });
    INFO(said);
    CHECK(said.find("batch: expected at most ") == 0);
    CHECK(said.find(" items, found " + std::to_string(items)) != std::string::npos);
  }
  const std::size_t many = std::size_t{1} << 40U;
  CHECK(vscg::memory_plan(p, limits, many, 1, sizeof(float)).bytes() >= many);
}

TEST_CASE("weights are prepared once, whatever bytes an operation without settings holds") {
  using operation = vscg::ops::linear<shape<dyn, 3, 6>, 8, true, vscg::identity_function>;
  network net{};
  auto trace = vscg::make_recorder(vscg::bind_parameters(net), true);
  const auto [x] = vscg::trace_inputs<tag<vscg::mode::inference>>(trace, vscg::input_shapes<shape<dyn, 3, 6>>{});
  alignas(operation) unsigned char places[2][sizeof(operation)] = {{0x5a}, {0xa5}};
  for (auto& place : places) {
    const auto* const at = new (place) operation;
    vscg::record(*at, x, vscg::operand(x, net.first.weight), vscg::operand(x, net.first.bias));
  }
  CHECK(trace.nodes[0].prepared == trace.nodes[1].prepared);
}

TEST_CASE("weights are prepared once, however often they are used") {
  const auto p = traced<vscg::mode::training>(true);
  const vscg::memory_plan plan(p, limits, 2, 1, sizeof(float));
  CHECK(p.preparations().size() == 2);  // `second` is used twice
  using executor = vscg::cpu::executor<float>;
  const auto rounded = [](std::size_t elements) { return (elements * sizeof(float) + 63) / 64 * 64; };
  CHECK(plan.prepared_bytes() == rounded(executor::packed_elements(8, 6)) + rounded(executor::packed_elements(2, 8)) +
                                     rounded(executor::packed_elements(8, 2)));
}

TEST_CASE("faults of a plan are found") {
  // The checker itself: two blocks alive at the same time in one place.
  const vscg::memory_plan::block a{0, false, 0, 3, 64, 0};
  vscg::memory_plan::block b{1, false, 3, 5, 64, 0};
  CHECK(plan_check::collide(a, b));
  b.first = 4;
  CHECK(!plan_check::collide(a, b));
  b.first = 2;
  b.offset = 64;
  CHECK(!plan_check::collide(a, b));
}
