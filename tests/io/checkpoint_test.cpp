// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/io/checkpoint.hpp>

#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"

using namespace vscg::io;

namespace {

const std::vector<float> weights = {1, 2, 3, 4, 5, 6};
const std::vector<double> losses = {0.5, 0.25};
const std::vector<std::int64_t> steps = {26};

std::vector<tensor_source> content() {
  return {make_tensor_source<float>("weights.a", {2, 3}, weights), make_tensor_source<double>("losses", {2}, losses),
          make_tensor_source<std::int64_t>("steps", {}, steps)};
}

}  // namespace

TEST_CASE("a checkpoint comes back, same bytes for the same content") {
  const temporary_folder scratch;
  const auto path = scratch / "last.checkpoint";
  write_checkpoint(path, content(), {{"setting", "fully"}});
  const auto file = open_checkpoint(path);
  CHECK(file.metadata().at("setting") == "fully");
  CHECK(file.read<float>(file.at("weights.a")) == weights);
  CHECK(file.read<double>(file.at("losses")) == losses);
  CHECK(file.read<std::int64_t>(file.at("steps")) == steps);
  const std::string first = bytes_of(path);
  write_checkpoint(path, content(), {{"setting", "fully"}});
  CHECK(bytes_of(path) == first);
}

TEST_CASE("any single damaged byte and any torn end is seen") {
  const temporary_folder scratch;
  const auto path = scratch / "last.checkpoint";
  write_checkpoint(path, content(), {{"setting", "fully"}, {"seed", "1"}});
  const std::string good = bytes_of(path);
  const auto problem = [&](const std::string& bytes) {
    put_bytes(path, bytes);
    return error_of([&] { open_checkpoint(path); });
  };
  CHECK(problem(good).empty());
  const std::size_t values = good.size() - 48;
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    // Blanks after the JSON mean nothing, but with a '0' in their place it is no longer JSON.
    const std::string message = problem(bytes);
    REQUIRE_FALSE(message.empty());
    REQUIRE(contains(message, path.string()));
    if (at >= values) REQUIRE(contains(message, "is damaged: its checksum"));
  }
  for (std::size_t length = 0; length < good.size(); length += 7) CHECK_FALSE(problem(good.substr(0, length)).empty());
  std::string zeros = good;  // a page that never reached the disk
  zeros.replace(values, 48, 48, '\0');
  CHECK(contains(problem(zeros), "is damaged: its checksum"));
}

TEST_CASE("other files are not checkpoints") {
  const temporary_folder scratch;
  write_safetensors(scratch / "weights", content());
  CHECK(contains(error_of([&] { open_checkpoint(scratch / "weights"); }), "expected a checkpoint"));
  CHECK(contains(error_of([&] { open_checkpoint(scratch / "absent"); }), "No such file"));

  write_checkpoint(scratch / "a", content(), {});
  std::string bytes = bytes_of(scratch / "a");
  bytes.replace(bytes.find("vscg-checkpoint-1"), 17, "vscg-checkpoint-2");
  put_bytes(scratch / "a", bytes);
  CHECK(contains(error_of([&] { open_checkpoint(scratch / "a"); }),
                 "vscg.format: expected vscg-checkpoint-1, found vscg-checkpoint-2"));
}
