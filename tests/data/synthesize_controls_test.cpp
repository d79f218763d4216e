// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/data/ave_dataset.hpp>
#include <vscg/data/synthesize.hpp>

#include "data/hdf5_fixture.hpp"
#include "support/temporary_folder.hpp"

using namespace vscg::data;

namespace {

constexpr std::size_t videos = 4;

struct features {
  std::vector<float> audio = std::vector<float>(videos * 10 * 128);
  std::vector<float> visual = std::vector<float>(videos * 10 * 49 * 512);
  std::vector<int> labels;

  features(const temporary_folder& folder, const std::string& name, withheld_sense sense) {
    synthesis_options options;
    options.videos = videos;
    options.noisy = 0;
    options.withheld = sense;
    synthesize(folder / name, options);
    const auto ave = ave_dataset::open(folder / name, {});
    std::vector<std::size_t> rows(videos);
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    ave.read(rows, std::span(audio), std::span(visual));
    for (const std::size_t row : rows) {
      for (const auto c : ave.segment_classes(row)) labels.push_back(c);
    }
  }
};

bool zero(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(), [](float x) { return x == 0.0F; });
}

}  // namespace

TEST_CASE("only the withheld sense changes, and without place every region shows the mean") {
  const temporary_folder folder;
  const features whole(folder, "whole", withheld_sense::nothing);
  const features deaf(folder, "deaf", withheld_sense::sound);
  const features blind(folder, "blind", withheld_sense::sight);
  const features blurred(folder, "blurred", withheld_sense::place);
  CHECK_FALSE(zero(whole.audio));
  CHECK_FALSE(zero(whole.visual));
  CHECK(zero(deaf.audio));
  CHECK(deaf.visual == whole.visual);
  CHECK(zero(blind.visual));
  CHECK(blind.audio == whole.audio);
  CHECK(blurred.audio == whole.audio);
  for (const auto* control : {&deaf, &blind, &blurred}) CHECK(control->labels == whole.labels);
  for (std::size_t c = 0; c < 512; ++c) {
    double sum = 0;
    for (std::size_t r = 0; r < 49; ++r) sum += static_cast<double>(whole.visual[r * 512 + c]);
    CHECK(static_cast<double>(blurred.visual[c]) == doctest::Approx(sum / 49).epsilon(1e-5));
    CHECK(blurred.visual[48 * 512 + c] == blurred.visual[c]);
  }
}
