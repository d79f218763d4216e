// SPDX-License-Identifier: MIT
#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/error.hpp>
#include <vscg/cuda/bf16_inputs.hpp>
#include <vscg/io/checkpoint.hpp>
#include <vscg/optim/adam.hpp>
#include <vscg/train/ave/task.hpp>
#include <vscg/train/run.hpp>

#include "support/apart.hpp"
#include "support/pinned_host.hpp"
#include "support/temporary_folder.hpp"
#include "train/ave/small_run.hpp"

// A run on a backend whose memory is not the host's: its features stay there and steps pick them by row, or batches
// come one by one.

namespace {

using namespace vscg::train;

/// It may keep features as bf16.
struct device : apart {
  using memory = apart_from_pinned;
  static inline bool rounds = false;
  struct bf16_features : vscg::cuda_detail::bf16_inputs {
    static bool in_use() { return rounds; }
  };
  template <class T>
  using kept_as = bf16_features;
};

constexpr std::size_t audio_bytes = 20 * 10 * 128 * sizeof(float);
constexpr std::size_t visual_bytes = 20 * 10 * 49 * 512 * sizeof(float);

/// Fails to bring the third batch of an epoch, once, if `fails`.
template <class Backend>
struct task : ave_task<small::network, small::loss, float, Backend> {
  using base = ave_task<small::network, small::loss, float, Backend>;
  using base::base;
  static inline bool fails = false;
  template <class Take>
  void for_each_batch(std::span<const std::vector<std::size_t>> lists, Take take, const std::function<bool()>& stop) {
    std::size_t given = 0;
    const auto give = [&](const auto&... arrays) {
      if (++given == 3 && std::exchange(fails, false)) throw vscg::expectation_error("batch", "a third one", "none");
      return take(arrays...);
    };
    base::for_each_batch(lists, give, stop);
  }
};

/// How a run ends before it is resumed, after two steps.
enum class end { none, stop, error };

/// History and arrays of the checkpoint after two epochs.
template <class Backend>
std::vector<std::string> trained(end early = end::none) {
  const temporary_folder here;
  const auto ave = small::open_data();
  ave_settings s = default_settings(vscg::setting::fully);
  s.network = "small";
  s.epochs = 2;
  s.batch = 5;
  s.micro_batch = 2;
  using run_type = run<small::network, small::loss, vscg::adam, float, Backend, task<Backend>>;
  run_type run(s, vscg::threads(1), small::metadata(ave), ave);
  if (early != end::none) {
    std::size_t done = 0;
    run_callbacks callbacks;
    callbacks.step = [&](const step_report& report) { done = report.batch; };
    callbacks.stop = [&] { return early == end::stop && done == 2; };
    task<Backend>::fails = early == end::error;
    bool failed = false;
    try {
      run(run_folder::claim(here / "out", false), callbacks);
    } catch (const vscg::expectation_error&) {
      failed = true;
    }
    CHECK(failed == (early == end::error));
    CHECK(done == 2);
    CHECK(run.description().position.batches == 2);
  }
  run(run_folder::claim(here / "out", early != end::none));
  const auto file = vscg::io::open_checkpoint(here / "out" / "last.checkpoint");
  std::vector<std::string> all;
  for (const auto& tensor : file.tensors()) {
    std::string bytes(tensor.bytes(), '\0');
    file.read_bytes(tensor.begin, std::as_writable_bytes(std::span(bytes)));
    all.push_back(tensor.name + bytes);
  }
  auto description = description_of<ave_settings>(file);
  for (auto& record : description.position.history) {
    record.seconds = 0;
    record.training_seconds.reset();
  }
  all.push_back(history_text(description.position.history));
  return all;
}

const std::vector<std::string>& exact() {
  static const auto found = trained<vscg::cpu>();
  return found;
}

}  // namespace

TEST_CASE("a run whose features lie in a device's memory has the bits of one that reads batches from the host") {
  const auto& expected = exact();
  apart_memory::copied = 0;
  CHECK(trained<device>() == expected);
  // Each video once, and little else: two epochs of batches and measurements would be twice as much.
  CHECK(apart_memory::copied >= audio_bytes + visual_bytes);
  CHECK(apart_memory::copied < 2 * (audio_bytes + visual_bytes));
  CHECK(trained<device>(end::stop) == expected);
  CHECK(trained<device>(end::error) == expected);
  CHECK(apart::copies_beside == 0);
}

TEST_CASE("without memory for all features, the next batch comes while one trains, with the same bits") {
  apart_memory::refused = visual_bytes;
  const auto& expected = exact();
  CHECK(trained<device>() == expected);
  // 6 batches of training: what steps read first, sound and picture straight from the loader's memory, targets. 4
  // batches of measuring, without targets.
  CHECK(apart::copies_beside == 6 * 4 + 4 * 3);
  CHECK(trained<device>(end::stop) == expected);
  CHECK(trained<device>(end::error) == expected);
  apart_memory::refused = 0;
}

TEST_CASE(
    "features that are kept as bf16 take half the memory, and give the bits of batches that are rounded one by one") {
  device::rounds = true;
  apart_memory::copied = 0;
  const auto kept = trained<device>();
  CHECK(kept != exact());
  CHECK(apart_memory::copied >= (audio_bytes + visual_bytes) / 2);
  CHECK(apart_memory::copied < audio_bytes + visual_bytes);
  apart_memory::refused = visual_bytes / 2;
  CHECK(trained<device>() == kept);
  apart_memory::refused = 0;
  device::rounds = false;
}
