// SPDX-License-Identifier: MIT
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/team.hpp>

using vscg::team;
using vscg::threads;

TEST_CASE("every chunk is done exactly once, by a worker of the team") {
  for (const std::size_t n : {1U, 2U, 3U, 7U}) {
    team workers(threads{n});
    REQUIRE(workers.size() == n);
    for (const std::size_t chunks : {0U, 1U, 2U, 3U, 16U, 1000U}) {
      std::vector<int> done(chunks, 0);  // not atomic: each chunk is its own
      std::atomic<bool> strange{false};
      workers.run(chunks, [&](std::size_t worker, std::size_t chunk) {
        if (worker >= n) strange = true;
        ++done[chunk];
      });
      CHECK(!strange);
      CHECK(done == std::vector<int>(chunks, 1));
    }
  }
}

TEST_CASE("a worker is in one chunk at a time: what is per worker needs no lock") {
  constexpr std::size_t n = 3;
  team workers(threads{n});
  std::vector<std::size_t> count(n * 64, 0);  // a cache line apart
  for (int region = 0; region < 200; ++region) {
    workers.run(50, [&](std::size_t worker, std::size_t) { ++count[worker * 64]; });
  }
  std::size_t total = 0;
  for (std::size_t worker = 0; worker < n; ++worker) total += count[worker * 64];
  CHECK(total == 200 * 50);
}

TEST_CASE("a region sees what the one before wrote, over many regions") {
  team workers(threads{3});
  constexpr std::size_t chunks = 24;
  std::vector<std::size_t> values(chunks, 0);
  std::vector<std::size_t> next(chunks, 0);
  for (std::size_t region = 0; region < 3000; ++region) {
    // Chunk k reads its neighbour's value of the region before: a race, if the region had not ended.
    workers.run(chunks, [&](std::size_t, std::size_t k) { next[k] = values[(k + 1) % chunks] + 1; });
    values.swap(next);
  }
  CHECK(values == std::vector<std::size_t>(chunks, 3000));
}

TEST_CASE("regions of few and of many chunks follow each other") {
  team workers(threads{4});
  std::atomic<std::size_t> total{0};
  std::size_t expected = 0;
  for (std::size_t region = 0; region < 2000; ++region) {
    const std::size_t chunks = region % 5;
    expected += chunks;
    workers.run(chunks, [&](std::size_t, std::size_t) { total.fetch_add(1, std::memory_order_relaxed); });
  }
  CHECK(total == expected);
}

TEST_CASE("a team ends at once, after work, without work, and asleep") {
  for (int i = 0; i < 50; ++i) {
    const team unused(threads{3});
  }
  for (int i = 0; i < 50; ++i) {
    team used(threads{3});
    std::atomic<int> total{0};
    used.run(7, [&](std::size_t, std::size_t) { ++total; });
    CHECK(total == 7);
  }
  auto asleep = std::make_unique<team>(threads{3});
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // longer than workers spin
  std::atomic<int> total{0};
  asleep->run(7, [&](std::size_t, std::size_t) { ++total; });
  CHECK(total == 7);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  asleep.reset();
}

TEST_CASE("teams of several threads of a program do not meet") {
  std::vector<std::thread> callers;
  std::vector<std::size_t> sums(3, 0);
  for (std::size_t caller = 0; caller < 3; ++caller) {
    callers.emplace_back([&sums, caller] {
      team workers(threads{2});
      for (int region = 0; region < 300; ++region) {
        std::vector<std::size_t> done(9, 0);
        workers.run(9, [&](std::size_t, std::size_t chunk) { done[chunk] = chunk; });
        for (const std::size_t d : done) sums[caller] += d;
      }
    });
  }
  for (auto& caller : callers) caller.join();
  CHECK(sums == std::vector<std::size_t>(3, 300 * 36));
}

TEST_CASE("at least one thread, whatever is asked for") {
  CHECK(threads{0}.count == 1);
  CHECK(threads::all().count >= 1);
}
