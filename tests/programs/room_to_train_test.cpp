// SPDX-License-Identifier: MIT
#include "programs/room_to_train.hpp"

#include <cstddef>
#include <string>

#include <doctest/doctest.h>

#include <vscg/core/error.hpp>
#include <vscg/train/ave/settings.hpp>

#include "support/contains.hpp"

namespace {

using vscg::train::ave_settings;

/// What a run says that finds no room, where there is room for `most` videos: twice a batch and a micro-batch.
std::string message(std::size_t most, const std::string& missing) {
  ave_settings asked;
  asked.batch = 128;
  asked.micro_batch = 32;
  const auto make = [&](const ave_settings& s) {
    if (2 * s.batch + s.micro_batch > most) throw vscg::out_of_memory("card", "more", "less");
  };
  return programs::no_room_to_train(asked, sizeof(float), missing, make).what();
}

}  // namespace

TEST_CASE("a run for which memory is too small says what was missing and which settings fit") {
  const std::string missing = " (cuda: memory of the device: expected 300.0 MiB more, found 12.0 MiB free of 8.0 GiB)";
  const std::string wanted =
      "memory: expected room for --batch 128 and --micro-batch 32 in float (two batches of 123.1 MiB, "
      "and the memory of a micro-batch), found ";
  CHECK(message(270, missing) ==
        wanted + "too little" + missing + "; there is room for --batch 128 and --micro-batch 8 in float");
  CHECK(message(257, "") == wanted + "too little; there is room for --batch 128 and --micro-batch 1 in float");
  CHECK(contains(message(50, ""), "; there is room for --batch 16 and --micro-batch 1 in float"));
  CHECK(message(0, missing) == wanted + "too little" + missing);
  CHECK(contains(message(0, ""), "found at most "));
}
