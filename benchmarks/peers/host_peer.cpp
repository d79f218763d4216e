// SPDX-License-Identifier: MIT
//
// vscg's side of compare_hosts.py: host_peer NETWORK FOLDER THREADS, where NETWORK is cmran, dmin or cmbs, fully
// supervised. It reads one command per line and answers "ok" and numbers, or "error: ...":
//
//   losses N STEPS   the losses of the next steps of Adam on N videos, without dropout
//   train N CALLS    milliseconds of each call: a training step on N videos, with dropout

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <span>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/io/weights.hpp>
#include <vscg/nets/hosts/cmbs.hpp>
#include <vscg/nets/hosts/cmran.hpp>
#include <vscg/nets/hosts/dmin.hpp>
#include <vscg/nets/hosts/relevance_category_loss.hpp>
#include <vscg/train/ave/labels.hpp>
#include <vscg/vscg.hpp>

#include "inputs.hpp"

namespace {

using numbers = std::vector<double>;

template <class Network, class Loss>
class host {
 public:
  host(const std::string& name, const std::string& folder, vscg::threads n)
      : in_(folder), weights_(in_.folder / (name + ".safetensors")), threads_(n) {}

  numbers losses(std::size_t n, std::size_t steps) {
    learner plain(weights_, threads_, n, false);
    numbers result;
    for (std::size_t i = 0; i < steps; ++i) result.push_back(step(plain, n));
    return result;
  }

  numbers train(std::size_t n, std::size_t calls) {
    if (!held_ || held_->trainer.options().batch != n) held_ = std::make_unique<learner>(weights_, threads_, n, true);
    numbers times;
    for (std::size_t i = 0; i < calls; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      step(*held_, n);
      times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
    return times;
  }

 private:
  using model = vscg::model<Network, float, vscg::cpu>;

  struct learner {
    learner(const std::filesystem::path& weights, vscg::threads n, std::size_t batch, bool dropout)
        : trainer(net, vscg::adam{5e-4}, Loss{}, n, {.batch = batch, .micro_batch = 32, .dropout = dropout}) {
      vscg::load(net, weights);
    }
    model net{vscg::seed{1}};
    vscg::trainer<model, vscg::adam, Loss> trainer;
  };

  double step(learner& l, std::size_t n) {
    if (labels_ != n) {
      const std::vector<std::uint8_t> classes = in_.labels(n);
      Loss::fill(vscg::train::labels<float>{n, 10, 28, classes, {}}, targets_);
      labels_ = n;
    }
    return std::apply(
        [&](const auto&... target) { return l.trainer.step(in_.audio.first(n), in_.visual.first(n), target...).total; },
        targets_);
  }

  peers::inputs in_;
  std::filesystem::path weights_;
  vscg::threads threads_;
  std::size_t labels_ = 0;  // how many videos' are in targets_
  std::array<std::vector<float>, Loss::targets::count> targets_;
  std::unique_ptr<learner> held_;
};

template <class Host>
void serve(Host host) {
  std::cout.precision(17);
  for (std::string line; std::getline(std::cin, line);) {
    try {
      std::istringstream words(line);
      std::string command;
      std::size_t n = 0, count = 0;
      words >> command >> n >> count;
      if (words.fail() || (command != "losses" && command != "train"))
        throw vscg::expectation_error("command", "one of host_peer.cpp's", line);
      std::cout << "ok";
      for (const double x : command == "train" ? host.train(n, count) : host.losses(n, count)) std::cout << ' ' << x;
    } catch (const std::exception& problem) {
      std::cout << "error: " << problem.what();
    }
    std::cout << std::endl;
  }
}

}  // namespace

int main(int count, char** arguments) {
  const std::string name = count == 4 ? arguments[1] : "";
  const auto threads = [&] { return vscg::threads{std::strtoul(arguments[3], nullptr, 10)}; };
  if (name == "cmran") {
    serve(host<vscg::cmran<>, vscg::relevance_category_loss<>>(name, arguments[2], threads()));
  } else if (name == "dmin") {
    serve(host<vscg::dmin<>, vscg::self_relevance_loss<>>(name, arguments[2], threads()));
  } else if (name == "cmbs") {
    serve(host<vscg::cmbs<>, vscg::gated_relevance_loss<>>(name, arguments[2], threads()));
  } else {
    std::cerr << "usage: host_peer cmran|dmin|cmbs FOLDER THREADS\n";
    return 2;
  }
}
