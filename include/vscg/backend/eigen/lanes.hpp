// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <Eigen/Core>

#include <vscg/backend/eigen/word_lanes.hpp>
#include <vscg/core/config.hpp>

namespace vscg {
inline namespace VSCG_INSTRUCTION_SET {
namespace eigen_detail {

/// As many numbers as a vector register holds, computed together with Eigen's packet functions. Every element of an
/// array goes through the same instructions wherever it lies (array ends are padded, not handled by other code), so its
/// bits do not depend on its neighbors, on alignment or on the batch.
template <class T>
struct lanes {
  using scalar = T;
  using packet = typename Eigen::internal::packet_traits<T>::type;
  using traits = Eigen::internal::packet_traits<T>;
  static constexpr std::size_t size = Eigen::internal::unpacket_traits<packet>::size;
  /// Whether a part of a register can be loaded and stored at once.
  static constexpr bool takes_masks = Eigen::internal::unpacket_traits<packet>::masked_load_available &&
                                      Eigen::internal::unpacket_traits<packet>::masked_store_available;

  packet value;

  lanes() = default;
  lanes(T x) : value(Eigen::internal::pset1<packet>(x)) {}  // NOLINT: a number stands for itself in each lane
  static lanes of(packet p) {
    lanes result;
    result.value = p;
    return result;
  }
  static lanes load(const T* from) { return of(Eigen::internal::ploadu<packet>(from)); }
  /// The first `count` numbers, then zeros.
  static lanes load(const T* from, std::size_t count) {
    if constexpr (takes_masks) {
      return of(Eigen::internal::ploadu<packet>(from, first_bits(count)));
    } else {
      alignas(64) T padded[size] = {};
      for (std::size_t i = 0; i < count; ++i) padded[i] = from[i];
      return of(Eigen::internal::pload<packet>(padded));
    }
  }
  void store(T* to) const { Eigen::internal::pstoreu(to, value); }
  void store(T* to, std::size_t count) const {
    if constexpr (takes_masks) {
      Eigen::internal::pstoreu<T>(to, value, first_bits(count));
    } else {
      alignas(64) T padded[size];
      Eigen::internal::pstore(padded, value);
      for (std::size_t i = 0; i < count; ++i) to[i] = padded[i];
    }
  }
  /// The first `count` numbers, then `rest`.
  lanes first(std::size_t count, T rest) const {
    const packet inside = Eigen::internal::pcmp_lt(Eigen::internal::plset<packet>(T(0)),
                                                   Eigen::internal::pset1<packet>(static_cast<T>(count)));
    return of(Eigen::internal::pselect(inside, value, Eigen::internal::pset1<packet>(rest)));
  }

  T first() const { return Eigen::internal::pfirst(value); }
  T sum() const { return Eigen::internal::predux(value); }
  T largest() const { return Eigen::internal::predux_max(value); }

  friend lanes operator+(lanes a, lanes b) { return of(Eigen::internal::padd(a.value, b.value)); }
  friend lanes operator-(lanes a, lanes b) { return of(Eigen::internal::psub(a.value, b.value)); }
  friend lanes operator-(lanes a) { return of(Eigen::internal::pnegate(a.value)); }
  friend lanes operator*(lanes a, lanes b) { return of(Eigen::internal::pmul(a.value, b.value)); }
  friend lanes operator/(lanes a, lanes b) { return of(Eigen::internal::pdiv(a.value, b.value)); }
  friend lanes max(lanes a, lanes b) { return of(Eigen::internal::pmax<Eigen::PropagateNaN>(a.value, b.value)); }
  friend lanes min(lanes a, lanes b) { return of(Eigen::internal::pmin(a.value, b.value)); }
  friend lanes abs(lanes a) { return of(Eigen::internal::pabs(a.value)); }
  friend lanes sqrt(lanes a) {
    return a.template apply<traits::HasSqrt>([](packet p) { return Eigen::internal::psqrt(p); },
                                             [](T x) { return std::sqrt(x); });
  }
  friend lanes exp(lanes a) {
    return a.template apply<traits::HasExp>([](auto p) { return Eigen::internal::pexp(p); },
                                            [](T x) { return std::exp(x); });
  }
  friend lanes log(lanes a) {
    return a.template apply<traits::HasLog>([](auto p) { return Eigen::internal::plog(p); },
                                            [](T x) { return std::log(x); });
  }
  friend lanes tanh(lanes a) {
    return a.template apply<traits::HasTanh>([](auto p) { return Eigen::internal::ptanh(p); },
                                             [](T x) { return std::tanh(x); });
  }
  friend lanes erfc(lanes a) {
    return a.template apply<false>([](auto p) { return p; }, [](T x) { return std::erfc(x); });
  }
  friend lanes log1p(lanes a) {
    return a.template apply<false>([](auto p) { return p; }, [](T x) { return std::log1p(x); });
  }
  /// a > b ? yes : no
  friend lanes where_greater(lanes a, lanes b, lanes yes, lanes no) {
    return of(Eigen::internal::pselect(Eigen::internal::pcmp_lt(b.value, a.value), yes.value, no.value));
  }

 private:
  // Eigen's masks have a bit for each lane.
  static auto first_bits(std::size_t count) {
    return static_cast<std::conditional_t<(size > 8), std::uint16_t, std::uint8_t>>((1U << count) - 1);
  }

  template <bool Vectorized, class PacketFunction, class ScalarFunction>
  lanes apply(PacketFunction on_packet, ScalarFunction on_scalar) const {
    if constexpr (Vectorized) {
      return of(on_packet(value));
    } else {
      alignas(64) T each[size];
      Eigen::internal::pstore(each, value);
      for (std::size_t i = 0; i < size; ++i) each[i] = on_scalar(each[i]);
      return of(Eigen::internal::pload<packet>(each));
    }
  }
};

/// The place of a full register of numbers in an array.
template <class T>
struct lane_index {
  using value = lanes<T>;
  std::size_t at;
  lanes<T> load(const T* from) const { return lanes<T>::load(from + at); }
  void store(T* to, lanes<T> v) const { v.store(to + at); }
  /// The value whose element i is f(i).
  template <class F>
  lanes<T> generate(F f) const {
    alignas(64) T each[lanes<T>::size];
    for (std::size_t i = 0; i < lanes<T>::size; ++i) each[i] = f(at + i);
    return lanes<T>::load(each);
  }
};

/// The place of an array's last, incomplete register. Lanes beyond the end read 0 and are not written.
template <class T>
struct tail_index {
  using value = lanes<T>;
  std::size_t at;
  std::size_t count;
  lanes<T> load(const T* from) const { return lanes<T>::load(from + at, count); }
  void store(T* to, lanes<T> v) const { v.store(to + at, count); }
  template <class F>
  lanes<T> generate(F f) const {
    alignas(64) T each[lanes<T>::size] = {};
    for (std::size_t i = 0; i < count; ++i) each[i] = f(at + i);
    return lanes<T>::load(each);
  }
};

/// A few counters of random words side by side.
template <class T>
struct counter_lanes {
  using word = word_lanes;
  std::size_t at;
  word words() const {
    word result;
    for (std::size_t i = 0; i < word::size; ++i) result.value[i] = (at + i) & 0xffffffffU;
    return result;
  }
  /// f(index, kept) for the elements that belong to the four words of each counter, up to `n`: `kept` is 0 if the
  /// element's word is below `limit`, else 1.
  template <class F>
  void each(const four<word>& words, std::size_t n, std::uint32_t limit, F f) const {
    constexpr std::size_t count = 4 * word::size;
    std::uint32_t in_order[count];
    word::store_in_order(words, in_order);
    alignas(64) T kept[count];
    for (std::size_t i = 0; i < count; ++i) kept[i] = static_cast<T>(in_order[i] >= limit);
    for (std::size_t i = 0; i < count; i += lanes<T>::size) {
      const std::size_t element = 4 * at + i;
      if (element + lanes<T>::size <= n)
        f(lane_index<T>{element}, lanes<T>::load(kept + i));
      else if (element < n)
        f(tail_index<T>{element, n - element}, lanes<T>::load(kept + i));
    }
  }
};

/// The lanes that work on one row together.
template <class T>
struct lane_group {
  /// f(index) for the elements 0 … n-1.
  template <class F>
  void each(std::size_t n, F f) const {
    range(0, n, f);
  }
  template <class F>
  static void range(std::size_t begin, std::size_t end, F f) {
    std::size_t at = begin;
    for (; at + lanes<T>::size <= end; at += lanes<T>::size) f(lane_index<T>{at});
    if (at < end) f(tail_index<T>{at, end - at});
  }
  /// f(i) for the integers 0 … n-1.
  template <class F>
  void integers(std::size_t n, F f) const {
    for (std::size_t i = 0; i < n; ++i) f(i);
  }
  /// f(counter) for the counters 0 … n-1 of random words.
  template <class F>
  void counters(std::size_t n, F f) const {
    for (std::size_t at = 0; at < n; at += word_lanes::size) f(counter_lanes<T>{at});
  }
  /// Sum of f(index) over the elements 0 … n-1, in an order that depends on n alone.
  template <class F>
  T sum(std::size_t n, F f) const {
    lanes<T> total(T(0));
    std::size_t at = 0;
    for (; at + lanes<T>::size <= n; at += lanes<T>::size) total = total + f(lane_index<T>{at});
    if (at < n) total = total + f(tail_index<T>{at, n - at}).first(n - at, T(0));
    return total.sum();
  }
  template <class F>
  T max(std::size_t n, F f) const {
    constexpr T lowest = -std::numeric_limits<T>::infinity();
    lanes<T> total(lowest);
    std::size_t at = 0;
    for (; at + lanes<T>::size <= n; at += lanes<T>::size) total = larger(f(lane_index<T>{at}), total);
    if (at < n) total = larger(f(tail_index<T>{at, n - at}).first(n - at, lowest), total);
    return total.largest();
  }

 private:
  static lanes<T> larger(lanes<T> a, lanes<T> b) { return lanes<T>::of(Eigen::internal::pmax(a.value, b.value)); }
};

}  // namespace eigen_detail
}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg

#include <vscg/core/end.hpp>
