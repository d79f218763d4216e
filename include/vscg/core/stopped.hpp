// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <functional>

#include <vscg/core/error.hpp>

namespace vscg {

/// Long work throws this when its caller's `stop` says so, and leaves nothing half-done.
class stopped : public expectation_error {
 public:
  stopped() : expectation_error("stopped") {}
};

/// Throws `stopped` if there is a `stop` and it returns true.
inline void expect_no_stop(const std::function<bool()>& stop) {
  if (stop && stop()) throw stopped();
}

}  // namespace vscg

#include <vscg/core/end.hpp>
