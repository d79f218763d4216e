// SPDX-License-Identifier: MIT
#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include <vscg/core/beside.hpp>
#include <vscg/cuda/stream.hpp>

// The order in which a stream launches, records and launches again. What would call the device writes a word instead:
// this program does not link the library that holds these functions.

namespace {

std::string said;
int graph = 0;

std::string taken() { return std::exchange(said, ""); }

}  // namespace

namespace vscg::cuda_detail {

stream::stream() = default;
stream::~stream() = default;
void stream::join() {}
void stream::fork(std::size_t which) { said += which == 0 ? "fork " : "fork-second "; }
bool stream::launch_kept(std::uint64_t key) {
  const auto known = kept_.find(key);
  if (known == kept_.end() || known->second == nullptr) return false;
  said += "graph ";
  return true;
}
bool stream::was_launched(std::uint64_t key) const { return kept_.find(key) != kept_.end(); }
void stream::remember(std::uint64_t key) {
  said += "remember ";
  kept_.emplace(key, nullptr);
}
void stream::begin_recording() { said += "begin "; }
void stream::abandon_recording() noexcept { said += "abandon "; }
void stream::keep_recording(std::uint64_t key) {
  said += "keep ";
  kept_[key] = &graph;
}
void stream::finish() noexcept { said += "finish "; }

}  // namespace vscg::cuda_detail

TEST_CASE("cuda: a key's first call is launched as it is, the second recorded, later ones are the graph") {
  vscg::cuda_detail::stream stream;
  const auto call = [&](std::uint64_t key) {
    stream.replay(key, [] { said += "work "; });
    return taken();
  };
  CHECK(call(1) == "work remember ");
  CHECK(call(2) == "work remember ");
  CHECK(call(1) == "begin work keep ");
  CHECK(call(1) == "graph ");
  CHECK(call(1) == "graph ");
  CHECK(call(2) == "begin work keep ");
  CHECK(call(2) == "graph ");
}

TEST_CASE("cuda: what runs beside goes to a branch, however it is nested and whether or not it throws") {
  vscg::cuda_detail::stream stream;
  const auto place = [&] { said += std::array{"path ", "first ", "second "}[stream.queue_number()]; };
  stream.beside([&] {
    place();
    stream.beside(place, vscg::branch::second);
    place();
  });
  place();
  CHECK(taken() == "fork first first first path ");
  stream.beside(place, vscg::branch::second);
  place();
  CHECK(taken() == "fork-second second path ");
  CHECK_THROWS_AS(stream.beside([] { throw std::runtime_error("stopped"); }), std::runtime_error);
  place();
  CHECK(taken() == "fork path ");
}

TEST_CASE("cuda: a call that throws leaves nothing running, and nothing recorded") {
  vscg::cuda_detail::stream stream;
  const auto fail = [&] {
    CHECK_THROWS_AS(stream.replay(7, [] { throw std::runtime_error("stopped"); }), std::runtime_error);
    return taken();
  };
  const auto work = [&] {
    stream.replay(7, [] { said += "work "; });
    return taken();
  };
  CHECK(fail() == "finish ");
  CHECK(work() == "work remember ");  // still the first
  CHECK(fail() == "begin abandon ");
  CHECK(work() == "begin work keep ");  // still the second
  CHECK(work() == "graph ");
}
