// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <vscg/core/config.hpp>

namespace vscg {

/// Every random number of a run comes from its seed. There is no other source of randomness in the library.
struct seed {
  std::uint64_t value = 1;
  constexpr seed() = default;
  constexpr explicit seed(std::uint64_t v) : value(v) {}
};

/// 64-bit FNV-1a. This hash turns names (of parameters, and paths of layers) into keys of random streams.
constexpr std::uint64_t fnv1a(std::string_view text, std::uint64_t hash = 0xcbf29ce484222325ULL) {
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  return hash;
}

/// Four words of Philox: a counter, or what Philox makes of it. This is not a std::array, because kernels on a device
/// may not call its functions.
template <class Word>
struct four {
  Word words[4];
  VSCG_HD constexpr const Word& operator[](std::size_t i) const { return words[i]; }
  constexpr bool operator==(const four&) const = default;
};

/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a counter and a key give four
/// words. There is no state, so any element of any mask can be computed anywhere, in any order.
///
/// Each `Word` holds 32 bits in 64: for one counter, or for several counters next to each other.
template <class Word>
VSCG_HD constexpr four<Word> philox_words(const four<Word>& counter, std::uint64_t key) {
  constexpr std::uint64_t low = 0xffffffffU;
  std::uint64_t k0 = key & low;
  std::uint64_t k1 = key >> 32U;
  Word c0 = counter.words[0];
  Word c1 = counter.words[1];
  Word c2 = counter.words[2];
  Word c3 = counter.words[3];
  for (int round = 0; round < 10; ++round) {
    const Word p0 = c0 * std::uint64_t{0xD2511F53U};
    const Word p1 = c2 * std::uint64_t{0xCD9E8D57U};
    c0 = (p1 >> 32U) ^ c1 ^ k0;
    c1 = p1 & low;
    c2 = (p0 >> 32U) ^ c3 ^ k1;
    c3 = p0 & low;
    k0 = (k0 + 0x9E3779B9U) & low;
    k1 = (k1 + 0xBB67AE85U) & low;
  }
  return {{c0, c1, c2, c3}};
}

/// The same for one counter.
VSCG_HD constexpr four<std::uint32_t> philox(const four<std::uint32_t>& counter, std::uint64_t key) {
  const std::uint32_t* const c = counter.words;
  const auto words = philox_words<std::uint64_t>({{c[0], c[1], c[2], c[3]}}, key);
  const std::uint64_t* const w = words.words;
  return {{static_cast<std::uint32_t>(w[0]), static_cast<std::uint32_t>(w[1]), static_cast<std::uint32_t>(w[2]),
           static_cast<std::uint32_t>(w[3])}};
}

/// Uniform in [0, 1), 53 bits, from 64 random bits.
VSCG_HD constexpr double uniform_of(std::uint64_t bits) { return static_cast<double>(bits >> 11U) * 0x1p-53; }

/// Normal with mean 0 and variance 1, from two numbers that are uniform in [0, 1) (Box and Muller's method).
VSCG_HD inline double normal_of(double first, double second) {
  return std::sqrt(-2 * std::log(1 - first)) * std::cos(6.283185307179586 * second);
}

/// A stream of random numbers named by (seed, name). Element i is a pure function of both.
class random_stream {
 public:
  constexpr random_stream(seed s, std::string_view name) : key_(s.value ^ (fnv1a(name) * 0x9E3779B97F4A7C15ULL)) {}

  /// 64 random bits, element `i` of sub-stream `lane`.
  constexpr std::uint64_t bits(std::uint64_t i, std::uint64_t lane = 0) const {
    const auto random = philox({{static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i >> 32U),
                                 static_cast<std::uint32_t>(lane), static_cast<std::uint32_t>(lane >> 32U)}},
                               key_);
    return (std::uint64_t{random.words[1]} << 32U) | random.words[0];
  }

  /// Uniform in [0, 1), 53 bits.
  constexpr double uniform(std::uint64_t i, std::uint64_t lane = 0) const { return uniform_of(bits(i, lane)); }

  /// Normal with mean 0 and variance 1, from lanes `lane` and `lane` + 1.
  double normal(std::uint64_t i, std::uint64_t lane = 0) const {
    return normal_of(uniform(i, lane), uniform(i, lane + 1));
  }

  /// Uniform integer in [0, n), n > 0 (multiply-shift: the bias is below n / 2^32).
  constexpr std::uint64_t below(std::uint64_t n, std::uint64_t i, std::uint64_t lane = 0) const {
    return ((bits(i, lane) >> 32U) * n) >> 32U;
  }

 private:
  std::uint64_t key_;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
