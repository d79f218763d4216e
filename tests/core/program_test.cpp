// SPDX-License-Identifier: MIT
#include <cstddef>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/core/plan.hpp>
#include <vscg/core/program.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/mse_loss.hpp>
#include <vscg/ops/over_time.hpp>
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

/// x through two layers; a branch that no output needs.
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

std::vector<std::string> labels(const vscg::program& p) {
  std::vector<std::string> all;
  for (const auto& node : p.nodes()) all.push_back(node.label);
  return all;
}

}  // namespace

TEST_CASE("a program keeps what its outputs need, in the order recorded") {
  const auto p = traced<vscg::mode::inference>(false);
  CHECK(labels(p) == std::vector<std::string>{"linear(first.weight)", "tanh", "linear(second.weight)",
                                              "linear(second.weight)", "add"});
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

TEST_CASE("in frozen mode gradients pass data only, and nothing is recorded for them") {
  const auto p = traced<vscg::mode::frozen>(true);
  CHECK(p.steps().size() == p.forward_steps());  // no active data: no pullback
}

TEST_CASE("flops count products: forward, and one for each gradient of them") {
  const double first = 2.0 * 3 * 6 * 8;
  const double second = 2 * 2.0 * 3 * 8 * 2;
  CHECK(traced<vscg::mode::inference>(false).flops_per_item() == first + second);
  CHECK(traced<vscg::mode::training>(true).flops_per_item() == 2 * first + 3 * second);
}

TEST_CASE("a plan is sound, aligned, grows with items and threads, and says what lies where") {
  const auto p = traced<vscg::mode::training>(true);
  std::size_t before = 0;
  for (const std::size_t items : {1U, 2U, 33U}) {
    const vscg::memory_plan plan(p, items, 2, sizeof(float));
    plan_check::is_sound(p, plan);
    CHECK(plan.items() == items);
    CHECK(plan.bytes() > before);
    before = plan.bytes();
  }
  const auto inference = traced<vscg::mode::inference>(false);
  const vscg::memory_plan plan(inference, 4, 1, sizeof(float));
  plan_check::is_sound(inference, plan);
  // 4 items of [3, 8] and of [3, 2], rounded up: the hidden array and its tanh, and three results at the most.
  CHECK(plan.bytes() - plan.prepared_bytes() <= 2 * 384 + 3 * 128);
  const std::string text = plan.describe(inference);
  CHECK(text.find(std::to_string(plan.bytes()) + " bytes for 4 items") == 0);
  for (const auto& label : labels(inference)) CHECK(text.find(label) != std::string::npos);
  CHECK(plan.value(inference.inputs()[0]) == vscg::memory_plan::nowhere);
}

TEST_CASE("steps on wide arrays run on a few items at a time, and what lives among them is as small") {
  auto trace = vscg::make_recorder(vscg::parameter_table{}, true);
  // 76,800 numbers an item: three items are less than 2^18.
  const auto [x] = vscg::trace_inputs<tag<vscg::mode::inference>>(trace, vscg::input_shapes<shape<dyn, 300, 256>>{});
  const auto inside = tanh(x);
  const auto narrow = tanh(vscg::max<1>(relu(inside)));
  const vscg::program p(std::move(trace), {narrow.id});
  REQUIRE(p.stretches().size() == 2);
  CHECK(p.stretches()[0].begin == 0);
  CHECK(p.stretches()[0].end == 3);
  CHECK(p.stretches()[0].items == 3);
  CHECK(p.stretches()[1].items == 0);
  const vscg::memory_plan plan(p, 16, 1, sizeof(float));
  plan_check::is_sound(p, plan);
  for (const auto& b : plan.blocks()) {
    INFO("slot " << b.id);
    CHECK(b.part == (b.bytes == std::size_t{3} * 76800 * sizeof(float)));
    if (!b.part) CHECK(b.bytes <= std::size_t{16} * 256 * sizeof(float));
  }
}

TEST_CASE("more items than any memory could hold are refused, and not planned with an overflow") {
  const auto p = traced<vscg::mode::training>(true);
  for (const std::size_t items : {std::size_t{1} << 56U, std::size_t{1} << 60U, ~std::size_t{0}}) {
    const std::string said = error_of([&] { vscg::memory_plan(p, items, 1, sizeof(float), "batch"); });
    INFO(said);
    CHECK(said.find("batch: expected at most ") == 0);
    CHECK(said.find(" items, found " + std::to_string(items)) != std::string::npos);
  }
  const std::size_t many = std::size_t{1} << 40U;
  CHECK(vscg::memory_plan(p, many, 1, sizeof(float)).bytes() >= many);
}

TEST_CASE("weights are prepared once, however often they are used") {
  const auto p = traced<vscg::mode::training>(true);
  const vscg::memory_plan plan(p, 2, 1, sizeof(float));
  CHECK(p.preparations().size() == 2);  // `second` is used twice
  using executor = vscg::cpu::executor<float>;
  const auto rounded = [](std::size_t elements) { return (elements * sizeof(float) + 63) / 64 * 64; };
  CHECK(plan.prepared_bytes() == rounded(executor::packed_elements(8, 6)) + rounded(executor::packed_elements(2, 8)) +
                                     rounded(executor::packed_elements(8, 2)));
}

TEST_CASE("what is wrong with a plan is found") {
  // The checker itself: two blocks alive together on one place.
  const vscg::memory_plan::block a{0, false, 0, 3, 64, 0};
  vscg::memory_plan::block b{1, false, 3, 5, 64, 0};
  CHECK(plan_check::collide(a, b));
  b.first = 4;
  CHECK(!plan_check::collide(a, b));
  b.first = 2;
  b.offset = 64;
  CHECK(!plan_check::collide(a, b));
}
