// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/train/ave/protocol.hpp>

#include "support/error_of.hpp"

using namespace vscg::train;
using vscg::seed;
using vscg::setting;

namespace {

std::vector<std::size_t> rows_from(std::size_t first, std::size_t count) {
  std::vector<std::size_t> rows(count);
  std::iota(rows.begin(), rows.end(), first);
  return rows;
}

std::vector<std::size_t> joined(const std::vector<std::vector<std::size_t>>& batches) {
  std::vector<std::size_t> all;
  for (const auto& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
  return all;
}

}  // namespace

TEST_CASE("an epoch is whole batches of different videos; the rest is dropped") {
  // The real data set gives 26 steps fully supervised, and 27 weakly with its 178 noisy videos.
  const auto fully = rows_from(100, 3339);
  for (const auto protocol : {protocol_name::clean, protocol_name::released}) {
    CHECK(epoch_batches(protocol, setting::fully, fully, 128, seed{1}, 1).size() == 26);
    const auto weakly = rows_from(100, 3339 + 178);
    CHECK(epoch_batches(protocol, setting::weakly, weakly, 128, seed{1}, 1).size() == 27);
  }
  const auto batches = epoch_batches(protocol_name::clean, setting::fully, fully, 128, seed{1}, 1);
  for (const auto& batch : batches) CHECK(batch.size() == 128);
  const auto all = joined(batches);
  const std::set<std::size_t> different(all.begin(), all.end());
  CHECK(different.size() == all.size());
  CHECK(*different.begin() >= 100);
  CHECK(*different.rbegin() < 100 + 3339);
}

TEST_CASE("every epoch and every seed has an order of its own, always the same one") {
  const auto rows = rows_from(0, 200);
  for (const auto supervision : {setting::fully, setting::weakly}) {
    const auto first = epoch_batches(protocol_name::clean, supervision, rows, 20, seed{1}, 1);
    CHECK(first == epoch_batches(protocol_name::clean, supervision, rows, 20, seed{1}, 1));
    CHECK(first != epoch_batches(protocol_name::clean, supervision, rows, 20, seed{1}, 2));
    CHECK(first != epoch_batches(protocol_name::clean, supervision, rows, 20, seed{2}, 1));
    CHECK(joined(first) != rows);
  }
}

TEST_CASE("a shuffle puts every row anywhere equally often") {
  const auto rows = rows_from(0, 5);
  std::vector<std::vector<int>> counts(5, std::vector<int>(5, 0));
  constexpr int epochs = 5000;
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    const auto order = vscg::data::shuffled(rows, seed{3}, static_cast<std::size_t>(epoch));
    CHECK(std::is_permutation(order.begin(), order.end(), rows.begin()));
    for (std::size_t place = 0; place < 5; ++place) ++counts[place][order[place]];
  }
  // 1,000 expected, standard deviation 28.
  for (const auto& place : counts) {
    for (const int count : place) CHECK(std::abs(count - epochs / 5) < 150);
  }
}

TEST_CASE("released, weakly: only the first batch is drawn, the others are the rows as they are") {
  const auto rows = rows_from(1000, 107);
  const auto one = epoch_batches(protocol_name::released, setting::weakly, rows, 10, seed{1}, 1);
  const auto two = epoch_batches(protocol_name::released, setting::weakly, rows, 10, seed{1}, 2);
  REQUIRE(one.size() == 10);
  CHECK(one[0] != two[0]);
  CHECK(one[0] != rows_from(1000, 10));
  CHECK(std::set<std::size_t>(one[0].begin(), one[0].end()).size() == 10);
  bool beyond = false;  // drawn from all rows, not from the first ten
  for (const std::size_t row : one[0]) beyond = beyond || row >= 1010;
  CHECK(beyond);
  for (std::size_t i = 1; i < 10; ++i) {
    CHECK(one[i] == rows_from(1000 + 10 * i, 10));
    CHECK(two[i] == one[i]);
  }
}

TEST_CASE("released, fully: reshuffled every epoch") {
  const auto rows = rows_from(0, 100);
  const auto one = epoch_batches(protocol_name::released, setting::fully, rows, 10, seed{1}, 1);
  const auto two = epoch_batches(protocol_name::released, setting::fully, rows, 10, seed{1}, 2);
  for (std::size_t i = 0; i < 10; ++i) {
    CHECK(one[i] != rows_from(10 * i, 10));
    CHECK(one[i] != two[i]);
  }
}

TEST_CASE("clean evaluates both splits after every epoch") {
  for (const auto supervision : {setting::fully, setting::weakly}) {
    for (std::size_t epoch = 1; epoch <= 300; ++epoch) {
      const auto wanted = evaluations_after(protocol_name::clean, supervision, epoch);
      CHECK(wanted.validation);
      CHECK(wanted.test);
    }
  }
}

TEST_CASE("released, fully: both splits after epochs 6, 11 ... 296") {
  std::vector<std::size_t> found;
  for (std::size_t epoch = 1; epoch <= 300; ++epoch) {
    const auto wanted = evaluations_after(protocol_name::released, setting::fully, epoch);
    CHECK(wanted.validation == wanted.test);
    if (wanted.test) found.push_back(epoch);
  }
  REQUIRE(found.size() == 59);
  CHECK(found.front() == 6);
  CHECK(found[1] == 11);
  CHECK(found.back() == 296);
}

TEST_CASE("released, weakly: validation every 5 epochs, test after every one from 52") {
  for (std::size_t epoch = 1; epoch <= 300; ++epoch) {
    const auto wanted = evaluations_after(protocol_name::released, setting::weakly, epoch);
    CHECK(wanted.validation == (epoch >= 6 && (epoch - 6) % 5 == 0));
    CHECK(wanted.test == (epoch >= 52));
  }
}

TEST_CASE("the first epoch with both evaluations is known without counting epochs") {
  CHECK(first_epoch_with_both(protocol_name::clean, setting::fully) == 1);
  CHECK(first_epoch_with_both(protocol_name::released, setting::fully) == 6);
  CHECK(first_epoch_with_both(protocol_name::released, setting::weakly) == 56);
}

TEST_CASE("batches of no video are refused, not counted forever") {
  const auto rows = rows_from(0, 10);
  CHECK(error_of([&] { epoch_batches(protocol_name::clean, setting::fully, rows, 0, seed{1}, 1); }) ==
        "batch: expected at least 1 video, found 0");
  CHECK(epoch_batches(protocol_name::clean, setting::fully, rows, std::size_t(-1), seed{1}, 1).empty());
}
