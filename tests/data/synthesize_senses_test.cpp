// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Dense>
#include <doctest/doctest.h>

#include <vscg/data/synthesize_annotations.hpp>
#include <vscg/data/synthesize_world.hpp>

// Checks that a synthesized set needs both senses, the attention and background. A simple classifier, linear in what it
// hears and in what it sees in each region, is fitted with all of them and with one removed.

using namespace vscg;
using namespace vscg::data;

namespace {

using likeness = synthetic_likeness;
using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Ridge regression of `wanted` on `features` and a constant.
class linear_fit {
 public:
  linear_fit(const matrix& features, const matrix& wanted) {
    const matrix x = with_one(features);
    matrix normal = x.transpose() * x;
    normal.diagonal().array() += 0.01F * static_cast<float>(x.rows());
    weights_ = normal.ldlt().solve(x.transpose() * wanted);
  }
  matrix operator()(const matrix& features) const { return with_one(features) * weights_; }

 private:
  static matrix with_one(const matrix& features) {
    matrix x(features.rows(), features.cols() + 1);
    x << features, matrix::Ones(features.rows(), 1);
    return x;
  }
  matrix weights_;
};

struct video {
  synthetic_event event;
  synthetic_scene scene;
  matrix audio, visual;  // [10, 128], [490, 512]
};

std::vector<video> videos(std::size_t first, std::size_t count) {
  const synthetic_world world(seed{1});
  std::vector<video> result(count);
  for (std::size_t i = 0; i < count; ++i) {
    video& v = result[i];
    v.event = generate_event(seed{1}, first + i);
    v.scene = world.scene(first + i, v.event.category, v.event.start, v.event.end);
    v.audio.resize(10, 128);
    v.visual.resize(490, 512);
    world.hear(v.scene, first + i, std::span<float, audio_video_values>(v.audio.data(), audio_video_values));
    world.see(v.scene, first + i, std::span<float, visual_video_values>(v.visual.data(), visual_video_values));
  }
  return result;
}

Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

// Which of the seven sounds is heard: [segments, 7].
linear_fit fit_ear(const std::vector<video>& train) {
  matrix heard(index(train.size() * 10), 128), wanted = matrix::Zero(heard.rows(), index(likeness::sounds));
  for (std::size_t i = 0; i < train.size(); ++i) {
    heard.middleRows(index(i * 10), 10) = train[i].audio;
    for (std::size_t t = 0; t < 10; ++t) {
      const std::size_t sound = train[i].scene.sound[t];
      if (sound != synthetic_scene::silence) wanted(index(i * 10 + t), index(likeness::sound(sound))) = 1.0F;
    }
  }
  return {heard, wanted};
}

bool shows(const scene_object& object, std::size_t t) { return object.visible[t] && object.moving[t]; }

// Which of the fourteen looks is seen in a region: moving objects in their middle, against regions without one.
linear_fit fit_eye(const std::vector<video>& train) {
  std::vector<std::array<std::size_t, 3>> samples;  // row of the matrix of all regions, video, look or none
  dice draw(random_stream(seed{7}, "test"), 0);
  for (std::size_t i = 0; i < train.size(); ++i) {
    for (std::size_t t = 0; t < 10; t += 3) {
      for (const scene_object& object : train[i].scene.objects) {
        if (!shows(object, t)) continue;
        const auto row = static_cast<std::size_t>(object.row[t] + 0.5F),
                   column = static_cast<std::size_t>(object.column[t] + 0.5F);
        samples.push_back({t * 49 + row * 7 + column, i, likeness::look(object.category)});
      }
      for (int n = 0; n < 4; ++n) {
        const std::size_t region = draw.below(49);
        bool empty = true;
        for (const scene_object& object : train[i].scene.objects) {
          const float down = static_cast<float>(region / 7) - object.row[t],
                      right = static_cast<float>(region % 7) - object.column[t];
          empty = empty && (!shows(object, t) || down * down + right * right > 4.0F);
        }
        if (empty) samples.push_back({t * 49 + region, i, likeness::looks});
      }
    }
  }
  matrix seen(index(samples.size()), 512), wanted = matrix::Zero(seen.rows(), index(likeness::looks));
  for (std::size_t n = 0; n < samples.size(); ++n) {
    seen.row(index(n)) = train[samples[n][1]].visual.row(index(samples[n][0]));
    if (samples[n][2] < likeness::looks) wanted(index(n), index(samples[n][2])) = 1.0F;
  }
  return {seen, wanted};
}

matrix mean_of_regions(const video& v) {
  matrix result(10, 512);
  for (Eigen::Index t = 0; t < 10; ++t) result.row(t) = v.visual.middleRows(t * 49, 49).colwise().mean();
  return result;
}

// The same from the mean of all regions: which looks move anywhere in the picture.
linear_fit fit_blurred_eye(const std::vector<video>& train) {
  matrix seen(index(train.size() * 10), 512), wanted = matrix::Zero(seen.rows(), index(likeness::looks));
  for (std::size_t i = 0; i < train.size(); ++i) {
    seen.middleRows(index(i * 10), 10) = mean_of_regions(train[i]);
    for (std::size_t t = 0; t < 10; ++t) {
      for (const scene_object& object : train[i].scene.objects) {
        if (shows(object, t)) wanted(index(i * 10 + t), index(likeness::look(object.category))) = 1.0F;
      }
    }
  }
  return {seen, wanted};
}

using evidence = std::vector<matrix>;  // [10, 28] per video, not negative

// Turns [10, sounds or looks] into [10, 28]: categories that are alike get the same.
template <class Kind>
matrix by_category(const matrix& kinds, Kind&& kind_of) {
  matrix result(kinds.rows(), 28);
  for (std::size_t c = 0; c < categories; ++c) result.col(index(c)) = kinds.col(index(kind_of(c))).cwiseMax(0.0F);
  return result;
}

// A video's category is the one with most evidence; segments whose evidence is below a threshold are background.
double accuracy(const std::vector<video>& set, const evidence& found, float threshold) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < set.size(); ++i) {
    Eigen::Index category = 0;
    found[i].colwise().sum().maxCoeff(&category);
    for (std::size_t t = 0; t < 10; ++t) {
      const synthetic_event& event = set[i].event;
      const std::size_t truth = event.start <= t && t < event.end ? event.category : background;
      const std::size_t said =
          found[i](index(t), category) > threshold ? static_cast<std::size_t>(category) : background;
      right += said == truth ? 1U : 0U;
    }
  }
  return static_cast<double>(right) / static_cast<double>(set.size() * 10);
}

// Accuracy on `test` with the best threshold on `train`, so that no control loses because of a bad one.
template <class Evidence>
double best(const std::vector<video>& train, const std::vector<video>& test, Evidence&& find) {
  evidence known, fresh;
  for (const video& v : train) known.push_back(find(v));
  for (const video& v : test) fresh.push_back(find(v));
  double top = -1;
  float chosen = 0;
  for (int step = -1; step <= 60; ++step) {
    const float threshold = step < 0 ? -1.0F : 0.01F * static_cast<float>(step);
    const double reached = accuracy(train, known, threshold);
    if (reached > top) {
      top = reached;
      chosen = threshold;
    }
  }
  return accuracy(test, fresh, chosen);
}

}  // namespace

TEST_CASE("a classifier deprived of a sense, of attention or of background is clearly worse") {
  const std::vector<video> train = videos(0, 168), test = videos(168, 112);
  const linear_fit ear = fit_ear(train), eye = fit_eye(train), blurred = fit_blurred_eye(train);
  const auto heard = [&](const video& v) { return by_category(ear(v.audio), likeness::sound); };
  const auto seen = [&](const video& v) {
    const matrix everywhere = eye(v.visual);
    matrix best_region(10, everywhere.cols());
    for (Eigen::Index t = 0; t < 10; ++t) best_region.row(t) = everywhere.middleRows(t * 49, 49).colwise().maxCoeff();
    return by_category(best_region, likeness::look);
  };
  const auto both = [&](const video& v) -> matrix { return heard(v).cwiseProduct(seen(v)); };
  const auto inattentive = [&](const video& v) -> matrix {
    return heard(v).cwiseProduct(by_category(blurred(mean_of_regions(v)), likeness::look));
  };

  const double with_both = best(train, test, both);
  const double blind = best(train, test, heard), deaf = best(train, test, seen), mean = best(train, test, inattentive);
  evidence found;
  double background_share = 0;
  for (const video& v : test) {
    found.push_back(both(v));
    background_share += static_cast<double>(10 - (v.event.end - v.event.start)) / static_cast<double>(test.size() * 10);
  }
  const double eager = accuracy(test, found, -1.0F);
  MESSAGE("both " << with_both << ", blind " << blind << ", deaf " << deaf << ", mean of regions " << mean
                  << ", never background " << eager << ", always background " << background_share);
  CHECK(with_both > 0.65);
  CHECK(blind < with_both - 0.2);
  CHECK(deaf < with_both - 0.2);
  CHECK(mean < with_both - 0.1);
  CHECK(eager < with_both - 0.1);
  CHECK(background_share < with_both - 0.25);
}
