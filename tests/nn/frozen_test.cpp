// SPDX-License-Identifier: MIT
#include <tuple>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/core/program.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/nn/frozen.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/recurrent.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/mse_loss.hpp>

using vscg::dyn;
using vscg::shape;

namespace {

struct network {
  vscg::nn::linear<3, 4> before;
  vscg::nn::frozen<vscg::nn::bidirectional_gru<4, 5>> gru;
  VSCG_MEMBERS(before, gru)
};

}  // namespace

TEST_CASE("a frozen layer with two operands passes gradients to both, and learns nothing") {
  using tag = vscg::trace_tag<float, vscg::cpu, vscg::mode::training>;
  network net{};
  const auto table = vscg::bind_parameters(net);
  auto trace = vscg::make_recorder(table, true);
  const auto start = vscg::input_var<tag, shape<dyn, 2, 5>, true>(trace);
  const auto x = vscg::input_var<tag, shape<dyn, 6, 3>, false>(trace);
  const auto target = vscg::input_var<tag, shape<dyn, 6, 10>, false>(trace);
  const auto loss = batch_mean(mse_loss(net.gru(net.before(x), start), target));
  const vscg::program p(std::move(trace), {}, loss.id);
  CHECK(p.has_gradient(start.id));
  CHECK(p.has_gradient(p.parameters()[net.before.weight.id]));
  CHECK(!p.has_gradient(p.parameters()[std::get<0>(net.gru.layer.layers).weight_hh.id]));
}
