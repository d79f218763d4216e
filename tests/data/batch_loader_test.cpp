// SPDX-License-Identifier: MIT
#include <chrono>
#include <limits>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/stopped.hpp>
#include <vscg/data/batch_loader.hpp>

#include "data/hdf5_fixture.hpp"
#include "support/error_of.hpp"

using namespace vscg::data;

namespace {

// Features with numbers, one of which is bad on request.
void fill(const small_ave& ave, const stored_as& how, bool bad_row_3 = false) {
  ave.write_features("visual_feature.h5", small_ave::videos, how, 0, [&](std::vector<double>& values) {
    if (bad_row_3) values[3 * visual_video_values] = std::numeric_limits<double>::quiet_NaN();
  });
  ave.write_features("audio_feature.h5", small_ave::videos);
}

template <class T>
void check_batch(const batch<T>& found, const std::vector<std::size_t>& rows, const small_ave& ave) {
  const std::size_t n = rows.size();
  REQUIRE(found.rows == rows);
  REQUIRE(found.audio.size() == n * audio_video_values);
  REQUIRE(found.visual.size() == n * visual_video_values);
  REQUIRE(found.segment_classes.size() == n * segments);
  REQUIRE(found.tags.size() == n * classes);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < audio_video_values; ++k) {
      wrong += found.audio[i * audio_video_values + k] == static_cast<T>(feature_value(rows[i], k)) ? 0 : 1;
    }
    for (std::size_t k = 0; k < visual_video_values; ++k) {
      wrong += found.visual[i * visual_video_values + k] == static_cast<T>(feature_value(rows[i], k)) ? 0 : 1;
    }
    T sum = 0;
    for (std::size_t t = 0; t < segments; ++t) {
      wrong += found.segment_classes[i * segments + t] == ave.class_of(rows[i], t) ? 0 : 1;
    }
    for (std::size_t c = 0; c < classes; ++c) sum += found.tags[i * classes + c];
    wrong += sum > T(0.999) && sum < T(1.001) ? 0 : 1;
  }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE_TEMPLATE("batches come in the order of the requests, whole", T, float, double) {
  for (const stored_as& how : {stored_as{}, stored_as{stored_as::float32, {1, 10, 7, 7, 512}, 1}}) {
    small_ave ave;
    fill(ave, how);
    const ave_dataset data = ave_dataset::open(ave.folder.path(), ave.options());
    batch_loader<T> loader(data, 3);
    const std::vector<std::vector<std::size_t>> order = {{0, 1, 2}, {5}, {4, 4, 3}, {2, 0}, {1}};
    for (const auto& rows : order) loader.request(rows);
    CHECK(loader.outstanding() == 5);
    for (const auto& rows : order) check_batch(loader.wait(), rows, ave);
    CHECK(loader.outstanding() == 0);
    loader.request({3});
    check_batch(loader.wait(), {3}, ave);
    check_mentions(error_of([&] { loader.wait(); }), {"batch_loader::wait", "none"});
  }
}

TEST_CASE("a batch stays as it is while the next one is read") {
  small_ave ave;
  fill(ave, {});
  const ave_dataset data = ave_dataset::open(ave.folder.path(), ave.options());
  batch_loader<float> loader(data, 2);
  loader.request({0, 1});
  loader.request({2, 3});
  loader.request({4, 5});
  const batch<float>& first = loader.wait();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // enough time to overwrite it
  check_batch(first, {0, 1}, ave);
  check_batch(loader.wait(), {2, 3}, ave);
  check_batch(loader.wait(), {4, 5}, ave);
  CHECK(loader.seconds_waited() >= 0.0);
}

TEST_CASE("an error belongs to its request; the requests after it are not lost") {
  small_ave ave;
  fill(ave, {}, true);
  const ave_dataset data = ave_dataset::open(ave.folder.path(), ave.options());
  batch_loader<float> loader(data, 2);
  loader.request({0});
  loader.request({2, 3});
  loader.request({9});
  loader.request({4});
  check_batch(loader.wait(), {0}, ave);
  check_mentions(error_of([&] { loader.wait(); }), {"visual_feature.h5: video row 3, segment 0", "NaN"});
  check_mentions(error_of([&] { loader.wait(); }), {"video row 9"});
  check_batch(loader.wait(), {4}, ave);
  check_mentions(error_of([&] { loader.request({0, 1, 2}); }), {"batch", "at most 2 videos", "found 3"});
}

TEST_CASE("a capacity that no memory could hold is refused, and its size does not overflow") {
  small_ave ave;
  fill(ave, {});
  const ave_dataset data = ave_dataset::open(ave.folder.path(), ave.options());
  const std::size_t many = std::size_t{1} << 56U;
  check_mentions(error_of([&] { batch_loader<float>(data, many); }),
                 {"bytes of two batches", "at most", std::to_string(many)});
}

TEST_CASE("a wait may be stopped; the request is still the earliest") {
  small_ave ave;
  fill(ave, {stored_as::float32, {1, 10, 7, 7, 512}, 1});
  const ave_dataset data = ave_dataset::open(ave.folder.path(), ave.options());
  batch_loader<float> loader(data, 400);
  loader.request(std::vector<std::size_t>(400, 3));  // long enough for `stop` to be asked
  CHECK_THROWS_AS(loader.wait([] { return true; }), vscg::stopped);
  CHECK(loader.outstanding() == 1);
}

TEST_CASE("a loader with pending requests ends") {
  small_ave ave;
  fill(ave, {});
  const ave_dataset data = ave_dataset::open(ave.folder.path(), ave.options());
  for (int i = 0; i < 20; ++i) {
    batch_loader<float> loader(data, 2);
    loader.request({0, 1});
    loader.request({2, 3});
    loader.request({4, 5});
    if (i % 2 == 0) loader.wait();
  }
}

TEST_CASE("two loaders of copies of one data set at the same time") {
  small_ave ave;
  fill(ave, {stored_as::float32, {1, 10, 7, 7, 512}, 1});  // through HDF5: the lock is used
  const ave_dataset data = ave_dataset::open(ave.folder.path(), ave.options());
  batch_loader<float> one(data, 2);
  batch_loader<double> other(ave_dataset(data), 2);
  for (int i = 0; i < 3; ++i) {
    one.request({0, 5});
    other.request({5, 1});
  }
  for (int i = 0; i < 3; ++i) {
    check_batch(one.wait(), {0, 5}, ave);
    check_batch(other.wait(), {5, 1}, ave);
  }
}
