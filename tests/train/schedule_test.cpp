// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <vscg/train/ave/settings.hpp>
#include <vscg/train/schedule.hpp>

using namespace vscg::train;

TEST_CASE("the rate falls after the named epochs, counting from 1") {
  const step_schedule schedule{1e-3, 0.8, {60, 120, 240}};
  CHECK(schedule.rate(1) == 1e-3);
  CHECK(schedule.rate(60) == 1e-3);
  CHECK(schedule.rate(61) == 1e-3 * 0.8);
  CHECK(schedule.rate(120) == 1e-3 * 0.8);
  CHECK(schedule.rate(121) == 1e-3 * 0.8 * 0.8);
  CHECK(schedule.rate(240) == 1e-3 * 0.8 * 0.8);
  CHECK(schedule.rate(241) == 1e-3 * 0.8 * 0.8 * 0.8);
  CHECK(schedule.rate(300) == schedule.rate(241));
  CHECK(step_schedule{0.5, 0.1, {}}.rate(1000) == 0.5);
}

TEST_CASE("each setting has the paper's schedule") {
  const auto fully = default_settings(vscg::setting::fully).schedule();
  CHECK(fully.rate(60) == 1e-3);
  CHECK(fully.rate(61) == 1e-3 * 0.8);
  CHECK(fully.rate(121) == 1e-3 * 0.8 * 0.8);
  const auto weakly = default_settings(vscg::setting::weakly).schedule();
  CHECK(weakly.rate(80) == 1e-3);
  CHECK(weakly.rate(81) == 1e-3 * 0.8);
  CHECK(weakly.rate(180) == 1e-3 * 0.8);
  CHECK(weakly.rate(181) == 1e-3 * 0.8 * 0.8);
  CHECK(weakly.rate(241) == 1e-3 * 0.8 * 0.8 * 0.8);
}
