// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/Core>
#include <doctest/doctest.h>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/data/in_memory.hpp>
#include <vscg/model/accuracy.hpp>
#include <vscg/model/inference_ahead.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/session.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/loss.hpp>
#include <vscg/optim/adam.hpp>

#include "support/apart.hpp"
#include "support/counted_allocations.hpp"
#include "support/error_of.hpp"

using namespace vscg;

namespace {

std::vector<float> counted(std::size_t n) {
  std::vector<float> all(n);
  for (std::size_t i = 0; i < n; ++i) all[i] = static_cast<float>(i);
  return all;
}
std::vector<std::int32_t> labels(std::size_t n) {
  std::vector<std::int32_t> all(n);
  for (std::size_t i = 0; i < n; ++i) all[i] = static_cast<std::int32_t>(i);
  return all;
}

/// The labels in the order in which batches bring them, and whether each came with its own numbers.
template <class Loop>
std::vector<std::int32_t> order_of(Loop&& loop, std::size_t width) {
  std::vector<std::int32_t> all;
  for (const auto& [x, y] : loop) {
    CHECK(x.size() == y.size() * width);
    CHECK(x.shape()[0] == y.size());
    for (std::size_t i = 0; i < y.size(); ++i)
      CHECK(x[i * width] == static_cast<float>(y[i]) * static_cast<float>(width));
    all.insert(all.end(), y.begin(), y.end());
  }
  return all;
}

}  // namespace

TEST_CASE("batches without a seed come in order, the last one short") {
  data::in_memory all(data::shaped(counted(42), 2, 3), labels(7));
  CHECK(all.items() == 7);
  std::vector<std::size_t> sizes;
  for (const auto& [x, y] : all.batches(3)) {
    CHECK(std::vector(x.shape().begin(), x.shape().end()) == std::vector<std::size_t>{y.size(), 2, 3});
    sizes.push_back(y.size());
  }
  CHECK(sizes == std::vector<std::size_t>{3, 3, 1});
  CHECK(order_of(all.batches(3), 6) == labels(7));
  CHECK(order_of(all.batches(100), 6) == labels(7));
}

TEST_CASE("a seed and an epoch give one order, on every machine") {
  data::in_memory all(data::shaped(counted(14), 2), labels(7));
  const auto first = order_of(all.batches(3, seed{1}, 1), 2);
  CHECK(first == std::vector<std::int32_t>{2, 6, 0, 1, 4, 3, 5});
  CHECK(order_of(all.batches(3, seed{1}, 2), 2) != first);
  CHECK(order_of(all.batches(3, seed{2}, 1), 2) != first);
  CHECK(order_of(all.batches(5, seed{1}, 1), 2) == first);
  auto sorted = first;
  std::ranges::sort(sorted);
  CHECK(sorted == labels(7));
}

TEST_CASE("parts share the numbers and have their own order") {
  data::in_memory all(data::shaped(counted(14), 2), labels(7));
  auto [head, tail] = all.split(5);
  CHECK(order_of(head.batches(2), 2) == std::vector<std::int32_t>{0, 1, 2, 3, 4});
  CHECK(order_of(tail.batches(2), 2) == std::vector<std::int32_t>{5, 6});
  auto [training, held_out] = all.split(5, seed{1});
  auto together = order_of(training.batches(2, seed{1}, 1), 2);
  for (const std::int32_t label : order_of(held_out.batches(1), 2)) together.push_back(label);
  std::ranges::sort(together);
  CHECK(together == labels(7));
  auto some = tail.rows(1, 2);
  CHECK(order_of(some.batches(4), 2) == std::vector<std::int32_t>{6});
  auto none = all.rows(3, 3);
  CHECK(order_of(none.batches(4), 2).empty());
}

TEST_CASE("arrays of any kind, by their shape") {
  const xt::xtensor<float, 2> x = xt::arange<float>(12).reshape({4, 3});
  const Eigen::MatrixXf by_columns = Eigen::Map<const Eigen::Matrix<float, 4, 3, Eigen::RowMajor>>(x.data());
  const std::vector<std::int32_t> y = labels(4);
  data::in_memory all(x, xt::view(x, xt::all(), xt::range(1, 3)), by_columns, std::span<const std::int32_t>(y));
  for (const auto& [whole, columns, matrix, label] : all.batches(4)) {
    CHECK(std::vector(whole.begin(), whole.end()) == counted(12));
    CHECK(std::vector(matrix.begin(), matrix.end()) == counted(12));
    CHECK(std::vector(columns.begin(), columns.end()) == std::vector<float>{1, 2, 4, 5, 7, 8, 10, 11});
    CHECK(matrix.shape()[1] == 3);
    CHECK(columns.shape()[1] == 2);
    CHECK(std::vector(label.begin(), label.end()) == y);
  }
}

TEST_CASE("what is not a data set is refused in words") {
  CHECK(error_of([] { data::in_memory(counted(12), labels(4)); }) ==
        "data::in_memory: array 1: expected 12 items, as array 0 has, found 4, shape [4]");
  CHECK(error_of([] { data::shaped(counted(13), 2, 3); }) ==
        "data::shaped: expected a multiple of 6 numbers, those of an item, found 13");
  data::in_memory all(counted(4), labels(4));
  CHECK(error_of([&] { all.batches(0); }) == "data::in_memory::batches: expected at least 1 item in a batch, found 0");
  CHECK(error_of([&] { all.rows(2, 5); }) == "data::in_memory::rows: expected rows within 4 items, found 2 to 5");
  CHECK(error_of([&] { all.split(5, seed{1}); }) ==
        "data::in_memory::split: expected at most 4, the number of items, found 5");
  CHECK(error_of([&] {
          for (const auto& outer : all.batches(2)) {
            static_cast<void>(outer);
            order_of(all.batches(2), 1);
          }
        }) == "data::in_memory::batches: expected one loop at a time over an object, found another that began");
}

template <class Data>
concept Batched = requires(Data&& all) {
  std::forward<Data>(all).batches(1);
};
static_assert(Batched<data::in_memory<float>&> && !Batched<data::in_memory<float>>);

TEST_CASE("after the first epoch, batches allocate nothing") {
  data::in_memory all(data::shaped(counted(4000), 4), labels(1000));
  const auto run = [&](std::uint64_t epoch) {
    float total = 0;
    for (const auto& [numbers, label] : all.batches(64, seed{1}, epoch))
      total += numbers[0] + static_cast<float>(label[0]);
    return total;
  };
  CHECK(run(1) != run(2));
  const auto before = counted_allocations::allocations.load();
  run(3);
  CHECK(counted_allocations::allocations.load() == before);
}

namespace {

struct classifier {
  nn::linear<3, 4> layer;
  VSCG_MEMBERS(layer)
  using inputs = input_shapes<shape<dyn, 3>>;
  auto operator()(auto x) const { return layer(x); }
};

}  // namespace

TEST_CASE("accuracy is the same while the next batch comes") {
  std::vector<std::int32_t> right;
  for (std::size_t i = 0; i < 20; ++i) right.push_back(static_cast<std::int32_t>(i % 3));
  auto x = counted(60);
  for (float& number : x) number = std::sin(number);
  data::in_memory all(data::shaped(x, 3), right);
  const model<classifier, float, cpu> net{seed{1}};
  session near(net, threads{1}, batch_capacity{8});
  const double expected = accuracy(near, all.batches(8));
  REQUIRE(expected > 0);
  REQUIRE(expected < 1);
  inference_ahead with_memory_of_host(near);
  CHECK(accuracy(with_memory_of_host, all.batches(8)) == expected);
  const model<classifier, float, apart> same{seed{1}};
  session far(same, threads{1}, batch_capacity{8});
  inference_ahead ahead(far);
  for (int epoch = 0; epoch < 2; ++epoch) CHECK(accuracy(ahead, all.batches(8)) == expected);
  CHECK(apart::copies_beside == 6);
}

TEST_CASE("trainers and sessions take batches as they are, and check their shapes") {
  std::vector<std::int32_t> right;
  for (std::size_t i = 0; i < 20; ++i) right.push_back(static_cast<std::int32_t>(i % 4));
  auto x = counted(60);
  for (float& number : x) number /= 60;
  data::in_memory all(data::shaped(x, 3), right);
  model<classifier, float, cpu> net{seed{1}};
  trainer train(net, adam{1e-2}, nn::cross_entropy_loss{}, threads{1}, {.batch = 8});
  session infer(net.weights(), threads{1}, batch_capacity{8});
  for (const auto& [numbers, label] : all.batches(8, seed{1}, 1)) CHECK(train.step(numbers, label).total > 0);
  CHECK(train.steps() == 3);

  const auto y = net.infer(x);
  std::size_t hits = 0;
  for (std::size_t i = 0; i < 20; ++i) {
    const auto row = y.item(i);
    hits += std::ranges::max_element(row) - row.begin() == right[i] ? 1U : 0U;
  }
  CHECK(accuracy(infer, all.batches(8)) == static_cast<double>(hits) / 20);
  class_accuracy whole;
  whole.add(y, right);
  CHECK(whole.right() == hits);
  right[0] = -1;
  whole.add(y, right);
  CHECK(whole.all() == 39);
  right[3] = 4;
  CHECK(error_of([&] { whole.add(y, right); }) == "classes, item 3: expected a class from 0 to 3, found 4");
  right[3] = 0;
  auto broken = y;
  broken.numbers[4 * 7 + 2] = std::numeric_limits<float>::quiet_NaN();
  CHECK(error_of([&] { whole.add(broken, right); }) == "class_accuracy: scores of row 7: expected numbers, found NaN");
  broken.numbers[4 * 7 + 2] = -std::numeric_limits<float>::infinity();  // a class that is ruled out
  whole.add(broken, right);
  CHECK(whole.all() == 58);
  const std::string none = "class_accuracy: expected at least one row with a class, found none";
  CHECK(error_of([&] { class_accuracy{}.share(); }) == none);
  auto parts = all.split(0);
  CHECK(error_of([&] { accuracy(infer, parts.first.batches(8)); }) == none);
  right.pop_back();
  CHECK(error_of([&] { whole.add(y, right); }) == "classes: expected one for each of 20 rows of scores, found 19");

  typename decltype(train)::resident there(all.items());
  for (const auto& [numbers, label] : all.batches(all.items())) there.put(0, numbers, label);
  CHECK(train.step(there, std::vector<std::size_t>{3, 1}).total > 0);

  data::in_memory wrong(data::shaped(x, 3, 1), right = labels(20));
  for (const auto& batch : wrong.batches(8)) {
    CHECK(error_of([&] { infer.infer(std::get<0>(batch)); }) == "input 0: expected [N, 3], found [8, 3, 1]");
    break;
  }
}
