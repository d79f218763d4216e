// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <limits>
#include <string>

#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/core/number_text.hpp>

namespace vscg {

/// Checks an optimizer's settings. Each function throws vscg::expectation_error unless the number is usable, also after
/// rounding to `Scalar`.
template <class Scalar>
struct settings_check {
  const char* optimizer;

  void at_least_0(const char* setting, double found) const {
    expect(in_range(found), setting, "a finite number of at least 0, also when rounded to the scalar", found);
  }
  void above_0(const char* setting, double found) const {
    expect(in_range(found) && static_cast<Scalar>(found) > Scalar(0), setting,
           "a finite number above 0, also when rounded to the scalar", found);
  }
  /// At least 0 and below 1.
  void share(const char* setting, double found) const {
    expect(in_range(found) && static_cast<Scalar>(found) < Scalar(1), setting, "a number of at least 0 and below 1",
           found);
  }
  void expect(bool right, const char* setting, const char* expected, double found) const {
    if (!right) throw expectation_error(std::string(optimizer) + ": " + setting, expected, detail::number_text(found));
  }

 private:
  static bool in_range(double x) {
    return is_finite(x) && x >= 0 && x <= static_cast<double>(std::numeric_limits<Scalar>::max());
  }
};

/// A kind of array that an optimizer keeps, for messages.
struct moment_description {
  const char* one;
  const char* all;
  bool at_least_0;  // none of its numbers is ever negative
};

}  // namespace vscg

#include <vscg/core/end.hpp>
