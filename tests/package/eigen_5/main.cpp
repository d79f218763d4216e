// SPDX-License-Identifier: MIT
#include <vscg/backend/eigen/lanes.hpp>

int main() { return vscg::eigen_detail::lanes<float>(1).sum() > 0 ? 0 : 1; }
