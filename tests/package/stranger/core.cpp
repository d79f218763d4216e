// SPDX-License-Identifier: MIT
#include <vscg/vscg.hpp>

int main() {
  try {
    throw vscg::error("thing", "one", "two");
  } catch (const vscg::error&) {
    return 0;
  }
}
