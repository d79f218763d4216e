// SPDX-License-Identifier: MIT
// Each block of C++ in a README, compiled where a reader would write it: at namespace scope or in a function. What it
// takes as given stands before it. Blocks that take long to compile, or need data, a card or another library, are in
// functions that nobody instantiates; those are compiled as far as a template is before its use.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/cuda/backend.hpp>
#include <vscg/data/ave.hpp>
#include <vscg/data/in_memory.hpp>
#include <vscg/io/trainer_checkpoint.hpp>
#include <vscg/io/weights.hpp>
#include <vscg/model/profile.hpp>
#include <vscg/testing/gradient_check.hpp>
#include <vscg/train/ave/events.hpp>
#include <vscg/train/ave/localize_long.hpp>
#include <vscg/train/ave/run.hpp>
#include <vscg/vscg.hpp>

#if defined(VSCG_README_ONNX)
#include <vscg/io/onnx.hpp>
#endif
#if defined(VSCG_README_THRUST)
#include <vscg/backend/thrust/backend.hpp>
#include <vscg/backend/thrust/cpp.hpp>
#endif

namespace own_network {
#include "snippets/2.hpp"
}

namespace function_of_one_number {
#include "snippets/include/vscg/ops/1.hpp"
}

namespace any_other_operation {
#include "snippets/include/vscg/ops/2.hpp"
}

namespace own_loss {
using namespace vscg;
#include "snippets/include/vscg/model/2.hpp"
}  // namespace own_loss

namespace own_array {
using namespace vscg;
#include "snippets/include/vscg/nn/1.hpp"
}  // namespace own_array

namespace testing_readme {
template <int In, int Out>
struct gated_linear {
  vscg::nn::linear<In, Out> value, gate;
  VSCG_MEMBERS(value, gate)
  auto operator()(auto x) const { return value(x) * sigmoid(gate(x)); }
};
}  // namespace testing_readme

namespace several_outputs {
using namespace vscg;
#include "snippets/include/vscg/nets/1.hpp"
}  // namespace several_outputs

struct digit_classifier {
  vscg::nn::linear<64, 10> layer;
  VSCG_MEMBERS(layer)
  using inputs = vscg::input_shapes<vscg::shape<vscg::dyn, 8, 8>>;
  auto operator()(auto x) const { return layer(vscg::view<vscg::shape<vscg::dyn, 64>>(x)); }
};

namespace {

TEST_CASE("the first lines") {
  const std::vector<float> audio(2 * 10 * 128, 0.5F);
  const std::vector<float> visual(2 * 10 * 7 * 7 * 512, 0.5F);
#include "snippets/1.hpp"
  CHECK(events.event_relevance.items == 2);
  CHECK(relevance.size() == 10);
  CHECK(category.size() == 28);
}

TEST_CASE("a network with several outputs") {
  const vscg::model<several_outputs::reader, float, vscg::cpu> net;
  const auto y = net.infer(std::vector<float>(2 * 20 * 32, 0.5F));
  CHECK(y.scores.item(1).size() == 10);
  CHECK(y.weights.item(1).size() == 400);
}

TEST_CASE("gradients of the operations that ops/ writes as examples") {
  using namespace any_other_operation;
  {
#include "snippets/include/vscg/ops/3.hpp"
    CHECK_MESSAGE(report, report.text());
  }
  using numbers = vscg::input_shapes<vscg::shape<vscg::dyn, 3, 11>>;
  const auto of_one =
      vscg::testing::check_gradients<numbers, vscg::cpu>([](auto x) { return function_of_one_number::softsign(x); });
  CHECK_MESSAGE(of_one, of_one.text());
}

TEST_CASE("gradients of a loss, and of an array of one's own") {
  using namespace vscg;
  using testing::check_gradients;
  const auto loss =
      check_gradients<input_shapes<shape<dyn, 10>, class_indices<10, dyn>>, cpu>(own_loss::hard_examples_loss{});
  CHECK_MESSAGE(loss, loss.text());
  const auto array = check_gradients<input_shapes<shape<dyn, 3, 5>>, cpu>(own_array::channel_gain<5>{});
  CHECK_MESSAGE(array, array.text());
}

TEST_CASE("gradients of a layer") {
  using namespace vscg;
  using testing_readme::gated_linear;
#include "snippets/include/vscg/testing/1.hpp"
  CHECK_MESSAGE(report, report.text());
}

}  // namespace

// Compiled as templates.

using own_model = vscg::model<digit_classifier, float, vscg::cpu>;
using own_trainer = vscg::trainer<own_model, vscg::adam, vscg::nn::cross_entropy_loss>;

template <class>
void tells_where_time_goes(own_model::session_type& session, const std::vector<float>& picture) {
  using namespace vscg;
#include "snippets/3.hpp"
}

template <class>
void reads_outputs(own_model& net, own_model::session_type& session, const std::vector<float>& picture) {
#include "snippets/include/vscg/model/1.hpp"
  static_cast<void>(all);
}

template <class>
void trains_with_a_loss(own_model& net, const std::vector<float>& images, const std::vector<std::int32_t>& labels) {
  using namespace vscg;
#include "snippets/include/vscg/nn/2.hpp"
}

template <class>
void trains_with_an_optimizer(own_model& net, const std::vector<float>& images,
                              const std::vector<std::int32_t>& labels) {
  using namespace vscg;
#include "snippets/include/vscg/optim/1.hpp"
}

template <class>
void sets_rates(own_trainer& train, std::size_t epoch) {
  using namespace vscg;
#include "snippets/include/vscg/optim/2.hpp"
}

template <class>
void goes_on_in_another_phase(own_trainer& first, own_trainer& second) {
#include "snippets/include/vscg/optim/3.hpp"
}

template <class>
void saves_weights(own_model& net) {
#include "snippets/include/vscg/io/1.hpp"
}

template <class>
void saves_checkpoints(own_trainer& train, std::size_t epoch) {
#include "snippets/include/vscg/io/4.hpp"
}

template <class>
void trains_on_own_data(own_trainer& train, own_model::session_type& session, const std::vector<float>& pixels,
                        const std::vector<std::int32_t>& labels, std::size_t epoch) {
  using namespace vscg;
#include "snippets/include/vscg/data/1.hpp"
}

template <class>
void reads_ave() {
#include "snippets/include/vscg/data/2.hpp"
  static_cast<void>(first);
}

template <class>
void trains_on_ave() {
#include "snippets/include/vscg/train/1.hpp"
}

template <class>
void localizes_in_long_videos(const vscg::weights<vscg::vscg_net, float, vscg::cpu>& weights,
                              const std::vector<float>& audio, const std::vector<float>& visual) {
  using namespace vscg;
#include "snippets/include/vscg/train/2.hpp"
  static_cast<void>(events);
}

template <class>
void computes_on_a_card() {
#include "snippets/cuda/1.hpp"
}

template <class>
void computes_on_the_second_card() {
#include "snippets/cuda/2.hpp"
}

#if defined(VSCG_README_ONNX)
template <class Net>
void writes_onnx(const Net& net) {
#include "snippets/include/vscg/io/2.hpp"
#include "snippets/include/vscg/io/3.hpp"
}
#endif

#if defined(VSCG_README_THRUST)
template <class>
void computes_with_thrust() {
#include "snippets/include/vscg/backend/thrust/1.hpp"
}
#endif
