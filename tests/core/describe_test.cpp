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
#include <vscg/ops/mse_loss.hpp>
#include <vscg/ops/threshold.hpp>

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

TEST_CASE("a table has a line for each step, with work, bytes and, if given, times") {
  const auto inference = traced(false);
  REQUIRE(inference.steps().size() == 2);
  // The processor decides how many bytes the prepared weight has.
  const std::string all = describe(inference, 2);
  CHECK(all.find("operation            settings         result     FLOP  bytes\n") == 0);
  std::string text = squeezed(all);
  CHECK(text.find("\nlinear(only.weight) activation relu [B, 3, 8] 576 ") != std::string::npos);
  CHECK(text.find("\nthreshold limit 0.25 [B, 3, 8] 384\n") != std::string::npos);  // x and y: 2 * 48 floats
  CHECK(text.find("\nall 576 ") != std::string::npos);

  text = squeezed(describe(inference, 2, std::vector<double>{2e-6, 1e-6}));
  CHECK(text.find("bytes us GFLOP/s GB/s\n") != std::string::npos);
  CHECK(text.find(" 2 0.288 ") != std::string::npos);  // 576 FLOP in 2 us
  CHECK(text.find("\nthreshold limit 0.25 [B, 3, 8] 384 1 0.384\n") != std::string::npos);

  const auto training = traced(true);
  CHECK(describe(training).find("\nlinear(only.weight) back ") != std::string::npos);
  CHECK(training.flops_per_item() == 2 * 2.0 * 3 * 6 * 8);  // forward, and the weight's gradient
}
