// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/train/ave/evaluation.hpp>

#include "train/ave/small_run.hpp"

using namespace vscg::train;

TEST_CASE("batches come in order, each once; the caller may stop") {
  const auto ave = small::open_data();
  vscg::data::batch_loader<float> loader(ave, 2);
  const std::vector<std::vector<std::size_t>> lists = {{0, 1}, {2}, {3, 4}, {5}};
  std::vector<std::size_t> seen;
  for_each_batch(loader, std::span<const std::vector<std::size_t>>(lists), [&](std::size_t i, const auto& batch) {
    CHECK(batch.rows == lists[i]);
    seen.push_back(i);
    return true;
  });
  CHECK(seen == std::vector<std::size_t>{0, 1, 2, 3});
  CHECK(loader.outstanding() == 0);

  seen.clear();
  for_each_batch(loader, std::span<const std::vector<std::size_t>>(), [&](std::size_t, const auto&) { return true; });
  for_each_batch(loader, std::span<const std::vector<std::size_t>>(lists), [&](std::size_t i, const auto&) {
    seen.push_back(i);
    return i < 1;
  });
  CHECK(seen == std::vector<std::size_t>{0, 1});
}

TEST_CASE("an evaluation counts every segment of the rows, whatever the batches") {
  const auto ave = small::open_data();
  const vscg::model<small::network, float, vscg::cpu> net(vscg::seed{3});
  using evaluator_type = evaluator<small::network, float, vscg::cpu>;
  evaluator_type evaluate(net.weights(), vscg::threads{2});
  vscg::data::batch_loader<float> loader(ave, evaluator_type::videos);
  std::vector<std::size_t> rows(ave.videos());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  REQUIRE(rows.size() > evaluator_type::videos);  // two batches, the second not full
  const auto counts = evaluate(loader, rows);
  REQUIRE(counts);

  // The same, counted one video at a time.
  confusion_matrix expected(28);
  for (const std::size_t row : rows) {
    std::vector<float> audio(vscg::data::audio_video_values);
    std::vector<float> visual(vscg::data::visual_video_values);
    ave.read<float>(std::vector<std::size_t>{row}, audio, visual);
    expected.add(ave.segment_classes(row), predict(net.infer(audio, visual)).classes);
  }
  CHECK(expected.total() == 10 * rows.size());
  for (std::size_t truth = 0; truth < 29; ++truth) {
    for (std::size_t said = 0; said < 29; ++said) CHECK(counts->count(truth, said) == expected.count(truth, said));
  }

  CHECK(!evaluate(loader, rows, [] { return true; }).has_value());
}
