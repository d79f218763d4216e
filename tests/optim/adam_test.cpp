// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/memory.hpp>
#include <vscg/backend/single_group.hpp>
#include <vscg/optim/adam.hpp>

namespace {

struct backend {
  using memory = vscg::host_memory;
};

struct executor {
  int launches = 0;
  template <class F>
  void rows(std::size_t n, std::size_t, const F& f) {
    ++launches;
    for (std::size_t row = 0; row < n; ++row) f(vscg::single_group<double>{}, row);
  }
};

}  // namespace

TEST_CASE("Adam moves each range at its own rate and nothing between them, in as many launches as one range takes") {
  constexpr std::size_t size = 10000;
  const std::vector<vscg::parameter_range> ranges{{16, 5000, 1}, {5016, 1, 0.5}, {8000, 2000, 0.25}};
  vscg::adam::state<double, backend> state("adam", size, ranges);
  const vscg::adam settings{0.01};
  const auto numbers = settings.numbers();
  const double loss = 1;
  std::vector<double> gradients, weights(size, 2);
  for (std::size_t i = 0; i < size; ++i) gradients.push_back(std::sin(static_cast<double>(i)));
  executor host;
  state.update(&numbers, host, &loss, gradients.data(), weights.data());
  CHECK(host.launches == 3);
  CHECK(*state.taken() == 1);

  std::vector<double> expected(size, 2);
  for (const auto& range : ranges) {
    for (std::size_t i = range.offset; i < range.offset + range.elements; ++i) {
      const double g = gradients[i];  // after one step, m̂ = g and v̂ = g²
      expected[i] -= 0.01 * range.learning_rate_scale * g / (std::abs(g) + settings.epsilon);
    }
  }
  double worst = 0;
  for (std::size_t i = 0; i < size; ++i) worst = std::fmax(worst, std::abs(weights[i] - expected[i]));
  CHECK(worst < 1e-12);

  gradients[8000 + 1999] = std::nan("");
  const std::vector<double> before = weights;
  state.update(&numbers, host, &loss, gradients.data(), weights.data());
  CHECK(*state.taken() == 0);
  CHECK(weights == before);
  CHECK(state.progress()[0] == 1);
}
