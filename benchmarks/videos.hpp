// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <vscg/core/random.hpp>

namespace benchmarks {

inline constexpr std::size_t audio_size = 10 * 128;
inline constexpr std::size_t visual_size = 10 * 49 * 512;

inline std::vector<float> features(std::size_t count, const char* name) {
  const vscg::random_stream random(vscg::seed{1}, name);
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<float>(2 * std::max(0.0, 2 * random.uniform(i) - 1));
  }
  return values;
}

/// Made-up videos with the sizes and the sparsity of real ones, and their labels.
struct videos {
  std::size_t items;
  std::vector<float> audio, visual;
  std::vector<std::uint8_t> classes;
  std::vector<float> tags;
  explicit videos(std::size_t n)
      : items(n), audio(features(n * audio_size, "audio")), visual(features(n * visual_size, "visual")), tags(n * 29) {
    for (std::size_t i = 0; i < n * 10; ++i)
      classes.push_back(static_cast<std::uint8_t>(i % 10 < 4 ? 28 : i / 10 % 28));
  }
  std::span<const float> sound(std::size_t n) const { return {audio.data(), n * audio_size}; }
  std::span<const float> sight(std::size_t n) const { return {visual.data(), n * visual_size}; }
};

}  // namespace benchmarks
