// SPDX-License-Identifier: MIT
#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <new>
#include <sched.h>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/available_processors.hpp>
#include <vscg/core/start_thread.hpp>
#include <vscg/core/team.hpp>

#include "support/error_of.hpp"
#include "support/in_child.hpp"
#include "support/sanitized.hpp"
#include "support/temporary_folder.hpp"

using vscg::team;
using vscg::threads;

TEST_CASE("every chunk is done exactly once, by a worker of the team") {
  for (const std::size_t n : {1U, 2U, 3U, 7U}) {
    team workers(threads{n});
    REQUIRE(workers.size() == n);
    for (const std::size_t chunks : {0U, 1U, 2U, 3U, 16U, 1000U}) {
      std::vector<int> done(chunks, 0);  // not atomic: each chunk has its own
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

TEST_CASE("a worker is in one chunk at a time, so its own data needs no lock") {
  constexpr std::size_t n = 3;
  team workers(threads{n});
  std::vector<std::size_t> count(n * 64, 0);  // one cache line apart
  for (int region = 0; region < 200; ++region) {
    workers.run(50, [&](std::size_t worker, std::size_t) { ++count[worker * 64]; });
  }
  std::size_t total = 0;
  for (std::size_t worker = 0; worker < n; ++worker) total += count[worker * 64];
  CHECK(total == 200 * 50);
}

TEST_CASE("each of many regions sees what the one before wrote") {
  team workers(threads{3});
  constexpr std::size_t chunks = 24;
  std::vector<std::size_t> values(chunks, 0);
  std::vector<std::size_t> next(chunks, 0);
  for (std::size_t region = 0; region < 3000; ++region) {
    // Chunk k reads its neighbor's value from the region before: a race, if that region had not ended.
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

TEST_CASE("a team ends promptly: after work, without work, and asleep") {
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

TEST_CASE("teams in several threads of a program do not interfere") {
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

TEST_CASE("there is at least one thread, and nonsense is refused") {
  CHECK(threads{0}.count == 1);
  CHECK(threads::all().count >= 1);
  CHECK(error_of([] { threads{std::size_t{1} << 40U}; }) == "threads: expected at most 65536, found 1099511627776");
  team workers(threads{2});
  CHECK(error_of([&] { workers.run(std::size_t{1} << 32U, [](std::size_t, std::size_t) {}); }) ==
        "team::run: expected at most 4294967295 chunks, found 4294967296");
}

TEST_CASE("if threads cannot start, those that did have ended, and the error says how many there were") {
  if (VSCG_TEST_SANITIZED != 0) {
    std::cout << "skipped: a sanitizer has taken the address space\n";
    return;
  }
  const std::string said = in_child(std::size_t{200} << 20U, [] {
    std::string first = error_of([] { team workers(threads{300}); });
    team workers(threads{2});  // the others' memory is free again
    return first + "; then " + std::to_string(workers.size());
  });
  INFO(said);
  CHECK(said.find("threads: expected 300, the system gives ") == 0);
  CHECK(said.find(" (Resource temporarily unavailable); then 2") != std::string::npos);
}

TEST_CASE("a thread outside a team that cannot start says what it was for") {
  const auto no_thread = []() -> int { throw std::system_error(std::make_error_code(std::errc::not_enough_memory)); };
  CHECK(error_of([&] { vscg::start_thread(no_thread, "one more"); }) ==
        "threads: expected one more, the system gives none (Cannot allocate memory)");
  const auto no_memory = []() -> int { throw std::bad_alloc(); };
  CHECK(error_of([&] { vscg::start_thread(no_memory, "3", "2"); }) ==
        "threads: expected 3, the system gives 2 (no memory)");
  CHECK(vscg::start_thread([] { return 5; }, "one more") == 5);
}

TEST_CASE("processors are those of the affinity, not all of the machine's") {
  cpu_set_t before;
  REQUIRE(sched_getaffinity(0, sizeof(before), &before) == 0);
  int first = 0;
  while (!CPU_ISSET(first, &before)) ++first;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  REQUIRE(sched_setaffinity(0, sizeof(one), &one) == 0);
  CHECK(vscg::available_processors() == 1);
  REQUIRE(sched_setaffinity(0, sizeof(before), &before) == 0);
  CHECK(vscg::available_processors() <= static_cast<std::size_t>(CPU_COUNT(&before)));
}

TEST_CASE("the time limits of a control group and of the groups around it count") {
  const temporary_folder root;
  const auto put = [&](const std::string& name, const std::string& text) {
    std::filesystem::create_directories((root.path() / name).parent_path());
    std::ofstream(root.path() / name) << text;
  };
  const auto processors = [&] { return vscg::processors_of_cgroup(root.path().string()).value_or(0); };
  CHECK(processors() == 0);  // no control groups
  put("proc/self/cgroup", "0::/a/b\n");
  CHECK(processors() == 0);  // a group, but none of its files
  put("sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  CHECK(processors() == 0);
  put("sys/fs/cgroup/a/cpu.max", "150000 100000\n");
  CHECK(processors() == 1.5);
  put("sys/fs/cgroup/a/b/cpu.max", "300000 100000\n");
  CHECK(processors() == 1.5);
  put("sys/fs/cgroup/a/b/cpu.max", "20000 100000\n");
  CHECK(processors() == 0.2);
  put("sys/fs/cgroup/cpu.max", "10000 100000\n");  // a container sees its own group as the root
  CHECK(processors() == 0.1);
  for (const char* const strange : {"", "x y", "-1 100000", "0 100000", "100000 0", "100000", "1e3 10"}) {
    put("sys/fs/cgroup/cpu.max", strange);
    CHECK(processors() == 0.2);
  }
  // Version 1: one file per number, -1 for no limit; only the host may see the path.
  put("proc/self/cgroup", "12:memory:/docker/1\n3:cpu,cpuacct:/docker/1\n2:cpuset:/\n0::/\n");
  put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  CHECK(processors() == 0);
  put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "400000\n");
  CHECK(processors() == 4);
  put("proc/self/cgroup", "3:cpu:/docker/1\n");
  put("sys/fs/cgroup/cpu/docker/1/cpu.cfs_quota_us", "50000\n");
  put("sys/fs/cgroup/cpu/docker/1/cpu.cfs_period_us", "100000\n");
  CHECK(processors() == 0.5);
}
