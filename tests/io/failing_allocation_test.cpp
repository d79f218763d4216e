// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdlib>
#include <map>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/error.hpp>
#include <vscg/io/checkpoint.hpp>
#include <vscg/io/network_metadata.hpp>
#include <vscg/io/safetensors.hpp>
#include <vscg/train/ave/settings.hpp>
#include <vscg/train/checkpoint.hpp>
#include <vscg/train/summary.hpp>

#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"

// Every new of the program comes here, because a test program is one .cpp. All of them fail from the chosen one on, as
// when memory runs out. Code that needs memory to destroy something ends the process, and this test with it.

namespace {
std::size_t left = 0;  // allocations until they fail; 0: never
bool used_up = false;
}  // namespace

void* operator new(std::size_t bytes, const std::nothrow_t& /*tag*/) noexcept {
  used_up = used_up || (left > 0 && --left == 0);
  return used_up ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
}
void* operator new(std::size_t bytes) {
  void* const memory = ::operator new(bytes, std::nothrow);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*bytes*/) noexcept { std::free(memory); }

namespace {

/// Calls `f` with the first, second, … allocation failing, until none does; returns how many there are.
template <class F>
std::size_t fail_each(F&& f) {
  for (std::size_t last = 1;; ++last) {
    left = last;
    try {
      f();
    } catch (const std::bad_alloc&) {
      REQUIRE(used_up);
    }
    left = 0;
    if (!std::exchange(used_up, false)) return last;
  }
}

}  // namespace

TEST_CASE("files are read and written without an abort when memory runs out, and written whole or not at all") {
  const temporary_folder dir;
  vscg::io::network_metadata metadata;
  metadata.network = "a network with a name that is allocated";
  metadata.settings = {{"relevance_threshold", "0.7"},
                       {"categories", R"(["Church bell, of a church with a bell","Male speech, man speaking"])"}};
  const std::vector<float> values(6, 0.5F);
  std::vector<vscg::io::tensor_source> tensors;
  for (const std::string name : {"first.of.many.parameters.weight", "second.of.many.parameters.weight", "b"}) {
    tensors.push_back(vscg::io::make_tensor_source<float>(name, {2, 3}, values));
  }
  const auto write = [&] { vscg::io::write_safetensors(dir / "w", tensors, vscg::io::metadata_to_map(metadata)); };
  write();
  const std::string whole = bytes_of(dir / "w");
  CHECK(fail_each(write) > 50);
  CHECK(bytes_of(dir / "w") == whole);
  CHECK(dir.names().size() == 1);
  CHECK(fail_each([&] {
          const auto file = vscg::io::safetensors_file::open(dir / "w");
          vscg::io::metadata_from_map(file.metadata(), "w");
        }) > 50);
  const std::string nested = R"({"w":{"x":[1,[2,{"y":[3]}]],"dtype":"F32","shape":[],"data_offsets":[0,4]}})";
  CHECK(fail_each([&] { vscg::io::parse_safetensors_header(nested, 4, "a file with a name that is allocated"); }) > 5);
}

TEST_CASE("settings, metrics and position of a run come and go without an abort when memory runs out") {
  vscg::train::run_description<vscg::train::ave_settings> run;
  run.settings.network = "a network with a name that is allocated";
  run.settings.decay_after = {60, 120, 240};
  run.position.sums = {1.5, 0.5};
  run.position.progress = {4, 0.5, 0.25};
  run.position.progress_of_arrays = {1, 0, 1};
  run.position.history = {{1, 1e-3, 2.5, {{"a term with a name that is allocated", 1.5}}, 0.5, std::nullopt, 7.5}};
  run.build = "a build with a name that is allocated";
  const temporary_folder dir;
  const std::vector<float> values(6, 0.5F);
  const std::vector tensors{vscg::io::make_tensor_source<float>("weights.a", {2, 3}, values)};
  vscg::io::write_checkpoint(dir / "c", tensors, description_to_map(run));
  CHECK(fail_each([&] { description_to_map(run); }) > 50);
  CHECK(fail_each([&] { summary_text(run, 6, 5, 1); }) > 50);
  CHECK(fail_each([&] {
          vscg::train::description_of<vscg::train::ave_settings>(vscg::io::open_checkpoint(dir / "c"));
        }) > 100);
  const auto again = vscg::train::description_of<vscg::train::ave_settings>(vscg::io::open_checkpoint(dir / "c"));
  CHECK(description_to_map(again) == description_to_map(run));
}
