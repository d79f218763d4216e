// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <vscg/backend/memory.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/for_each_part.hpp>
#include <vscg/core/start_thread.hpp>
#include <vscg/data/types.hpp>
#include <vscg/io/traced_network.hpp>
#include <vscg/io/weights.hpp>
#include <vscg/model/inference_ahead.hpp>
#include <vscg/train/ave/metadata.hpp>
#include <vscg/train/ave/prediction.hpp>
#include <vscg/train/computed_on.hpp>
#include <vscg/vscg.hpp>

#include "networks/infer_networks.hpp"
#include "networks/network.hpp"

namespace networks {

/// Puts any network of this library behind the interface of the programs.
template <class Network, class Scalar, class Backend = vscg::cpu>
class inferring_network final : public network {
 public:
  inferring_network(const std::filesystem::path& path, vscg::threads threads)
      : weights_(vscg::zeroed),
        metadata_(vscg::io::load_weights(weights_, path).value()),
        ave_(vscg::train::ave_metadata_of(metadata_, path.string())),
        session_(weights_, threads, vscg::batch_capacity{at_once}) {
    if (vscg::train::judges_by_relevance<Network, Scalar, Backend> && !ave_.relevance_threshold)
      throw vscg::expectation_error(path.string() + ": vscg.relevance_threshold", "a number from 0 to 1", "none");
  }

  const vscg::io::network_metadata& metadata() const override { return metadata_; }
  const vscg::train::ave_metadata& ave() const override { return ave_; }
  const vscg::train::computed_on& on() const override { return on_; }
  vscg::io::traced_network traced() const override { return vscg::io::traced_network_of(session_, weights_); }

  void localize(const feature_source& videos, double threshold,
                const std::function<void(const localization&)>& take) override {
    const std::size_t all = videos.videos();
    std::array<group, 2> groups{group(std::min(all, at_once)), group(std::min(all, at_once))};
    const auto read = [&](std::size_t first) {
      group& into = groups[first / at_once % 2];
      into.videos = std::min(at_once, all - first);
      videos.read(first, into.audio_values(), into.visual_values());
    };
    const auto read_ahead = [&](std::size_t first) {
      return vscg::start_thread([&] { return std::async(std::launch::async, read, first); },
                                "one more, which reads ahead");
    };
    localization said;
    const auto tell = [&](const auto& found) {
      if (!found) return;
      said.first = found->call * at_once;
      said.videos = std::min(at_once, all - said.first);
      said.classes = std::move(vscg::train::predict(found->outputs, threshold).classes);
      said.scores = vscg::train::class_scores(found->outputs);
      said.attention = attention_of(found->outputs);
      take(said);
    };
    ahead_.drop();  // an earlier call may have ended early
    std::future<void> next = read_ahead(0);
    vscg::for_each_part(all, at_once, [&](std::size_t first, std::size_t) {
      next.get();
      if (first + at_once < all) next = read_ahead(first + at_once);
      group& now = groups[first / at_once % 2];
      tell(ahead_.infer(now.audio_values(), now.visual_values()));
    });
    tell(ahead_.finish());
  }

 private:
  static constexpr std::size_t at_once = 16;

  template <class Outputs>
  static std::vector<float> attention_of(const Outputs& outputs) {
    if constexpr (requires { outputs.attention.values(); }) {
      const auto shares = outputs.attention.values();
      std::vector<float> attention(shares.size());
      std::ranges::transform(shares, attention.begin(), [](Scalar x) { return static_cast<float>(x); });
      return attention;
    } else {
      return {};
    }
  }

  struct group {
    std::size_t videos = 0;
    vscg::buffer<Scalar, typename Backend::memory::host> audio, visual;  // a device copies from there by itself
    explicit group(std::size_t most)
        : audio(most * vscg::data::audio_video_values), visual(most * vscg::data::visual_video_values) {}
    std::span<Scalar> audio_values() { return {audio.data(), videos * vscg::data::audio_video_values}; }
    std::span<Scalar> visual_values() { return {visual.data(), videos * vscg::data::visual_video_values}; }
  };

  vscg::weights<Network, Scalar, Backend> weights_;
  vscg::io::network_metadata metadata_;
  vscg::train::ave_metadata ave_;
  vscg::train::computed_on on_ = vscg::train::computed_on_of<Scalar, Backend>();
  vscg::session<Network, Scalar, Backend> session_;
  vscg::inference_ahead<vscg::session<Network, Scalar, Backend>> ahead_{session_};
};

/// The body of every infer_… function.
template <class Network>
std::unique_ptr<network> infer_network(const std::filesystem::path& weights, precision p, vscg::threads threads) {
  if (p == precision::in_double) return std::make_unique<inferring_network<Network, double>>(weights, threads);
  return std::make_unique<inferring_network<Network, float>>(weights, threads);
}

}  // namespace networks
