// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/io/checkpoint.hpp>
#include <vscg/io/trainer_checkpoint.hpp>
#include <vscg/io/weights.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/session.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/model/trainer_snapshot.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/loss.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/optim/adam.hpp>
#include <vscg/optim/sgd.hpp>

#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"

using namespace vscg;

namespace {

/// A classifier with dropout that keeps a moving average of its bias.
template <int Hidden, int Variant = 0>
struct network {
  nn::linear<3, Hidden> hidden;
  nn::dropout drop{0.5};
  nn::linear<Hidden, 4> last;
  persistent<init::ones, 4> average;
  VSCG_MEMBERS(hidden, drop, last, average)
  using inputs = input_shapes<shape<dyn, 3>>;
  template <Var X>
  auto operator()(const X& x) const {
    if constexpr (X::tag::training) assign(average, operand(x, average) * 0.75 + 0.25 * detach(operand(x, last.bias)));
    return last(drop(hidden(x)));
  }
};

using small = network<5>;
using first_variant = network<5, 1>;
using second_variant = network<5, 2>;

}  // namespace

template <>
inline constexpr network_identity vscg::identity_of<first_variant>{"small", "first", {{"rate", 0.5, "drop.rate"}}};
template <>
inline constexpr network_identity vscg::identity_of<second_variant>{"small", "second", {{"rate", 0.5, "drop.rate"}}};

namespace {

template <class T = float, class Network = small>
using net_of = model<Network, T, cpu>;

/// A network with its trainer.
template <class T = float, class Loss = nn::cross_entropy_loss, class Network = small, class Optimizer = adam>
struct training {
  net_of<T, Network> net;
  trainer<net_of<T, Network>, Optimizer, Loss> train;
  explicit training(std::uint64_t from = 1, trainer_options options = {.batch = 4}, double rate = 0.02,
                    Network own = {}, std::size_t n = 1)
      : net(seed{from}, own), train(net, Optimizer{rate}, Loss{}, threads{n}, options) {}

  double steps(int n) {
    double last = 0;
    for (int i = 0; i < n; ++i) {
      std::vector<T> x;
      for (int k = 0; k < 12; ++k) x.push_back(static_cast<T>(std::sin(k + 100 * static_cast<double>(train.steps()))));
      last = train.step(x, std::vector<std::int32_t>{0, 1, 2, 3}).total;
    }
    return last;
  }
};

using descent = training<float, nn::cross_entropy_loss, small, sgd>;

/// A loss of the same terms with another setting.
struct smoothed_loss : nn::cross_entropy_loss {
  smoothed_loss() : nn::cross_entropy_loss{.label_smoothing = 0.1} {}
};

}  // namespace

TEST_CASE("training that is cut in two has the bits of training in one go, in fresh objects and with other threads") {
  const temporary_folder dir;
  training<> whole;
  whole.steps(3);
  whole.train.optimizer.learning_rate = 0.005;
  const double expected = whole.steps(3);
  {
    training<> first;
    first.steps(3);
    first.train.optimizer.learning_rate = 0.005;
    save_checkpoint(first.train, dir / "last.checkpoint", {{"epoch", std::size_t{3}}, {"note", "half"}, {"best", 0.1}});
  }
  training<> second(9, {.batch = 4}, 0.5, {}, 2);
  const auto extra = load_checkpoint(second.train, dir / "last.checkpoint");
  CHECK(extra.count("epoch") == 3);
  CHECK(extra.number("best") == 0.1);
  CHECK(extra.text("note") == "half");
  CHECK(second.train.steps() == 3);
  CHECK(second.net.weights().get("average") != std::vector<float>(4, 1.0F));
  CHECK(second.steps(3) == expected);
  for (const auto& entry : whole.net.weights().table().entries) {
    INFO(entry.name);
    CHECK(second.net.weights().get(entry.name) == whole.net.weights().get(entry.name));
  }
}

TEST_CASE("a checkpoint is of one optimizer and one way of clipping, and brings every setting of the optimizer") {
  const temporary_folder dir;
  const auto path = dir / "last.checkpoint";
  const trainer_options options{.batch = 4, .clip_grad_norm = 0.5, .clip_grad_value = 0.25};
  descent whole(1, options);
  whole.train.optimizer = {.learning_rate = 0.03, .momentum = 0.9, .weight_decay = 0.1, .nesterov = true};
  whole.steps(2);
  save_checkpoint(whole.train, path);
  descent other(2, options, 0.02, {}, 2);
  load_checkpoint(other.train, path);
  CHECK(other.train.optimizer.momentum == 0.9);
  CHECK(other.train.optimizer.weight_decay == 0.1);
  CHECK(other.train.optimizer.nesterov);
  CHECK(other.steps(2) == whole.steps(2));
  CHECK(other.train.numbers() == whole.train.numbers());
  CHECK(other.train.state().moments(1) == whole.train.state().moments(1));

  const auto said = [&](auto&& into) { return error_of([&] { load_checkpoint(into.train, path); }); };
  CHECK(said(training<>(1, options)) == path.string() + ": optimizer: expected adam, found sgd");
  CHECK(said(descent(1, {.batch = 4, .clip_grad_value = 0.25})) ==
        path.string() + ": trainer_options.clip_grad_norm: expected none, found 0.5");
  CHECK(said(descent(1, {.batch = 4, .clip_grad_norm = 0.5, .clip_grad_value = 1})) ==
        path.string() + ": trainer_options.clip_grad_value: expected 1, found 0.25");
}

TEST_CASE("a checkpoint is of one network and one way of training; any other leaves a trainer as it was") {
  const temporary_folder dir;
  const auto path = dir / "last.checkpoint";
  training<> saved;
  saved.steps(2);
  save_checkpoint(saved.train, path);
  const auto refused = [&](auto&& into, const std::filesystem::path& file) {
    into.steps(1);
    const auto before = snapshot(into.train);
    const std::string message = error_of([&] { load_checkpoint(into.train, file); });
    const auto after = snapshot(into.train);
    CHECK(after.numbers == before.numbers);
    CHECK(after.moments == before.moments);
    CHECK(after.progress == before.progress);
    CHECK(after.progress_of_arrays == before.progress_of_arrays);
    CHECK(after.steps == 1);
    CHECK(into.train.optimizer.learning_rate == 0.02);
    CHECK(contains(message, file.string()));
    return message.substr(std::min(message.size(), file.string().size()));
  };
  CHECK(refused(training<>(1, {.batch = 4, .seed = 2}), path) == ": trainer_options.seed: expected 2, found 1");
  CHECK(refused(training<>(1, {.batch = 4, .dropout = false}), path) ==
        ": trainer_options.dropout: expected false, found true");
  CHECK(refused(training<>(1, {.batch = 4, .micro_batch = 3}), path) ==
        ": trainer_options.micro_batch: expected 3, found the whole batch");
  small other;
  other.drop.rate = 0.25;
  CHECK(refused(training<>(1, {.batch = 4}, 0.02, other), path) == ": setting drop.rate: expected 0.25, found 0.5");
  CHECK(contains(refused(training<float, smoothed_loss>(), path), ": operation "));
  CHECK(refused(training<>(), dir / "none") != "");
  CHECK(error_of([&] {
          save_checkpoint(saved.train, path, {{"best", std::numeric_limits<double>::infinity()}});
        }) == "extra of " + path.string() +
                  ": \"best\": expected a finite number, found NaN or infinity, which JSON has not");
  CHECK(error_of([&] {
          save_checkpoint(saved.train, path, {{"epoch", 1}, {"epoch", 2}});
        }) == "extra of " + path.string() + ": expected every name once, found \"epoch\" twice");
  CHECK(error_of([&] { load(saved.net, path); }) ==
        path.string() +
            ": expected a network's weights, found a checkpoint (load_checkpoint it into a trainer of the "
            "same settings, then save its model)");
  training<> larger(1, {.batch = 64});
  larger.steps(1);
  load_checkpoint(larger.train, path);
  CHECK(larger.train.steps() == 2);

  auto bytes = bytes_of(path);
  bytes[bytes.size() - 5] = static_cast<char>(bytes[bytes.size() - 5] ^ 1);
  put_bytes(dir / "damaged", bytes);
  CHECK(contains(refused(training<>(), dir / "damaged"), "is damaged: its checksum"));
  save(saved.net, dir / "weights");
  CHECK(refused(training<>(), dir / "weights") ==
        ": expected a checkpoint, found a safetensors file without vscg.format and vscg.checksum (load reads a "
        "network's weights)");

  // Sound files with other content.
  const auto file = io::open_checkpoint(path);
  const auto rewritten = [&](const char* leave_out, const char* add, float second_moment, const char* flat = "") {
    std::vector<std::vector<float>> kept;
    std::vector<std::pair<std::string, std::vector<std::size_t>>> described;
    for (const auto& tensor : file.tensors()) {
      if (tensor.name == leave_out) continue;
      kept.push_back(file.read<float>(tensor));
      if (tensor.name == "moment2.last.bias") kept.back()[0] = second_moment;
      described.emplace_back(tensor.name, tensor.shape);
      if (tensor.name == flat) described.back().second = {kept.back().size()};
    }
    if (*add != '\0') {
      kept.push_back({1});
      described.emplace_back(add, std::vector<std::size_t>{1});
    }
    std::vector<io::tensor_source> sources;
    for (std::size_t i = 0; i < kept.size(); ++i)
      sources.push_back(io::make_tensor_source<float>(described[i].first, described[i].second, kept[i]));
    io::write_checkpoint(dir / "rewritten", sources, file.metadata());
    return refused(training<>(), dir / "rewritten");
  };
  CHECK(contains(rewritten("moment1.last.bias", "", 0), "expected 15 arrays of this network, found 14"));
  CHECK(contains(rewritten("", "weights.other", 0), "expected arrays of this network, found weights.other"));
  CHECK(contains(rewritten("", "", 0, "weights.hidden.weight"),
                 ": tensor weights.hidden.weight: expected [5, 3], found [15]"));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(contains(rewritten("", "", -1), "adam: second moments: expected numbers of at least 0"));
  CHECK(contains(rewritten("", "", nan), "adam: second moments: expected finite numbers"));
}

TEST_CASE("a network with a name takes only its own checkpoints and weights") {
  const temporary_folder dir;
  training<double, nn::cross_entropy_loss, first_variant> first;
  first.steps(2);
  save_checkpoint(first.train, dir / "last.checkpoint");
  save(first.net, dir / "net.safetensors");
  training<double, nn::cross_entropy_loss, first_variant> same(2, {.batch = 4, .seed = 1});
  load_checkpoint(same.train, dir / "last.checkpoint");
  CHECK(same.steps(1) == first.steps(1));
  load(same.net, dir / "net.safetensors");
  training<double, nn::cross_entropy_loss, second_variant> other;
  CHECK(contains(error_of([&] { load_checkpoint(other.train, dir / "last.checkpoint"); }),
                 "expected weights of small (second), found weights of small (first)"));
  CHECK(contains(error_of([&] { load(other.net, dir / "net.safetensors"); }),
                 "expected weights of small (second), found weights of small (first)"));
  training<> single;
  CHECK(contains(error_of([&] { load_checkpoint(single.train, dir / "last.checkpoint"); }),
                 "last.checkpoint: scalar: expected float32, found float64"));
  CHECK(single.train.steps() == 0);
}

TEST_CASE("weights of a network without a name are saved and loaded, by names and shapes") {
  const temporary_folder dir;
  const net_of<> net{seed{1}};
  save(net, dir / "net.safetensors");
  net_of<> same{seed{2}};
  session infer(same.weights());
  const std::vector<float> x{1, 2, 3};
  infer.infer(x);
  load(same, dir / "net.safetensors");
  for (const auto& entry : net.weights().table().entries)
    CHECK(same.weights().get(entry.name) == net.weights().get(entry.name));
  CHECK(infer.infer(x).values()[0] == net.infer(x).numbers[0]);
  weights<small, double, cpu> wider(zeroed);
  load(wider, dir / "net.safetensors");
  CHECK(wider.get("average") == std::vector<double>(4, 1.0));

  net_of<float, network<6>> other{seed{1}};
  const auto before = other.weights().get("hidden.weight");
  const std::string message = error_of([&] { load(other, dir / "net.safetensors"); });
  CHECK(contains(message, "hidden.weight expected [6, 3] found [5, 3]"));
  CHECK(other.weights().get("hidden.weight") == before);
  save(net.weights(), dir / "again.safetensors");
  CHECK(bytes_of(dir / "again.safetensors") == bytes_of(dir / "net.safetensors"));
}
