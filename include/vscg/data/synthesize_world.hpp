// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/random.hpp>
#include <vscg/data/synthesize_scene.hpp>
#include <vscg/data/types.hpp>

namespace vscg::data {
inline namespace VSCG_INSTRUCTION_SET {

/// A world of 28 categories, made from a seed: how each sounds (128 channels) and looks (512 channels), and what the
/// feature extractors make of a scene. Like VGGish's and VGG-19's, the features are never negative and mostly zero.
/// Everything about a video is a pure function of (seed, its number, its event); a world is const and may be shared.
class synthetic_world {
 public:
  explicit synthetic_world(seed s, const synthetic_difficulty& difficulty = {})
      : difficulty_(difficulty),
        scenes_(s, "synthesize.scene"),
        sights_(s, "synthesize.sight"),
        sounds_(s, "synthesize.sound"),
        visual_noise_(s, "synthesize.visual_noise"),
        audio_noise_(s, "synthesize.audio_noise") {
    const random_stream prototypes(s, "synthesize.prototype");
    std::uint64_t lane = 0;
    for (auto& p : sound_) p = prototype(audio_channels, 20, 0.6, dice(prototypes, lane++));
    for (auto& p : look_) p = prototype(visual_channels, 24, 4.0, dice(prototypes, lane++));
    common_sound_ = prototype(audio_channels, 48, 0.15, dice(prototypes, lane++));
    object_ = prototype(visual_channels, 16, 4.0, dice(prototypes, lane++));
    motion_ = prototype(visual_channels, 16, 4.0, dice(prototypes, lane++));
    // Exponential with many zeros, as a table of its quantiles: one value costs 16 random bits and a look-up.
    for (std::size_t i = 0; i < table_size; ++i) {
      const double u = (static_cast<double>(i) + 0.5) / static_cast<double>(table_size);
      visual_table_[i] = quantile(u, 0.15, difficulty.visual_noise);
      audio_table_[i] = quantile(u, 0.3, difficulty.audio_noise);
    }
  }

  /// The scene of video `number` with an event of `category` in the segments start <= t < end.
  synthetic_scene scene(std::uint64_t number, std::size_t category, std::size_t start, std::size_t end) const {
    if (category >= categories || start > end || end > segments) {
      throw expectation_error(
          "synthetic event", "category < 28 and start <= end <= 10",
          "category " + std::to_string(category) + ", " + std::to_string(start) + " to " + std::to_string(end));
    }
    return draw_scene(category, start, end, difficulty_, dice(scenes_, number));
  }

  /// audio [10, 128] of the scene of video `number`.
  void hear(const synthetic_scene& scene, std::uint64_t number, std::span<float, audio_video_values> audio) const {
    dice draw(sounds_, number);
    noise(audio, audio_table_, audio_noise_, number);
    const prototype_type ambience = prototype(audio_channels, 24, static_cast<double>(difficulty_.ambience), draw);
    for (std::size_t t = 0; t < segments; ++t) {
      const auto heard = audio.subspan(t * audio_channels, audio_channels);
      const auto loudness = static_cast<float>(draw.uniform(0.7, 1.3));
      add(heard, common_sound_, 1.0F);
      add(heard, ambience, static_cast<float>(draw.uniform(0.5, 1.5)));
      if (scene.sound[t] == synthetic_scene::silence) continue;
      add(heard, sound_[synthetic_likeness::sound(scene.sound[t])], loudness);
    }
  }

  /// visual [10, 7, 7, 512] of the scene of video `number`.
  void see(const synthetic_scene& scene, std::uint64_t number, std::span<float, visual_video_values> visual) const {
    noise(visual, visual_table_, visual_noise_, number);
    dice draw(sights_, number);
    for (const scene_object& object : scene.objects) see_object(object, draw, visual);
    for (const scene_patch& patch : scene.patches) see_patch(patch, draw, visual);
  }

 private:
  struct entry {
    std::uint32_t channel;
    float value;
  };
  using prototype_type = std::vector<entry>;
  static constexpr std::size_t table_size = 4096;
  using table = std::array<float, table_size>;

  static float quantile(double u, double active, float mean) {
    return u < 1.0 - active ? 0.0F : static_cast<float>(-std::log((1.0 - u) / active)) * mean;
  }

  // `active` different channels with values around `mean`.
  static prototype_type prototype(std::size_t channels, std::size_t active, double mean, dice&& draw) {
    return prototype(channels, active, mean, draw);
  }
  static prototype_type prototype(std::size_t channels, std::size_t active, double mean, dice& draw) {
    prototype_type result;
    std::vector<bool> taken(channels, false);
    while (result.size() < active) {
      const std::size_t channel = draw.below(channels);
      if (taken[channel]) continue;
      taken[channel] = true;
      result.push_back({static_cast<std::uint32_t>(channel), static_cast<float>(mean * draw.uniform(0.5, 1.5))});
    }
    return result;
  }

  static void add(std::span<float> values, const prototype_type& prototype, float weight) {
    for (const entry& e : prototype) values[e.channel] += weight * e.value;
  }

  static void noise(std::span<float> values, const table& quantiles, const random_stream& stream, std::uint64_t lane) {
    for (std::size_t i = 0; i < values.size(); i += 4) {
      const std::uint64_t bits = stream.bits(i / 4, lane);
      for (std::size_t j = 0; j < 4; ++j) values[i + j] = quantiles[(bits >> (16 * j + 4)) & (table_size - 1)];
    }
  }

  // No two dogs are alike: in each object, every channel of a prototype has its own gain, and some are missing.
  prototype_type instance(const prototype_type& of, dice& draw, float weight) const {
    prototype_type result;
    const double spread = static_cast<double>(difficulty_.instance);
    for (const entry& e : of) {
      const auto gain = static_cast<float>(draw.uniform(1.0 - spread, 1.0 + spread));
      if (!draw.chance(0.4 * spread)) result.push_back({e.channel, weight * gain * e.value});
    }
    return result;
  }

  void see_object(const scene_object& object, dice& draw, std::span<float, visual_video_values> visual) const {
    prototype_type seen = instance(look_[synthetic_likeness::look(object.category)], draw, 1.0F);
    for (const entry& e : instance(object_, draw, 1.0F)) seen.push_back(e);
    for (std::size_t t = 0; t < segments; ++t) {
      if (!object.visible[t]) continue;
      for (std::size_t region = 0; region < regions; ++region) {
        const float down = static_cast<float>(region / 7) - object.row[t];
        const float right = static_cast<float>(region % 7) - object.column[t];
        const float nearness = 1.0F - (down * down + right * right) / 3.0F;  // no exp: the same bits with every libm
        if (nearness <= 0.0F) continue;
        const auto here = visual.subspan((t * regions + region) * visual_channels, visual_channels);
        add(here, seen, nearness * nearness);
        if (object.moving[t]) add(here, motion_, nearness * nearness);
      }
    }
  }

  void see_patch(const scene_patch& patch, dice& draw, std::span<float, visual_video_values> visual) const {
    const prototype_type seen = instance(look_[patch.look], draw, difficulty_.clutter);
    for (std::size_t region = 0; region < regions; ++region) {
      const float down = static_cast<float>(region / 7) - patch.row;
      const float right = static_cast<float>(region % 7) - patch.column;
      if (down * down + right * right > patch.radius * patch.radius) continue;
      for (std::size_t t = 0; t < segments; ++t) {
        const auto here = visual.subspan((t * regions + region) * visual_channels, visual_channels);
        add(here, seen, 1.0F);
        if (patch.moving[t]) add(here, motion_, difficulty_.clutter);
      }
    }
  }

  synthetic_difficulty difficulty_;
  random_stream scenes_, sights_, sounds_, visual_noise_, audio_noise_;
  std::array<prototype_type, synthetic_likeness::sounds> sound_;
  std::array<prototype_type, synthetic_likeness::looks> look_;
  prototype_type common_sound_, object_, motion_;
  table visual_table_{}, audio_table_{};
};

}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg::data

#include <vscg/core/end.hpp>
