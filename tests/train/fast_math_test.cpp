// SPDX-License-Identifier: MIT
// Compiled with -ffast-math, as a consumer may do: the compiler then assumes that every number is finite.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/finite.hpp>
#include <vscg/core/range.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/files/element.hpp>
#include <vscg/io/safetensors.hpp>
#include <vscg/io/state.hpp>
#include <vscg/model/array.hpp>
#include <vscg/train/ave/prediction.hpp>

#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "support/temporary_folder.hpp"

namespace {

// Made from bits, because the compiler may take the constants of <limits> for anything.
template <class T>
T from_bits(std::uint32_t narrow, std::uint64_t wide) {
  if constexpr (sizeof(T) == 4) return std::bit_cast<T>(narrow);
  if constexpr (sizeof(T) == 8) return std::bit_cast<T>(wide);
}
template <class T>
T nan() {
  return from_bits<T>(0x7FC00001U, 0x7FF8000000000001ULL);
}
template <class T>
T infinity() {
  return from_bits<T>(0xFF800000U, 0xFFF0000000000000ULL);
}

}  // namespace

TEST_CASE_TEMPLATE("numbers that are not finite are noticed, and named", T, float, double) {
  const std::vector<T> values{T(1), nan<T>(), infinity<T>()};
  CHECK(vscg::is_finite(values[0]));
  CHECK_FALSE(vscg::is_finite(values[1]));
  CHECK_FALSE(vscg::is_finite(values[2]));
  CHECK(vscg::first_not_finite(std::span<const T>(values)) == 1);
  CHECK(vscg::not_finite_text(values[1]) == "NaN");
  CHECK(vscg::not_finite_text(values[2]) == "infinity");
  std::vector<float> converted(1);
  const vscg::element_format format{sizeof(T) == 4 ? vscg::element_kind::float32 : vscg::element_kind::float64, false};
  for (std::size_t i = 0; i < values.size(); ++i) {
    CHECK(convert_elements(format, std::as_bytes(std::span(values)).data() + i * sizeof(T), 1, converted.data()) ==
          (i == 0));
  }
}

TEST_CASE("a range holds no NaN") {
  const vscg::real_range range{0, 1};
  CHECK(range.holds(0.5));
  CHECK_FALSE(range.holds(nan<double>()));
}

TEST_CASE_TEMPLATE("weights that are not finite are neither written nor loaded", T, float, double) {
  const temporary_folder dir;
  const std::vector<vscg::io::state_entry> table{{"weight", {3}}};
  for (const T bad : {nan<T>(), infinity<T>()}) {
    const std::vector<T> values{T(1), T(2), bad};
    CHECK(contains(error_of([&] {
                     vscg::io::save_state<T>(dir / "w", table, [&](std::size_t) { return std::span<const T>(values); },
                                             {});
                   }),
                   "expected finite values, found " + vscg::not_finite_text(bad) + " at element 2"));
    vscg::io::write_safetensors(dir / "w", std::vector{vscg::io::make_tensor_source<T>("weight", {3}, values)});
    const auto file = vscg::io::safetensors_file::open(dir / "w");
    CHECK(contains(error_of([&] { vscg::io::load_state<T>(file, table, [](std::size_t, std::span<const T>) {}); }),
                   "expected finite values, found " + vscg::not_finite_text(bad) + " at element 2"));
  }
}

TEST_CASE_TEMPLATE("outputs that are not finite give no prediction", T, float, double) {
  struct {
    vscg::array_of<T, vscg::shape<vscg::dyn, 2, 3>> segment_scores;
  } outputs;
  outputs.segment_scores = {{T(1), T(2), T(0), T(1), T(0), nan<T>()}, 1};
  CHECK(error_of([&] { vscg::train::predict(outputs); }) ==
        "the network's output segment_scores: expected finite numbers, found NaN or infinity");
}
