// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include <vscg/io/safetensors.hpp>
#include <vscg/train/ave/settings.hpp>
#include <vscg/train/schedule.hpp>

#include "support/error_of.hpp"

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

TEST_CASE("schedules have the rates of PyTorch's schedulers") {
  const char* const tests = std::getenv("VSCG_TESTS_DIR");
  if (tests == nullptr) {
    MESSAGE("skipped: VSCG_TESTS_DIR does not name the folder of the tests");
    return;
  }
  const auto file =  // which optim/pytorch/record.py made
      vscg::io::safetensors_file::open(std::filesystem::path(tests) / "optim/pytorch/schedules.safetensors");
  const auto follows = [&](const std::string& name, const Schedule auto& schedule) {
    INFO(name);
    const auto expected = file.read<double>(file.at(name));
    CHECK(expected.size() == 12);
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(std::abs(schedule.rate(i + 1) - expected[i]) <= 1e-15);
  };
  follows("constant", constant_schedule{.initial = 0.1, .factor = 0.25, .epochs = 3});
  follows("step", step_schedule{.initial = 0.1, .factor = 0.3, .after = {2, 5}});
  follows("exponential", exponential_schedule{.initial = 0.1, .factor = 0.8});
  follows("cosine", cosine_schedule{.initial = 0.1, .epochs = 8, .lowest = 0.01});
  follows("linear", linear_schedule{.initial = 0.1, .first_factor = 0.2, .epochs = 4});
  follows("warm_up_then_cosine", sequential_schedule{linear_schedule{.initial = 0.1, .first_factor = 0.2, .epochs = 3},
                                                     3, cosine_schedule{.initial = 0.1, .epochs = 9}});
}

TEST_CASE("a schedule without a length, and epoch 0, are refused") {
  CHECK(constant_schedule{0.5}.rate(1000) == 0.5);
  CHECK(error_of([] { cosine_schedule{.epochs = 0}.rate(1); }) ==
        "cosine_schedule: expected at least 1 epoch, found 0");
  CHECK(error_of([] { linear_schedule{.epochs = 0}.rate(1); }) ==
        "linear_schedule: expected at least 1 epoch, found 0");
  CHECK(error_of([] { exponential_schedule{}.rate(0); }) == "epoch of a learning rate: expected at least 1, found 0");
}
