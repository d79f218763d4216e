// SPDX-License-Identifier: MIT
#include <cstddef>
#include <filesystem>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/memory.hpp>
#include <vscg/io/checkpoint.hpp>
#include <vscg/train/ave/run.hpp>

#include "support/temporary_folder.hpp"
#include "train/ave/small_run.hpp"

// A run on a backend whose memory is not the host's: its features stay there, and steps pick them by row.

namespace {

using namespace vscg::train;

/// The host's, which it does not admit. Blocks of `refused` bytes are not given.
struct apart_memory {
  static constexpr bool borrows_host_arrays = false;
  using host = vscg::host_memory;
  static inline std::size_t refused = 0;
  static inline std::size_t copied = 0;
  static void* allocate(std::size_t bytes) {
    if (bytes == refused) throw std::bad_alloc();
    return host::allocate(bytes);
  }
  static void release(void* p) noexcept { host::release(p); }
  static void copy_in(void* to, const void* from, std::size_t bytes) {
    copied += bytes;
    host::copy_in(to, from, bytes);
  }
  static void copy_out(void* to, const void* from, std::size_t bytes) { host::copy_out(to, from, bytes); }
};

struct apart : vscg::cpu {
  static constexpr const char* name = "apart";
  using memory = apart_memory;
};

/// History and arrays of the checkpoint after two epochs; `stops` ends it after that many steps, and it is resumed.
template <class Backend>
std::vector<std::string> trained(std::size_t stops = 0) {
  const temporary_folder here;
  const auto ave = small::open_data();
  ave_settings s = default_settings(vscg::setting::fully);
  s.network = "small";
  s.epochs = 2;
  s.batch = 5;
  s.micro_batch = 2;
  for (const bool resumed : {false, true}) {
    if (resumed && stops == 0) break;
    ave_run<small::network, small::loss, float, Backend> run(ave, s, vscg::threads(1), small::metadata(ave));
    std::size_t done = 0;
    run_callbacks callbacks;
    callbacks.step = [&](const step_report&) { ++done; };
    if (stops > 0 && !resumed) callbacks.stop = [&] { return done >= stops; };
    run(run_folder::claim(here / "out", resumed), callbacks);
  }
  const auto file = vscg::io::open_checkpoint(here / "out" / "last.checkpoint");
  std::vector<std::string> all;
  for (const auto& tensor : file.tensors()) {
    std::string bytes(tensor.bytes(), '\0');
    file.read_bytes(tensor.begin, std::as_writable_bytes(std::span(bytes)));
    all.push_back(tensor.name + bytes);
  }
  auto description = description_of<ave_settings>(file);
  for (auto& record : description.position.history) record.seconds = 0;
  all.push_back(history_text(description.position.history));
  return all;
}

}  // namespace

TEST_CASE("a run whose features lie in a device's memory has the bits of one that reads batches from the host") {
  const auto expected = trained<vscg::cpu>();
  apart_memory::copied = 0;
  CHECK(trained<apart>() == expected);
  // Each video once, and little else: two epochs of batches and measurements would be twice as much.
  constexpr std::size_t audio = 20 * 10 * 128 * sizeof(float);
  constexpr std::size_t visual = 20 * 10 * 49 * 512 * sizeof(float);
  CHECK(apart_memory::copied >= audio + visual);
  CHECK(apart_memory::copied < 2 * (audio + visual));
  CHECK(trained<apart>(4) == expected);

  apart_memory::refused = visual;  // the data set has no room, batches have
  CHECK(trained<apart>() == expected);
  apart_memory::refused = 0;
}
