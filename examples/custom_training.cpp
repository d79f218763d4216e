// SPDX-License-Identifier: MIT
// A network of your own on data of your own: train, measure, save, load, and go on where training stopped.
//
//   custom_training [folder of the digits] [folder for the results] [epochs]
//
// Run it, interrupt it, run it again: it ends with the same bits. digits/README.md says where the data are from.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

#include <vscg/data/in_memory.hpp>
#include <vscg/io/npy.hpp>
#include <vscg/io/trainer_checkpoint.hpp>
#include <vscg/io/weights.hpp>
#include <vscg/vscg.hpp>

namespace {

using namespace vscg;

// Reads a picture of 8 x 8 pixels from top to bottom: strokes in three rows at a time, with what came before them, and
// then which digit all rows make together.
struct digit_reader {
  nn::conv1d<8, 32, 3> strokes;
  nn::lstm<32, 32> memory;
  nn::layer_norm<32> norm;
  nn::dropout drop{0.5};
  nn::linear<8 * 32, 10> digit;
  VSCG_MEMBERS(strokes, memory, norm, drop, digit)
  using inputs = input_shapes<shape<dyn, 8, 8>>;

  auto operator()(auto picture) const {
    const auto rows = memory(relu(strokes(picture / 16)));  // pixels are 0 to 16
    return digit(drop(view<shape<dyn, 8 * 32>>(norm(rows))));
  }
};

void run(const std::filesystem::path& digits, const std::filesystem::path& results, std::size_t epochs) {
  data::in_memory all(io::read_npy<float>(digits / "images.npy"), io::read_npy<std::int32_t>(digits / "labels.npy"));
  auto [training, held_out] = all.split(1500, seed{1});

  model<digit_reader, float, cpu> net{seed{1}};
  trainer train(net, adam{2e-3}, nn::cross_entropy_loss{}, threads{2}, {.batch = 50});
  session reader(net.weights(), threads{2}, batch_capacity{100});

  const auto last = results / "last.checkpoint";
  std::size_t epoch = exists(last) ? load_checkpoint(train, last).count("epoch") : 0;
  while (epoch < epochs) {
    ++epoch;
    double loss = 0;
    for (const auto& [picture, label] : training.batches(50, seed{1}, epoch)) loss += train.step(picture, label).total;
    const double right = accuracy(reader, held_out.batches(100));
    std::printf("epoch %zu: loss %.4f, %.1f %% of the held-out digits are right\n", epoch, loss / 30, 100 * right);
    save_checkpoint(train, last, {{"epoch", epoch}});
  }

  // The file has PyTorch's names, so torch.nn layers load it as well.
  save(net, results / "digits.safetensors");
  model<digit_reader, float, cpu> loaded{seed{2}};
  load(loaded, results / "digits.safetensors");
  class_accuracy counted;
  for (const auto& [picture, label] : held_out.batches(100)) counted.add(loaded.infer(picture), label);
  std::printf("loaded again: %zu of %zu are right\n", counted.right(), counted.all());
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 1 && arguments[1][0] == '-') {
    std::puts("custom_training [folder of the digits] [folder for the results] [epochs]");
    return std::fflush(stdout) == 0 ? 0 : 1;
  }
  try {
    const std::filesystem::path results = count > 2 ? arguments[2] : "custom_training";
    std::filesystem::create_directories(results);
    run(count > 1 ? arguments[1] : "examples/digits", results, count > 3 ? std::stoul(arguments[3]) : 40);
    return std::fflush(stdout) == 0 ? 0 : 1;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "custom_training: error: %s\n", problem.what());
    return 1;
  }
}
