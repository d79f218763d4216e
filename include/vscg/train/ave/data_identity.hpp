// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vscg/core/random.hpp>
#include <vscg/data/ave_dataset.hpp>

namespace vscg::train {

/// A number that tells data sets apart by their content: splits, labels, names, and the features of a few videos. It
/// does not depend on where the files are, how they store their numbers, or when they were written.
inline std::uint64_t data_identity(const data::ave_dataset& ave) {
  std::uint64_t hash = fnv1a("vscg data 1");
  const auto add = [&hash]<class T>(std::span<const T> values) {
    const auto bytes = std::as_bytes(values);
    hash = fnv1a(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()), hash);
  };
  const std::size_t rows = ave.videos() + ave.noisy_videos();
  add(std::span<const std::size_t>(std::array{ave.videos(), ave.noisy_videos()}));
  for (const data::split part : {data::split::train, data::split::validation, data::split::test}) add(ave.order(part));
  for (std::size_t row = 0; row < rows; ++row) {
    add(ave.segment_classes(row));
    add(ave.tag(row));
  }
  for (const std::string& name : ave.category_names()) hash = fnv1a(name + "\n", hash);

  const auto train = ave.order(data::split::train);
  std::vector<std::size_t> some{train.front(), train[train.size() / 2], ave.order(data::split::test).back(), rows - 1};
  std::vector<float> audio(some.size() * data::audio_video_values);
  std::vector<float> visual(some.size() * data::visual_video_values);
  ave.read<float>(some, audio, visual);
  add(std::span<const float>(audio));
  add(std::span<const float>(visual));
  return hash;
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
