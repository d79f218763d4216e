// SPDX-License-Identifier: MIT
//
// vscg's side of compare.py, which sends one command per line and reads one line of answer to each:
//
//   peer FOLDER THREADS
//
//   outputs N FILE           writes the network's outputs for the first N videos, and ESCM's alone for N streams
//   gradients N FILE         writes the gradients of the loss of N videos, without dropout
//   losses N STEPS           the losses of the next steps of Adam on N videos, without dropout
//   infer N CALLS AT_ONCE    milliseconds of each call: N videos in batches of AT_ONCE
//   train N CALLS            milliseconds of each call: a training step on N videos, with dropout
//   escm N CALLS             ESCM alone: inference of N videos
//   escm_train N CALLS       ESCM alone: a training step on N videos
//   epoch DATA CALLS         milliseconds of each epoch over a data set, then milliseconds of waiting for data
//
// FILE and DATA are names in FOLDER. The answer is "ok" and numbers, or "error: ...".

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include <vscg/data/ave.hpp>
#include <vscg/data/for_each_batch.hpp>
#include <vscg/io/weights.hpp>
#include <vscg/train/ave/evaluation.hpp>
#include <vscg/train/ave/labels.hpp>
#include <vscg/train/ave/protocol.hpp>
#include <vscg/vscg.hpp>

#include "collection.hpp"
#include "escm_alone.hpp"
#include "inputs.hpp"
#include "learner.hpp"
#include "thinker.hpp"

namespace {

using net = vscg::vscg_net;
using loss = vscg::negative_pair_filter_loss<>;
using numbers = std::vector<double>;
using arrays = std::array<std::span<const float>, net::inputs::count + loss::targets::count>;

const vscg::io::load_prefix whole{};
const vscg::io::load_prefix escm_only{.file = "escm", .table = ""};

double milliseconds_of(auto&& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

numbers each_call(std::size_t calls, auto&& work) {
  numbers times;
  for (std::size_t i = 0; i < calls; ++i) times.push_back(milliseconds_of(work));
  return times;
}

template <class Learner>
Learner& learner_for(std::unique_ptr<Learner>& held, const peers::inputs& in, const vscg::io::load_prefix& part,
                     vscg::threads n, std::size_t batch, bool dropout) {
  if (!held || held->trainer.options().batch != batch || held->trainer.options().dropout != dropout) {
    held.reset();
    held = std::make_unique<Learner>(in.weights(), part, n, batch, dropout);
  }
  return *held;
}

class peer {
 public:
  peer(const std::filesystem::path& folder, vscg::threads n) : in_(folder), threads_(n) {}

  void outputs(std::size_t n, const std::string& file) {
    peers::collection all;
    all.add({"event_relevance", "event_category", "similarity", "segment_scores", "attention"},
            network().for_batches_of(n).infer(in_.audio.first(n), in_.visual.first(n)));
    all.add({"escm.audio", "escm.visual"},
            escm().for_batches_of(n).infer(in_.stream_audio.first(n), in_.stream_visual.first(n)));
    all.write(in_.folder / file);
  }

  void gradients(std::size_t n, const std::string& file) {
    auto& l = learner(n, false);
    std::apply([&](const auto&... array) { l.trainer.gradients(array...); }, batch(n));
    peers::collection all;
    for (const auto& entry : l.net.weights().table().entries) {
      if (l.trainer.reached(entry.id)) all.add(entry.name, entry.shape, l.trainer.gradient(entry));
    }
    all.write(in_.folder / file);
  }

  numbers losses(std::size_t n, std::size_t steps) {
    auto& l = learner(n, false);
    const auto given = batch(n);
    numbers result;
    for (std::size_t i = 0; i < steps; ++i) result.push_back(step(l, given));
    return result;
  }

  numbers train(std::size_t n, std::size_t calls) {
    auto& l = learner(n, true);
    const auto given = batch(n);
    return each_call(calls, [&] { step(l, given); });
  }

  numbers infer(std::size_t n, std::size_t calls, std::size_t at_once) {
    auto& s = network().for_batches_of(std::min(n, at_once));
    const auto audio = in_.audio.first(n);
    const auto visual = in_.visual.first(n);
    return each_call(calls, [&] {
      for (std::size_t first = 0; first < n; first += at_once) {
        const std::size_t items = std::min(at_once, n - first);
        s.infer(audio.subspan(first * vscg::data::audio_video_values, items * vscg::data::audio_video_values),
                visual.subspan(first * vscg::data::visual_video_values, items * vscg::data::visual_video_values));
      }
    });
  }

  numbers infer_escm(std::size_t n, std::size_t calls) {
    auto& s = escm().for_batches_of(n);
    const auto audio = in_.stream_audio.first(n);
    const auto visual = in_.stream_visual.first(n);
    return each_call(calls, [&] { s.infer(audio, visual); });
  }

  numbers train_escm(std::size_t n, std::size_t calls) {
    auto& l = learner_for(escm_learner_, in_, escm_only, threads_, n, true);
    const auto audio = in_.stream_audio.first(n);
    const auto visual = in_.stream_visual.first(n);
    return each_call(calls, [&] { l.trainer.step(audio, visual, audio, visual); });
  }

  /// Runs an epoch as ave_train does: the next batch is read while this one trains.
  numbers epoch(const std::string& data, std::size_t calls) {
    constexpr std::size_t size = 128;
    if (!loader_) {
      vscg::data::ave_options options;
      options.required = {vscg::data::split::train};
      data_ = vscg::data::ave_dataset::open(in_.folder / data, options);
      loader_ = std::make_unique<vscg::data::batch_loader<float>>(*data_, size);
    }
    auto& l = learner(size, true);
    numbers waits;
    numbers result = each_call(calls, [&] {
      const double waited = loader_->seconds_waited();
      const auto batches =
          vscg::train::epoch_batches(vscg::train::batch_order::shuffled, false, data_->order(vscg::data::split::train),
                                     size, vscg::seed{1}, ++epoch_);
      vscg::data::for_each_batch(*loader_, std::span<const std::vector<std::size_t>>(batches),
                                 [&](std::size_t, const vscg::data::batch<float>& b) {
                                   step(l, with_targets(b.audio, b.visual, b.segment_classes));
                                   return true;
                                 });
      waits.push_back((loader_->seconds_waited() - waited) * 1e3);
    });
    result.insert(result.end(), waits.begin(), waits.end());
    return result;
  }

  /// Runs a command and returns the numbers of its answer; throws vscg::expectation_error for an unknown one.
  numbers answer(const std::string& line) {
    std::istringstream words(line);
    std::string command, name;
    std::size_t n = 0, calls = 0, at_once = 0;
    words >> command;
    const auto expect_end = [&] {
      if (words.fail() || !(words >> std::ws).eof())
        throw vscg::expectation_error("command", "one of peer.cpp's", line);
    };
    numbers result;
    if (command == "outputs" || command == "gradients") {
      words >> n >> name, expect_end();
      command == "outputs" ? outputs(n, name) : gradients(n, name);
    } else if (command == "infer") {
      words >> n >> calls >> at_once, expect_end();
      result = infer(n, calls, std::max<std::size_t>(at_once, 1));
    } else if (command == "epoch") {
      words >> name >> calls, expect_end();
      result = epoch(name, calls);
    } else {
      words >> n >> calls, expect_end();
      if (command == "losses")
        result = losses(n, calls);
      else if (command == "train")
        result = train(n, calls);
      else if (command == "escm")
        result = infer_escm(n, calls);
      else if (command == "escm_train")
        result = train_escm(n, calls);
      else
        throw vscg::expectation_error("command", "one of peer.cpp's", line);
    }
    return result;
  }

 private:
  using network_learner = peers::learner<net, loss>;

  peers::thinker<net>& network() {
    if (!network_) network_.emplace(in_.weights(), whole, threads_);
    return *network_;
  }
  peers::thinker<peers::escm_alone>& escm() {
    if (!escm_) escm_.emplace(in_.weights(), escm_only, threads_);
    return *escm_;
  }
  network_learner& learner(std::size_t batch, bool dropout) {
    return learner_for(learner_, in_, whole, threads_, batch, dropout);
  }

  /// The first n videos and their targets; valid until the next call of this or of with_targets().
  arrays batch(std::size_t n) {
    classes_ = in_.labels(n);
    return with_targets(in_.audio.first(n), in_.visual.first(n), classes_);
  }
  arrays with_targets(std::span<const float> audio, std::span<const float> visual,
                      std::span<const std::uint8_t> classes) {
    loss::fill(vscg::train::labels<float>{classes.size() / 10, 10, 28, classes, {}}, targets_);
    return std::apply([&](const auto&... target) { return arrays{audio, visual, target...}; }, targets_);
  }
  static double step(network_learner& l, const arrays& given) {
    return std::apply([&](const auto&... array) { return l.trainer.step(array...).total; }, given);
  }

  peers::inputs in_;
  vscg::threads threads_;
  std::vector<std::uint8_t> classes_;
  std::array<std::vector<float>, loss::targets::count> targets_;
  std::optional<peers::thinker<net>> network_;
  std::optional<peers::thinker<peers::escm_alone>> escm_;
  std::unique_ptr<network_learner> learner_;
  std::unique_ptr<peers::learner<peers::escm_alone, peers::stream_loss>> escm_learner_;
  std::optional<vscg::data::ave_dataset> data_;
  std::unique_ptr<vscg::data::batch_loader<float>> loader_;
  std::size_t epoch_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::cerr << "usage: peer FOLDER THREADS\n";
    return 2;
  }
  peer p(arguments[1], vscg::threads{std::strtoul(arguments[2], nullptr, 10)});
  std::cout.precision(17);
  for (std::string line; std::getline(std::cin, line);) {
    try {
      const auto numbers = p.answer(line);
      std::cout << "ok";
      for (const double x : numbers) std::cout << ' ' << x;
    } catch (const std::exception& problem) {
      std::cout << "error: " << problem.what();
    }
    std::cout << std::endl;
  }
}
