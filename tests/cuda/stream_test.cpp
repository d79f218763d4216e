// SPDX-License-Identifier: MIT
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include <vscg/core/beside.hpp>
#include <vscg/cuda/stream.hpp>

#include "cuda/stand_in_driver.hpp"

// Which launches wait for which, as a stream tells the CUDA runtime.

namespace {

using stand_in::launch;
using stand_in::waits;
using vscg::branch;

void beside(vscg::cuda_detail::stream& queue, branch where, const std::string& name) {
  queue.beside([&] { launch(queue, name); }, where);
}

}  // namespace

TEST_CASE(
    "cuda: launches of a branch wait for the path and for their branch, and nothing for them until it is joined") {
  stand_in::now = {};
  vscg::cuda_detail::stream queue;
  launch(queue, "path 1");
  beside(queue, branch::first, "first 1");
  launch(queue, "path 2");
  beside(queue, branch::second, "second 1");
  beside(queue, branch::first, "first 2");
  launch(queue, "path 3");
  CHECK(waits("first 1", "path 1"));
  CHECK_FALSE(waits("path 2", "first 1"));
  CHECK(waits("second 1", "path 2"));
  CHECK_FALSE(waits("second 1", "first 1"));
  CHECK(waits("first 2", "first 1"));
  CHECK(waits("first 2", "path 2"));
  CHECK_FALSE(waits("first 2", "second 1"));
  CHECK_FALSE(waits("path 3", "first 1"));
  queue.join();
  launch(queue, "path 4");
  CHECK(waits("path 4", "first 2"));
  CHECK(waits("path 4", "second 1"));
}

TEST_CASE("cuda: the host waits for branches too, and a stream leaves nothing") {
  stand_in::now = {};
  {
    vscg::cuda_detail::stream queue;
    beside(queue, branch::first, "first");
    beside(queue, branch::second, "second");
    queue.wait();
    CHECK(stand_in::now.done == stand_in::launches{"first", "second"});
  }
  CHECK(stand_in::now.live == 0);
}

TEST_CASE("cuda: what is older is joined two calls later, in each branch") {
  stand_in::now = {};
  vscg::cuda_detail::stream queue;
  queue.join_older();  // nothing yet
  beside(queue, branch::first, "first 1");
  queue.join_older();
  beside(queue, branch::first, "first 2");
  beside(queue, branch::second, "second 2");
  launch(queue, "path 2");
  CHECK_FALSE(waits("path 2", "first 1"));
  queue.join_older();
  launch(queue, "path 3");
  CHECK(waits("path 3", "first 1"));
  CHECK_FALSE(waits("path 3", "first 2"));
  CHECK_FALSE(waits("path 3", "second 2"));
  queue.join_older();
  launch(queue, "path 4");
  CHECK(waits("path 4", "first 2"));
  CHECK(waits("path 4", "second 2"));
}

TEST_CASE("cuda: a recording ends joined, whatever its branches have") {
  stand_in::now = {};
  vscg::cuda_detail::stream queue;
  const auto step = [&] {
    launch(queue, "path 1");
    beside(queue, branch::first, "first 1");
    queue.join_older();
    beside(queue, branch::second, "second 1");
    launch(queue, "path 2");
  };
  for (int call = 0; call < 4; ++call) {
    beside(queue, branch::first, "before " + std::to_string(call));  // not joined yet
    CHECK_NOTHROW(queue.replay(1, step));
  }
  CHECK(stand_in::now.graph_launches == 3);
  launch(queue, "after");
  for (const auto* name : {"before 3", "first 1", "second 1", "path 2"}) CHECK(waits("after", name));
  CHECK_NOTHROW(queue.wait());
}

TEST_CASE("cuda: a recording that fails leaves no branch open, and the next one is whole") {
  stand_in::now = {};
  vscg::cuda_detail::stream queue;
  bool fails = false;
  const auto step = [&] {
    beside(queue, branch::second, "second 1");
    queue.join_older();
    queue.beside([&] {
      launch(queue, "first 1");
      if (fails) throw std::runtime_error("stopped");
    });
    launch(queue, "path 1");
  };
  queue.replay(1, step);
  fails = true;
  CHECK_THROWS_AS(queue.replay(1, step), std::runtime_error);
  CHECK(stand_in::now.unjoined == 0);
  CHECK_NOTHROW(queue.join_older());
  CHECK_NOTHROW(queue.wait());
  CHECK(queue.queue_number() == 0);
  fails = false;
  CHECK_NOTHROW(queue.replay(1, step));
  CHECK(stand_in::now.graph_launches == 1);
}
