// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/beside.hpp>

namespace host_cuda {

/// Launches beside others: as early as possible, or as late, which is when they are joined. If the two give other bits,
/// launches that may run at the same time meet in memory. The number of threads chooses: 1, both branches early; 2,
/// both late; 3, both late, the second before the first; 4, the first late; 5, the second late.
class late_branches {
 public:
  explicit late_branches(std::size_t threads)
      : late_{threads > 1 && threads != 5, threads > 1 && threads != 4}, second_first_(threads == 3) {}

  template <class F>
  void beside(const F& f, vscg::branch where) {
    const auto before = std::exchange(in_, in_ == path ? static_cast<std::size_t>(where) : in_);
    f();
    in_ = before;
  }
  void join() {
    join_older();
    join_older();
  }
  void join_older() {
    auto ready = std::exchange(older_, std::exchange(waiting_, {}));
    if (second_first_) std::swap(ready[0], ready[1]);
    for (const auto& launches : ready) {
      for (const auto& launch : launches) launch();
    }
  }
  /// Runs launch() now, or when its branch is joined. It must own what it needs.
  template <class Launch>
  void launch(const Launch& launch) {
    if (in_ != path && late_[in_])
      waiting_[in_].emplace_back(launch);
    else
      launch();
  }

 private:
  static constexpr std::size_t path = vscg::branches;
  std::array<bool, vscg::branches> late_;
  bool second_first_;
  std::size_t in_ = path;
  std::array<std::vector<std::function<void()>>, vscg::branches> waiting_, older_;
};

/// trained(threads) gives the same bits with each of these.
template <class Trained>
void check_schedules(const Trained& trained) {
  const auto early = trained(std::size_t{1});
  for (const std::size_t threads : {2U, 3U, 4U, 5U}) {
    INFO("threads " << threads);
    CHECK(trained(threads) == early);
  }
}

}  // namespace host_cuda
