// SPDX-License-Identifier: MIT
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/core/describe.hpp>
#include <vscg/core/program.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/cat.hpp>
#include <vscg/ops/matmul.hpp>
#include <vscg/ops/mse_loss.hpp>
#include <vscg/ops/relu.hpp>
#include <vscg/ops/softmax.hpp>
#include <vscg/ops/tanh.hpp>
#include <vscg/ops/threshold.hpp>
#include <vscg/ops/transpose.hpp>

using vscg::dyn;
using vscg::shape;

namespace {

struct network {
  vscg::nn::linear<6, 8> only;
  VSCG_MEMBERS(only)
};

vscg::program traced(bool with_loss) {
  using tag = vscg::trace_tag<float, vscg::cpu, vscg::mode::training>;
  network net{};
  const auto table = vscg::bind_parameters(net);
  auto trace = vscg::make_recorder(table, true);
  const auto [x, target] = vscg::trace_inputs<tag>(trace, vscg::input_shapes<shape<dyn, 3, 6>, shape<dyn, 24>>{});
  const auto y = vscg::view<shape<dyn, 24>>(threshold(net.only.with_relu(x), 0.25));
  const auto loss = batch_mean(mse_loss(y, target));
  return vscg::program(std::move(trace), {y.id}, with_loss ? loss.id : vscg::no_slot);
}

/// The text with single spaces.
std::string squeezed(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c != ' ' || (!result.empty() && result.back() != ' ')) result += c;
  }
  return result;
}

}  // namespace

TEST_CASE("a drawing has operations with settings and shapes, parameters, inputs, outputs and views") {
  CHECK(dot(traced(false)) ==
        R"(digraph program {
  node [shape=box, fontname="Helvetica", fontsize=10];
  edge [fontname="Helvetica", fontsize=9];
  i0 [label="input 0\n[B, 3, 6]", shape=ellipse];
  i1 [label="input 1\n[B, 24]", shape=ellipse];
  p0 [label="only.weight\n[8, 6]", shape=note, color=gray50, fontcolor=gray30];
  p1 [label="only.bias\n[8]", shape=note, color=gray50, fontcolor=gray30];
  n0 [label="linear\nactivation relu\n[B, 3, 8]"];
  i0 -> n0;
  p0 -> n0;
  p1 -> n0;
  n1 [label="threshold\nlimit 0.25\n[B, 3, 8]"];
  n0 -> n1;
  o0 [label="output 0\n[B, 24]", shape=ellipse];
  n1 -> o0 [style=dashed, label="[B, 24]"];
}
)");
}

namespace {

struct attention {
  vscg::nn::linear<6, 6> query, key, value;
  VSCG_MEMBERS(query, key, value)
  auto operator()(auto x) const {
    const auto keys = key(tanh(x));
    return value(matmul(softmax(matmul(query(x), transpose(keys))), x));
  }
};
struct encoder {
  attention attend;
  vscg::nn::linear<6, 8> out;
  VSCG_MEMBERS(attend, out)
  auto operator()(auto x) const { return relu(out(tanh(attend(x)))); }
};
struct deep {
  encoder body, body2;
  vscg::nn::linear<16, 2> head;
  VSCG_MEMBERS(body, body2, head)
  auto operator()(auto x) const {
    const auto first = body(x);
    return softmax(head(vscg::cat<2>(first, body2(x))));
  }
};

}  // namespace

TEST_CASE("an operation without parameters is named by the layers that feed it and that it feeds") {
  using tag = vscg::trace_tag<float, vscg::cpu, vscg::mode::inference>;
  deep net{};
  const auto table = vscg::bind_parameters(net);
  auto trace = vscg::make_recorder(table, false);
  const auto [x] = vscg::trace_inputs<tag>(trace, vscg::input_shapes<shape<dyn, 3, 6>>{});
  const auto y = net(x);
  trace.part = "loss";
  const auto z = tanh(y);
  const vscg::program p(std::move(trace), {z.id});
  std::string all;
  for (const auto& n : p.nodes()) {
    if (n.label.find("weight") == std::string::npos) all += n.label + ' ';
  }
  CHECK(all ==
        "tanh(before body.attend.key) matmul(body.attend) softmax(body.attend) matmul(body.attend) tanh(body) "
        "relu(after body.out) tanh(before body2.attend.key) matmul(body2.attend) softmax(body2.attend) "
        "matmul(body2.attend) tanh(body2) relu(after body2.out) cat(after body2.out) softmax(after head) tanh(loss) ");
}

TEST_CASE("a table has a line for each step, with work, bytes and, if given, times") {
  const auto inference = traced(false);
  REQUIRE(inference.steps().size() == 2);
  // The processor decides how many bytes the prepared weight has.
  const std::string all = describe(inference, 2);
  std::string text = squeezed(all);
  CHECK(text.find("step operation settings result FLOP bytes\n") == 0);
  CHECK(all.find("\n1     threshold(after only)  limit 0.25       [B, 3, 8] ") != std::string::npos);
  CHECK(text.find("\n0 linear(only.weight) activation relu [B, 3, 8] 576 ") != std::string::npos);
  CHECK(text.find("\n1 threshold(after only) limit 0.25 [B, 3, 8] 384\n") != std::string::npos);  // 2 * 48 floats
  CHECK(text.find("\n all 576 ") != std::string::npos);

  const auto costs = vscg::step_costs(inference, 2, std::vector<double>{3e-6, 1e-6});
  text = squeezed(cost_table(costs));
  CHECK(text.find("bytes us % of time GFLOP/s GB/s\n") != std::string::npos);
  CHECK(text.find(" 3.00 75.0 0.192 ") != std::string::npos);  // 576 FLOP in 3 us of 4
  CHECK(text.find("\n1 threshold(after only) limit 0.25 [B, 3, 8] 384 1.00 25.0 0.384\n") != std::string::npos);
  text = squeezed(cost_table(costs, {0.384e9, 1.536e9}));
  CHECK(text.find(" GFLOP/s GB/s % of product % of copy\n") != std::string::npos);
  CHECK(text.find(" 0.192 ") != std::string::npos);
  CHECK(text.find(" 50.0 ") != std::string::npos);  // of 0.384 GFLOP/s
  CHECK(text.find(" 384 1.00 25.0 0.384 25.0\n") != std::string::npos);
  CHECK(text.find("\nproduct: 0.384 GFLOP/s\ncopy: 1.54 GB/s, read and written\n") != std::string::npos);

  const auto training = traced(true);
  CHECK(describe(training).find("  linear(only.weight) back ") != std::string::npos);
  CHECK(training.flops_per_item() == 2 * 2.0 * 3 * 6 * 8);  // forward, and the weight's gradient
}
