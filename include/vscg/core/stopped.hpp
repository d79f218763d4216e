// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <functional>

#include <vscg/core/error.hpp>

namespace vscg {

/// What long work throws when its caller's `stop` says so: it leaves nothing half-done behind.
class stopped : public expectation_error {
 public:
  stopped() : expectation_error("stopped") {}
};

/// Throws `stopped` when `stop` is there and says so.
inline void expect_no_stop(const std::function<bool()>& stop) {
  if (stop && stop()) throw stopped();
}

}  // namespace vscg

#include <vscg/core/end.hpp>
