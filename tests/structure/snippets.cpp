// SPDX-License-Identifier: MIT
// What the READMEs' blocks leave out, around each of them; snippets.cmake makes the files and compiles this one.
//
// elsewhere: cuda_3.inc: nvcc compiles it
// elsewhere: backend_thrust_1.inc: needs thrust's headers
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include <vscg/data/ave.hpp>
#include <vscg/nets/vscg/vscg_net.hpp>
#include <vscg/testing/gradient_check.hpp>
#include <vscg/train/ave/metadata.hpp>
#include <vscg/train/ave/run.hpp>
#include <vscg/vscg.hpp>

#include "includes.inc"

namespace {

const std::vector<float> audio, visual;

void of_the_top() {
#include "top_1.inc"
}

void of_a_card() {
#include "cuda_1.inc"
}
void of_the_second_card() {
#include "cuda_2.inc"
}

template <int In, int Out>
struct gated_linear {
  vscg::nn::linear<In, Out> value, gate;
  VSCG_MEMBERS(value, gate)
  auto operator()(auto x) const { return value(x) * sigmoid(gate(x)); }
};

void of_testing() {
  using namespace vscg;
#include "testing_1.inc"
}

struct reader {
  vscg::nn::linear<64, 10> layer;
  VSCG_MEMBERS(layer)
  using inputs = vscg::input_shapes<vscg::shape<vscg::dyn, 8, 8>>;
  auto operator()(auto x) const { return layer(vscg::view<vscg::shape<vscg::dyn, 64>>(x)); }
};

using own = vscg::model<reader, float, vscg::cpu>;
using own_trainer = vscg::trainer<own, vscg::adam, vscg::nn::cross_entropy_loss>;

void of_losses(own& net, const std::vector<float>& images, const std::vector<std::int32_t>& labels) {
  using namespace vscg;
#include "nn_1.inc"
}

void of_weights(own& net) {
#include "io_1.inc"
}

void of_checkpoints(own_trainer& train, std::size_t epoch) {
#include "io_4.inc"
}

void of_own_data(own_trainer& train, own::session_type& session, const std::vector<float>& pixels,
                 const std::vector<std::int32_t>& labels, std::size_t epoch) {
  using namespace vscg;
#include "data_1.inc"
}

void of_ave() {
#include "data_2.inc"
  static_cast<void>(first);
}

void of_onnx(const vscg::model<vscg::nn::sequential<vscg::nn::linear<2, 3>>, float, vscg::cpu,
                               vscg::input_shapes<vscg::shape<vscg::dyn, 2>>>& net) {
#include "io_2.inc"
#include "io_3.inc"
}

void of_runs() {
#include "train_1.inc"
}

}  // namespace
