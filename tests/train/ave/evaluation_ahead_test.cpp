// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/train/ave/evaluation.hpp>

#include "support/apart.hpp"
#include "train/ave/small_run.hpp"

// Evaluations on a backend whose memory is not the host's.

using namespace vscg::train;

namespace {

std::string told;  // what the host told the backend

struct device : apart {
  template <class T>
  struct executor : apart::executor<T> {
    using apart::executor<T>::executor;
    void copy_in_beside(void* to, const void* from, std::size_t bytes) {
      told += "bring ";
      apart::executor<T>::copy_in_beside(to, from, bytes);
    }
    template <class F>
    void replay(std::uint64_t, const F& f) {
      told += "launch ";
      f();
    }
    void wait() { told += "wait "; }
  };
};

template <class Backend>
using evaluator_on = evaluator<small::network, float, Backend>;

/// Two batches of a device: the last one is not full.
std::vector<std::size_t> rows_of(const vscg::data::ave_dataset& ave) {
  std::vector<std::size_t> rows(evaluator_on<device>::videos + 2);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i * 7 % ave.videos();
  return rows;
}

}  // namespace

TEST_CASE("an evaluation copies the next batch while one computes, and counts the same") {
  const auto ave = small::open_data();
  const auto rows = rows_of(ave);
  const vscg::model<small::network, float, vscg::cpu> near(vscg::seed{3});
  evaluator_on<vscg::cpu> on_host(near.weights(), vscg::threads{1});
  vscg::data::batch_loader<float> loader(ave, evaluator_on<device>::videos);
  const auto expected = on_host(loader, rows);
  REQUIRE(expected.has_value());

  const vscg::model<small::network, float, device> far(vscg::seed{3});
  evaluator_on<device> evaluate(far.weights(), vscg::threads{1});
  int asked = 0;
  CHECK(!evaluate(loader, rows, [&] { return ++asked > 1; }).has_value());  // while a batch waits
  told.clear();
  const auto counts = evaluate(loader, rows);
  CHECK(told == "bring launch bring wait launch wait ");
  REQUIRE(counts.has_value());
  CHECK(counts->total() == 10 * rows.size());
  for (std::size_t truth = 0; truth < 29; ++truth) {
    for (std::size_t said = 0; said < 29; ++said) CHECK(counts->count(truth, said) == expected->count(truth, said));
  }
}
