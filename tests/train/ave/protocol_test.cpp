// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/train/ave/protocol.hpp>
#include <vscg/train/ave/recipes.hpp>
#include <vscg/train/ave/settings.hpp>

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
  for (const auto order : {batch_order::shuffled, batch_order::first_shuffled, batch_order::as_they_are}) {
    CHECK(epoch_batches(order, false, fully, 128, seed{1}, 1).size() == 26);
    const auto weakly = rows_from(100, 3339 + 178);
    CHECK(epoch_batches(order, false, weakly, 128, seed{1}, 1).size() == 27);
  }
  const auto batches = epoch_batches(batch_order::shuffled, false, fully, 128, seed{1}, 1);
  for (const auto& batch : batches) CHECK(batch.size() == 128);
  const auto all = joined(batches);
  const std::set<std::size_t> different(all.begin(), all.end());
  CHECK(different.size() == all.size());
  CHECK(*different.begin() >= 100);
  CHECK(*different.rbegin() < 100 + 3339);
}

TEST_CASE("every epoch and every seed has an order of its own, always the same one") {
  const auto rows = rows_from(0, 200);
  const auto first = epoch_batches(batch_order::shuffled, false, rows, 20, seed{1}, 1);
  CHECK(first == epoch_batches(batch_order::shuffled, false, rows, 20, seed{1}, 1));
  CHECK(first != epoch_batches(batch_order::shuffled, false, rows, 20, seed{1}, 2));
  CHECK(first != epoch_batches(batch_order::shuffled, false, rows, 20, seed{2}, 1));
  CHECK(joined(first) != rows);
}

TEST_CASE("an incomplete last batch may be kept: then an epoch is every video once") {
  // CMRAN's 105 steps an epoch fully supervised, and 110 weakly.
  CHECK(epoch_batches(batch_order::shuffled, true, rows_from(0, 3339), 32, seed{1}, 1).size() == 105);
  const auto rows = rows_from(0, 3339 + 178);
  const auto batches = epoch_batches(batch_order::shuffled, true, rows, 32, seed{1}, 1);
  CHECK(batches.size() == 110);
  CHECK(batches.back().size() == rows.size() - 32 * 109);
  const auto all = joined(batches);
  CHECK(std::is_permutation(all.begin(), all.end(), rows.begin(), rows.end()));
  CHECK(joined(epoch_batches(batch_order::as_they_are, true, rows, 32, seed{1}, 7)) == rows);
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
  const auto one = epoch_batches(batch_order::first_shuffled, false, rows, 10, seed{1}, 1);
  const auto two = epoch_batches(batch_order::first_shuffled, false, rows, 10, seed{1}, 2);
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
  const auto one = epoch_batches(batch_order::shuffled, false, rows, 10, seed{1}, 1);
  const auto two = epoch_batches(batch_order::shuffled, false, rows, 10, seed{1}, 2);
  for (std::size_t i = 0; i < 10; ++i) {
    CHECK(one[i] != rows_from(10 * i, 10));
    CHECK(one[i] != two[i]);
  }
}

namespace {

ave_settings settings_of(const char* network, setting supervision, protocol_name protocol) {
  ave_settings s = default_settings(supervision, network);
  s.protocol = protocol;
  return s;
}

/// The epochs up to 300 after which a split is measured.
std::vector<std::size_t> measured(measuring when, bool evaluations::*split) {
  std::vector<std::size_t> epochs;
  for (std::size_t epoch = 1; epoch <= 300; ++epoch) {
    if (evaluations_after(when, epoch).*split) epochs.push_back(epoch);
  }
  return epochs;
}

}  // namespace

TEST_CASE("clean shuffles, and evaluates both splits after every epoch, whatever the network") {
  for (const recipe& one : recipes) {
    const auto s = settings_of(std::string(one.network).c_str(), one.supervision, protocol_name::clean);
    CHECK(order_of(s) == batch_order::shuffled);
    CHECK(measuring_of(s) == measuring::both);
  }
  CHECK(measured(measuring::both, &evaluations::validation).size() == 300);
  CHECK(measured(measuring::both, &evaluations::test).size() == 300);
}

TEST_CASE("released is as each network's program does") {
  const auto vscg = settings_of("vscg_fully_paper", setting::fully, protocol_name::released);
  CHECK(order_of(vscg) == batch_order::shuffled);
  CHECK(measuring_of(vscg) == measuring::fifths);
  const auto weakly = settings_of("vscg_weakly", setting::weakly, protocol_name::released);
  CHECK(order_of(weakly) == batch_order::first_shuffled);
  CHECK(measuring_of(weakly) == measuring::fifths_then_tests);
  const auto avel = settings_of("avel_fully_with_psp", setting::fully, protocol_name::released);
  CHECK(order_of(avel) == batch_order::as_they_are);
  CHECK(measuring_of(avel) == measuring::validation_fifths);
  CHECK(measuring_of(settings_of("dmin_weakly", setting::weakly, protocol_name::released)) == measuring::tests);

  const std::vector<std::size_t> fifths = measured(measuring::fifths, &evaluations::validation);
  REQUIRE(fifths.size() == 59);
  CHECK(fifths[0] == 6);
  CHECK(fifths[1] == 11);
  CHECK(fifths.back() == 296);
  CHECK(measured(measuring::fifths, &evaluations::test) == fifths);
  CHECK(measured(measuring::fifths_then_tests, &evaluations::validation) == fifths);
  CHECK(measured(measuring::fifths_then_tests, &evaluations::test) == rows_from(52, 249));
  CHECK(measured(measuring::validation_fifths, &evaluations::test).front() == 5);
  CHECK(measured(measuring::validation_fifths, &evaluations::validation).size() == 60);
  CHECK(measured(measuring::tests, &evaluations::validation).empty());
  CHECK(measured(measuring::tests, &evaluations::test).size() == 300);
}

TEST_CASE("the first epoch with both evaluations is known without counting epochs") {
  CHECK(first_epoch_with_both(measuring::both) == 1);
  CHECK(first_epoch_with_both(measuring::fifths) == 6);
  CHECK(first_epoch_with_both(measuring::fifths_then_tests) == 56);
  CHECK(first_epoch_with_both(measuring::validation_fifths) == 5);
  CHECK(first_epoch_with_both(measuring::tests) == 0);
}

TEST_CASE("each network trains with its authors' numbers") {
  const auto cmran = default_settings(setting::fully, "cmran_fully");
  CHECK(cmran.network == "cmran_fully");
  CHECK(cmran.batch == 32);
  CHECK(cmran.learning_rate == 5e-4);
  CHECK(cmran.clip_grad_norm == 0.1);
  CHECK(cmran.keeps_last_batch);
  CHECK(cmran.relevance_threshold == 0.5);
  CHECK(cmran.decay_after == std::vector<std::size_t>{10, 20, 30});
  CHECK(default_settings(setting::weakly, "cmran_weakly").clip_grad_norm == 0.5);
  const auto avsdn = default_settings(setting::weakly, "avsdn_weakly");
  CHECK(avsdn.epochs == 45);
  CHECK_FALSE(avsdn.noisy_videos);
  CHECK(default_settings(setting::weakly, "cmbs_weakly").noisy_videos);
  CHECK(default_settings(setting::weakly, "cmbs_weakly").precision == "double");
  CHECK(default_settings(setting::fully, "cmbs_fully_with_escm").precision == "double");
  CHECK(cmran.precision == "float");
  CHECK(default_settings(setting::weakly, "avel_weakly_with_escm").decay_after.empty());
  // Nobody knows how these were trained.
  CHECK(default_settings(setting::fully, "dam_reconstruction_fully").clip_grad_norm == 0.1);
  CHECK(default_settings(setting::fully, "cman_reconstruction_fully").batch == 64);
  CHECK(default_settings(setting::weakly, "avin_reconstruction_weakly").epochs == 250);
  // The loss is another one, and all else the network's.
  CHECK(default_settings(setting::fully, "psp_fully_with_negative_pair_filter_loss").decay_after ==
        std::vector<std::size_t>{60, 120});
  const auto own = default_settings(setting::fully, "somebody's");
  CHECK(own.epochs == 300);
  CHECK(own.decay_after == std::vector<std::size_t>{60, 120, 240});
  CHECK(own.clip_grad_norm == 0);
  CHECK_FALSE(own.keeps_last_batch);
}

TEST_CASE("batches of no video are refused, not counted forever") {
  const auto rows = rows_from(0, 10);
  CHECK(error_of([&] { epoch_batches(batch_order::shuffled, false, rows, 0, seed{1}, 1); }) ==
        "batch: expected at least 1 video, found 0");
  CHECK(epoch_batches(batch_order::shuffled, false, rows, std::size_t(-1), seed{1}, 1).empty());
}
