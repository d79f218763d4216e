// SPDX-License-Identifier: MIT
#include <chrono>
#include <cstddef>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>

// The Eigen backend cuts its loops so that everything runs once, for any number of workers.
namespace {

using executor = vscg::eigen_backend::executor<float>;

struct count_up {
  float* times;
  template <class Index>
  void operator()(Index i) const {
    i.store(times, i.load(times) + typename Index::value(1));
  }
};

struct count_row {
  float* times;
  template <class Group>
  void operator()(Group, std::size_t row) const {
    times[row] += 1;
  }
};

const std::vector<std::size_t> sizes{0, 1, 5, 64, 65, 4096, 4097, 100001};

}  // namespace

TEST_CASE("each and rows reach every element once") {
  for (const std::size_t workers : std::vector<std::size_t>{1, 2, 5}) {
    executor backend{vscg::threads(workers)};
    for (const std::size_t n : sizes) {
      for (const std::size_t cost : std::vector<std::size_t>{0, 1, 100, 1000000}) {
        CAPTURE(workers);
        CAPTURE(n);
        CAPTURE(cost);
        std::vector<float> times(n, 0.0F);
        backend.each(n, cost, count_up{times.data()});
        backend.rows(n, cost, count_row{times.data()});
        CHECK(times == std::vector<float>(n, 2.0F));
      }
    }
  }
}

TEST_CASE("independent_ranges cover everything, each with an executor of its own") {
  for (const std::size_t workers : std::vector<std::size_t>{1, 2, 5}) {
    executor backend{vscg::threads(workers)};
    for (const std::size_t n : sizes) {
      CAPTURE(workers);
      CAPTURE(n);
      std::vector<float> times(n, 0.0F);
      std::mutex lock;
      std::set<std::thread::id> seen;
      std::set<const executor*> busy;
      bool alone = true;
      backend.independent_ranges(n, [&](executor& one, std::size_t begin, std::size_t end) {
        {
          const std::lock_guard<std::mutex> held(lock);
          seen.insert(std::this_thread::get_id());
          alone = busy.insert(&one).second && alone;
        }
        one.each(end - begin, 1, count_up{times.data() + begin});
        one.rows(end - begin, 1, count_row{times.data() + begin});
        std::this_thread::sleep_for(std::chrono::milliseconds(1));  // so that the other workers come
        const std::lock_guard<std::mutex> held(lock);
        busy.erase(&one);
      });
      CHECK(alone);
      CHECK(seen.size() <= workers);
      CHECK(times == std::vector<float>(n, 2.0F));
    }
  }
}
