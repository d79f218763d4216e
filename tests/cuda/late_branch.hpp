// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <utility>
#include <vector>

namespace host_cuda {

/// Launches beside others, as late as possible: when they are joined. Without `late`, as early as possible. If the two
/// give other bits, launches that may run at the same time meet in memory.
class late_branch {
 public:
  explicit late_branch(bool late) : late_(late) {}

  template <class F>
  void beside(const F& f) {
    const bool before = std::exchange(inside_, true);
    f();
    inside_ = before;
  }
  void join() {
    join_older();
    join_older();
  }
  void join_older() {
    for (const auto& launch : std::exchange(older_, std::exchange(waiting_, {}))) launch();
  }
  /// Runs launch() now, or when the branch is joined. It must own what it needs.
  template <class Launch>
  void launch(const Launch& launch) {
    if (late_ && inside_)
      waiting_.emplace_back(launch);
    else
      launch();
  }

 private:
  bool late_;
  bool inside_ = false;
  std::vector<std::function<void()>> waiting_, older_;
};

}  // namespace host_cuda
