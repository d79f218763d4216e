// SPDX-License-Identifier: MIT
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/files/element.hpp>
#include <vscg/files/float16.hpp>

using namespace vscg;

namespace {

// Follows the definition of IEEE half precision, in double.
double half_by_definition(std::uint16_t half) {
  const int exponent = (half >> 10U) & 31U;
  const double mantissa = half & 1023U;
  const double sign = (half & 0x8000U) != 0 ? -1.0 : 1.0;
  if (exponent == 0) return sign * std::ldexp(mantissa, -24);
  if (exponent == 31 && mantissa == 0) return sign * std::numeric_limits<double>::infinity();
  if (exponent == 31) return std::numeric_limits<double>::quiet_NaN();
  return sign * std::ldexp(1024.0 + mantissa, exponent - 25);
}

template <class Word>
std::vector<std::byte> bytes_of(const std::vector<Word>& words, bool backwards) {
  std::vector<std::byte> result;
  for (const Word word : words) {
    const auto* bytes = reinterpret_cast<const std::byte*>(&word);
    for (std::size_t i = 0; i < sizeof(Word); ++i) result.push_back(bytes[backwards ? sizeof(Word) - 1 - i : i]);
  }
  return result;
}

}  // namespace

TEST_CASE("half precision: all 65,536 numbers") {
  int different = 0;
  for (std::uint32_t i = 0; i < 65536; ++i) {
    const auto half = static_cast<std::uint16_t>(i);
    const double expected = half_by_definition(half);
    const float found = half_to_float(half);
    const bool same = std::isnan(expected)
                          ? std::isnan(found)
                          : found == static_cast<float>(expected) && std::signbit(found) == std::signbit(expected);
    if (!same) ++different;
  }
  CHECK(different == 0);
}

TEST_CASE("both byte orders, unaligned, into float and double") {
  const std::vector<double> numbers = {0.0, 1.0, -2.5, 1234.0625, 1e-3};
  for (const bool swapped : {false, true}) {
    CAPTURE(swapped);
    std::vector<std::byte> bytes = bytes_of(numbers, swapped);
    bytes.insert(bytes.begin(), std::byte{7});
    std::vector<double> wide(5);
    std::vector<float> narrow(5);
    CHECK(convert_elements({element_kind::float64, swapped}, bytes.data() + 1, 5, wide.data()));
    CHECK(convert_elements({element_kind::float64, swapped}, bytes.data() + 1, 5, narrow.data()));
    CHECK(wide == numbers);
    CHECK(narrow == std::vector<float>(numbers.begin(), numbers.end()));

    const std::vector<float> floats(numbers.begin(), numbers.end());
    bytes = bytes_of(floats, swapped);
    bytes.insert(bytes.begin(), std::byte{7});
    CHECK(convert_elements({element_kind::float32, swapped}, bytes.data() + 1, 5, wide.data()));
    CHECK(wide == std::vector<double>(floats.begin(), floats.end()));

    bytes = bytes_of(std::vector<std::uint16_t>{0x3c00, 0xc100}, swapped);  // 1 and -2.5
    CHECK(convert_elements({element_kind::float16, swapped}, bytes.data(), 2, wide.data()));
    CHECK(wide[0] == 1.0);
    CHECK(wide[1] == -2.5);
  }
}

TEST_CASE("a number that is not finite is noticed at any position") {
  const double bad[] = {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                        -std::numeric_limits<double>::infinity()};
  for (const double value : bad) {
    for (std::size_t place = 0; place < 19; ++place) {
      std::vector<double> numbers(19, 3.0);
      numbers[place] = value;
      std::vector<double> wide(19);
      std::vector<float> narrow(19);
      const auto* from = reinterpret_cast<const std::byte*>(numbers.data());
      CHECK_FALSE(convert_elements({element_kind::float64, false}, from, 19, wide.data()));
      CHECK_FALSE(convert_elements({element_kind::float64, false}, from, 19, narrow.data()));
    }
  }
  const double large = 1e39;
  double wide = 0;
  float narrow = 0;
  const auto* from = reinterpret_cast<const std::byte*>(&large);
  CHECK(convert_elements({element_kind::float64, false}, from, 1, &wide));
  CHECK_FALSE(convert_elements({element_kind::float64, false}, from, 1, &narrow));
  const double largest = std::numeric_limits<double>::max();
  from = reinterpret_cast<const std::byte*>(&largest);
  CHECK(convert_elements({element_kind::float64, false}, from, 1, &wide));
}

TEST_CASE("float_to_half rounds to the nearest half, ties to even, and every half comes back") {
  for (std::uint32_t bits = 0; bits < 0x10000U; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    if ((bits & 0x7FFFU) > 0x7C00U) continue;  // NaN has many encodings
    CHECK_UNARY(float_to_half(half_to_float(half)) == half);
    if ((bits & 0x7FFFU) >= 0x7BFFU) continue;
    const float low = half_to_float(half), high = half_to_float(static_cast<std::uint16_t>(bits + 1));
    const float middle = (low + high) / 2;
    CHECK_UNARY(float_to_half(middle) == ((bits & 1U) == 0 ? half : half + 1));
    CHECK_UNARY(float_to_half(std::nextafter(middle, low)) == half);
    CHECK_UNARY(float_to_half(std::nextafter(middle, high)) == half + 1);
  }
  CHECK(float_to_half(65519.0F) == 0x7BFF);
  CHECK(float_to_half(65520.0F) == 0x7C00);
  CHECK(float_to_half(1e30F) == 0x7C00);
  CHECK(float_to_half(-1e30F) == 0xFC00);
  CHECK(float_to_half(std::numeric_limits<float>::quiet_NaN()) == 0x7E00);
}

TEST_CASE("bfloat16 is the upper half of a float") {
  CHECK(bfloat16_to_float(0x3F80U) == 1.0F);
  CHECK(bfloat16_to_float(0xC049U) == -3.140625F);
  CHECK(std::isnan(bfloat16_to_float(0x7FC0U)));
  const std::vector<std::uint16_t> words{0x3F80U, 0xC049U};
  for (const bool swapped : {false, true}) {
    std::vector<double> wide(2);
    CHECK(convert_elements({element_kind::bfloat16, swapped}, bytes_of(words, swapped).data(), 2, wide.data()));
    CHECK(wide == std::vector<double>{1.0, -3.140625});
  }
}
