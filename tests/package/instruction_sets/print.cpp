// SPDX-License-Identifier: MIT
// Prints the numbers of each linked file, with all of their bits.
#include <cstdio>
#include <vector>

// A function that is not linked is null.
[[gnu::weak]] std::vector<float> numbers_baseline();
[[gnu::weak]] std::vector<float> numbers_v3();

int main() {
  if (numbers_baseline != nullptr) {
    for (const float x : numbers_baseline()) std::printf("baseline %a\n", static_cast<double>(x));
  }
  if (numbers_v3 != nullptr) {
    for (const float x : numbers_v3()) std::printf("v3 %a\n", static_cast<double>(x));
  }
}
