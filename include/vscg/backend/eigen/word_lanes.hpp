// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include <Eigen/Core>

#include <vscg/core/config.hpp>
#include <vscg/core/random.hpp>

namespace vscg {
inline namespace VSCG_INSTRUCTION_SET {
namespace eigen_detail {

/// As many 32-bit words as a register holds in 64 bits each.
struct word_lanes {
  using bits = std::uint64_t;
  static constexpr std::size_t size =
      Eigen::internal::packet_traits<float>::size < 4 ? 2 : Eigen::internal::packet_traits<float>::size / 2;
  typedef bits vector __attribute__((vector_size(size * sizeof(bits))));

  vector value;

  word_lanes() = default;
  explicit word_lanes(bits x) : value(vector{} + x) {}
  static word_lanes of(vector v) {
    word_lanes result;
    result.value = v;
    return result;
  }
  /// The product of the lower halves; such words have no others.
  friend word_lanes operator*(word_lanes a, bits b) {
#if defined(EIGEN_VECTORIZE_AVX512)
    return of(vector(_mm512_maskz_mul_epu32(0xff, __m512i(a.value), _mm512_set1_epi64(static_cast<long long>(b)))));
#elif defined(EIGEN_VECTORIZE_AVX2)
    return of(vector(_mm256_mul_epu32(__m256i(a.value), _mm256_set1_epi64x(static_cast<long long>(b)))));
#elif defined(EIGEN_VECTORIZE_SSE2)
    return of(vector(_mm_mul_epu32(__m128i(a.value), _mm_set1_epi64x(static_cast<long long>(b)))));
#else
    return of(a.value * b);
#endif
  }
  friend word_lanes operator+(word_lanes a, bits b) { return of(a.value + b); }
  friend word_lanes operator>>(word_lanes a, unsigned b) { return of(a.value >> bits{b}); }
  friend word_lanes operator&(word_lanes a, bits b) { return of(a.value & b); }
  friend word_lanes operator^(word_lanes a, bits b) { return of(a.value ^ b); }
  friend word_lanes operator^(word_lanes a, word_lanes b) { return of(a.value ^ b.value); }

  /// to[4 i + k] = words[k] of lane i
  static void store_in_order(const four<word_lanes>& words, std::uint32_t* to) {
    static_assert(std::endian::native == std::endian::little);
    const vector first = words[0].value | words[1].value << bits{32};
    const vector second = words[2].value | words[3].value << bits{32};
    const vector low = zip<0>(first, second, std::make_index_sequence<size>{});
    const vector high = zip<size / 2>(first, second, std::make_index_sequence<size>{});
    std::memcpy(to, &low, sizeof(vector));
    std::memcpy(to + 2 * size, &high, sizeof(vector));
  }

 private:
  template <std::size_t From, std::size_t... J>
  static vector zip(const vector& a, const vector& b, std::index_sequence<J...> /*lanes*/) {
    return __builtin_shufflevector(a, b, static_cast<int>(From + J / 2 + J % 2 * size)...);
  }
};

}  // namespace eigen_detail
}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg

#include <vscg/core/end.hpp>
