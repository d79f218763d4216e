// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/memory.hpp>
#include <vscg/core/team.hpp>
#include <vscg/model/double_buffer.hpp>
#include <vscg/model/inference_ahead.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/session.hpp>
#include <vscg/model/trainer.hpp>

#include "model/small_training.hpp"
#include "support/pinned_host.hpp"
#include "support/recording_backend.hpp"

// A batch that already lies where a device can copy from comes from there, without a copy on the host.

using recording::late;
using small_training::small_network;
using small_training::squared_distance;

namespace {

struct far_memory : recording::far_memory {
  using host = pinned_host;
};

std::vector<const void*> copied_from;  // since it was last cleared

struct device : recording::backend<far_memory> {
  template <class T>
  struct executor : recording::backend<far_memory>::executor<T> {
    using recording::backend<far_memory>::executor<T>::executor;
    void copy_in_beside(void* to, const void* from, std::size_t bytes) {
      copied_from.push_back(from);
      recording::backend<far_memory>::executor<T>::copy_in_beside(to, from, bytes);
    }
  };
};

using far = vscg::model<small_network, double, device>;

constexpr std::size_t sizes[]{8, 8, 5, 8, 3};

/// Items from the caller's pinned memory, which a new batch spoils.
class loader {
 public:
  std::span<const double> x(std::size_t step) {
    const auto numbers = small_training::data(sizes[step]).x;
    std::transform(numbers.begin(), numbers.end(), block_.data(),
                   [&](double number) { return number + 0.1 * static_cast<double>(step); });
    return {block_.data(), numbers.size()};
  }
  void spoil() { std::fill_n(block_.data(), block_.size(), std::nan("")); }

 private:
  vscg::buffer<double, pinned_host> block_{3 * sizes[0]};
};

std::vector<double> trained(bool ahead_of_time) {
  far net{vscg::seed{1}};
  vscg::trainer t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, small_training::of(8, 3, true));
  vscg::double_buffer ahead(t);
  loader load;
  std::vector<double> losses;
  for (std::size_t step = 0; step < std::size(sizes); ++step) {
    const auto x = load.x(step);
    const auto y = small_training::data(sizes[step]).y;
    if (!ahead_of_time) {
      losses.push_back(t.step(x, y).total);
      continue;
    }
    copied_from.clear();
    if (const auto report = ahead.step(x, y)) losses.push_back(report->total);
    REQUIRE(copied_from.size() == 3);  // what a step reads first, x, y
    CHECK(copied_from[0] != x.data());
    CHECK(copied_from[1] == x.data());
    CHECK(copied_from[2] != y.data());
    load.spoil();
  }
  if (const auto report = ahead.finish()) losses.push_back(report->total);
  const auto weights = small_training::flat(net);
  losses.insert(losses.end(), weights.begin(), weights.end());
  return losses;
}

std::vector<double> inferred(bool ahead_of_time) {
  const far net{vscg::seed{1}};
  vscg::session s(net, vscg::threads{1}, vscg::batch_capacity{8});
  vscg::inference_ahead ahead(s);
  loader load;
  std::vector<double> numbers;
  const auto add = [&](std::span<const double> values) { numbers.insert(numbers.end(), values.begin(), values.end()); };
  for (std::size_t call = 0; call < std::size(sizes); ++call) {
    const auto x = load.x(call);
    if (!ahead_of_time) {
      add(s.infer(x).values());
      continue;
    }
    copied_from.clear();
    if (const auto found = ahead.infer(x)) add(found->outputs.values());
    CHECK(std::ranges::count(copied_from, static_cast<const void*>(x.data())) == 1);
    load.spoil();
  }
  if (const auto found = ahead.finish()) add(found->outputs.values());
  return numbers;
}

}  // namespace

TEST_CASE("arrays in pinned memory are copied from there, and are the caller's again when the call returns") {
  const auto losses = trained(false);
  const auto outputs = inferred(false);
  for (const late what : {late::nothing, late::copies_beside, late::launches}) {
    for (const bool replays : {false, true}) {
      INFO(static_cast<int>(what) << " is late, graphs: " << replays);
      recording::comes_late = what;
      recording::replays = replays;
      CHECK(trained(true) == losses);
      CHECK(inferred(true) == outputs);
    }
  }
  recording::comes_late = late::nothing;
  recording::replays = false;
}

TEST_CASE("arrays in other memory are not copied from there") {
  const far net{vscg::seed{1}};
  vscg::session s(net, vscg::threads{1}, vscg::batch_capacity{8});
  vscg::inference_ahead ahead(s);
  const std::vector<double> plain = small_training::data(8).x;
  copied_from.clear();
  ahead.infer(plain);
  CHECK(copied_from.size() == 1);
  CHECK(copied_from[0] != plain.data());
}
