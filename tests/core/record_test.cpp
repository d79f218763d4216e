// SPDX-License-Identifier: MIT
#include <cstddef>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/core/describe.hpp>
#include <vscg/core/plan.hpp>
#include <vscg/core/program.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/stretch_limits.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/dropout.hpp>
#include <vscg/ops/matmul.hpp>
#include <vscg/ops/relu.hpp>
#include <vscg/ops/tanh.hpp>
#include <vscg/ops/transpose.hpp>

#include "core/plan_check.hpp"

using vscg::dyn;
using vscg::shape;

namespace {

using tag = vscg::trace_tag<float, vscg::cpu, vscg::mode::training>;

template <class... Shapes>
auto inputs(vscg::recorder& trace) {
  return vscg::trace_inputs<tag>(trace, vscg::input_shapes<Shapes...>{});
}

}  // namespace

TEST_CASE("a slot knows its shape, its element type, and what it is a view of") {
  auto trace = vscg::make_recorder(vscg::parameter_table{}, true);
  const auto [x, classes, pairs] = inputs<shape<dyn, 3, 4>, vscg::indices<dyn, 7>, shape<dyn, dyn, 2>>(trace);
  const auto h = tanh(x);
  const auto flat = vscg::view<shape<dyn, 12>>(h);
  const auto back = vscg::view<shape<dyn, 2, 6>>(flat);
  const auto y = relu(back);
  CHECK(vscg::view<shape<dyn, 12>>(flat).id == flat.id);  // nothing to record
  const vscg::program p(std::move(trace), {y.id, flat.id});
  const auto& ids = p.slot_table();
  CHECK(shape_text(ids[x.id]) == "[B, 3, 4]");
  CHECK(ids[x.id].type == vscg::element_type::float32);
  CHECK(shape_text(ids[classes.id]) == "[B, 7]");
  CHECK(ids[classes.id].type == vscg::element_type::int32);
  CHECK(shape_text(ids[pairs.id]) == "[B, B, 2]");
  CHECK(ids[pairs.id].size.elements(5) == 50);
  CHECK(ids[back.id].from == vscg::slot::origin::view);
  CHECK(ids[back.id].view_of == flat.id);
  CHECK(shape_text(ids[back.id]) == "[B, 2, 6]");
  CHECK(p.array_of(back.id) == h.id);
  CHECK(ids[y.id].node == 1);
  CHECK(p.nodes()[1].kind == "relu");
  CHECK(p.nodes()[1].operands == std::vector{back.id});
  CHECK(p.nodes()[1].arrays == std::vector{h.id});
  // A view that is an output keeps its array alive.
  const vscg::memory_plan plan(p, vscg::stretch_limits{}, 3, 1, sizeof(float));
  plan_check::is_sound(p, plan);
  CHECK(plan.value(h.id) != vscg::memory_plan::nowhere);
  CHECK(plan.value(flat.id) == vscg::memory_plan::nowhere);
}

TEST_CASE("settings can be read by name") {
  auto trace = vscg::make_recorder(vscg::parameter_table{{}, {}, {}, 0, 1}, true);
  const auto [x] = inputs<shape<dyn, 4>>(trace);
  const auto y = vscg::dropout(x, vscg::random_key{7, 0}, 0.25);
  const vscg::program p(std::move(trace), {y.id});
  const auto& settings = p.nodes()[0].settings;
  REQUIRE(settings.find("rate") != nullptr);
  CHECK(settings.find("rate")->number == 0.25);
  CHECK(settings.find("rate")->word.empty());
  CHECK(settings.find("none") == nullptr);
}

TEST_CASE("a product reads a transpose in place") {
  auto trace = vscg::make_recorder(vscg::parameter_table{}, true);
  const auto [a, b] = inputs<shape<dyn, 3, 4>, shape<dyn, 5, 4>>(trace);
  const auto y = matmul(a, transpose(b));
  const auto z = matmul(y, transpose(transpose(b)));
  const vscg::program p(std::move(trace), {z.id});
  REQUIRE(p.nodes().size() == 3);  // one transpose is needed as an array
  CHECK(p.nodes()[0].kind == "matmul");
  CHECK(p.nodes()[0].settings.find("transpose_b")->number == 1);
  CHECK(p.nodes()[0].operands == std::vector{a.id, b.id});
  CHECK(p.nodes()[1].kind == "transpose");
  CHECK(p.nodes()[2].operands == std::vector{y.id, p.nodes()[1].results[0]});
}
