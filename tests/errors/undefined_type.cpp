// SPDX-License-Identifier: MIT
// The mechanism itself: an undefined template used by sizeof puts its arguments into the first error line.
// expect: shape_mismatch<.*512.*256.*>
template <int Expects, int Gets>
struct shape_mismatch;

constexpr auto wrong = sizeof(shape_mismatch<512, 256>);
