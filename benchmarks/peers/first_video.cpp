// SPDX-License-Identifier: MIT
//
// The smallest program that localizes a video: it loads weights, runs the network once and prints each second's class.
// Its start-up and size are compared with those of first_video_torch.py and first_video_onnx.py, which do the same.
//
//   first_video FOLDER
#include <cstdio>
#include <exception>

#include <vscg/io/weights.hpp>
#include <vscg/train/ave/prediction.hpp>
#include <vscg/vscg.hpp>

#include "inputs.hpp"

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: first_video FOLDER\n");
    return 2;
  }
  try {
    peers::inputs in(arguments[1]);
    vscg::weights<vscg::vscg_net, float, vscg::cpu> weights{vscg::zeroed};
    vscg::io::load_weights(weights, in.weights());
    vscg::session<vscg::vscg_net, float, vscg::cpu> s(weights, vscg::threads{1}, vscg::batch_capacity{1});
    for (const auto c : vscg::train::predict(s.infer(in.audio.first(1), in.visual.first(1))).classes) {
      std::printf("%d ", static_cast<int>(c));
    }
    std::printf("\n");
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "first_video: error: %s\n", problem.what());
    return 1;
  }
}
