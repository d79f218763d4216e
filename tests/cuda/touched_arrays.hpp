// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <vscg/core/execution.hpp>
#include <vscg/cuda/column_major.hpp>
#include <vscg/cuda/fused.hpp>
#include <vscg/cuda/sums_at_once.hpp>
#include <vscg/model/report.hpp>
#include <vscg/ops/column_sums.hpp>
#include <vscg/ops/dropout.hpp>
#include <vscg/optim/update_kernels.hpp>

// Which arrays a launch reads and writes. Kernels are plain structs, so the types of their members say it: a pointer to
// const is read; a gradient is written, and read if it adds; any other pointer is read and written.

namespace touched {

struct arrays {
  std::vector<const void*> read;
  std::vector<const void*> written;
};

/// Converts to any member.
struct anything {
  template <class Member>
  operator Member() const;  // NOLINT: never called
};

template <class Kernel, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return requires { Kernel{(static_cast<void>(I), anything{})...}; };
}

inline constexpr std::size_t most_members = 18;

/// The number of a plain struct's members.
template <class Kernel, std::size_t N = most_members>
constexpr std::size_t member_count() {
  if constexpr (N == 0 || takes<Kernel>(std::make_index_sequence<N>{}))
    return N;
  else
    return member_count<Kernel, N - 1>();
}

template <class Kernel, class F>
void for_each_member(const Kernel& kernel, const F& f) {
  constexpr std::size_t count = member_count<Kernel>();
  if constexpr (std::is_empty_v<Kernel>) {
  } else if constexpr (count == 1) {
    const auto& [m0] = kernel;
    (f(m0));
  } else if constexpr (count == 2) {
    const auto& [m0, m1] = kernel;
    (f(m0), f(m1));
  } else if constexpr (count == 3) {
    const auto& [m0, m1, m2] = kernel;
    (f(m0), f(m1), f(m2));
  } else if constexpr (count == 4) {
    const auto& [m0, m1, m2, m3] = kernel;
    (f(m0), f(m1), f(m2), f(m3));
  } else if constexpr (count == 5) {
    const auto& [m0, m1, m2, m3, m4] = kernel;
    (f(m0), f(m1), f(m2), f(m3), f(m4));
  } else if constexpr (count == 6) {
    const auto& [m0, m1, m2, m3, m4, m5] = kernel;
    (f(m0), f(m1), f(m2), f(m3), f(m4), f(m5));
  } else if constexpr (count == 7) {
    const auto& [m0, m1, m2, m3, m4, m5, m6] = kernel;
    (f(m0), f(m1), f(m2), f(m3), f(m4), f(m5), f(m6));
  } else if constexpr (count == 8) {
    const auto& [m0, m1, m2, m3, m4, m5, m6, m7] = kernel;
    (f(m0), f(m1), f(m2), f(m3), f(m4), f(m5), f(m6), f(m7));
  } else if constexpr (count == 9) {
    const auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8] = kernel;
    (f(m0), f(m1), f(m2), f(m3), f(m4), f(m5), f(m6), f(m7), f(m8));
  } else if constexpr (count == 10) {
    const auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9] = kernel;
    (f(m0), f(m1), f(m2), f(m3), f(m4), f(m5), f(m6), f(m7), f(m8), f(m9));
  } else if constexpr (count == 11) {
    const auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10] = kernel;
    (f(m0), f(m1), f(m2), f(m3), f(m4), f(m5), f(m6), f(m7), f(m8), f(m9), f(m10));
  } else if constexpr (count == 12) {
    const auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11] = kernel;
    (f(m0), f(m1), f(m2), f(m3), f(m4), f(m5), f(m6), f(m7), f(m8), f(m9), f(m10), f(m11));
  } else if constexpr (count == 13) {
    const auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12] = kernel;
    (f(m0), f(m1), f(m2), f(m3), f(m4), f(m5), f(m6), f(m7), f(m8), f(m9), f(m10), f(m11), f(m12));
  } else if constexpr (count == 14) {
    const auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13] = kernel;
    (f(m0), f(m1), f(m2), f(m3), f(m4), f(m5), f(m6), f(m7), f(m8), f(m9), f(m10), f(m11), f(m12), f(m13));
  } else if constexpr (count == 15) {
    const auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14] = kernel;
    (f(m0), f(m1), f(m2), f(m3), f(m4), f(m5), f(m6), f(m7), f(m8), f(m9), f(m10), f(m11), f(m12), f(m13), f(m14));
  } else if constexpr (count == 16) {
    const auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15] = kernel;
    (f(m0), f(m1), f(m2), f(m3), f(m4), f(m5), f(m6), f(m7), f(m8), f(m9), f(m10), f(m11), f(m12), f(m13), f(m14),
     f(m15));
  } else if constexpr (count == 17) {
    const auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16] = kernel;
    (f(m0), f(m1), f(m2), f(m3), f(m4), f(m5), f(m6), f(m7), f(m8), f(m9), f(m10), f(m11), f(m12), f(m13), f(m14),
     f(m15), f(m16));
  } else if constexpr (count == 18) {
    const auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17] = kernel;
    (f(m0), f(m1), f(m2), f(m3), f(m4), f(m5), f(m6), f(m7), f(m8), f(m9), f(m10), f(m11), f(m12), f(m13), f(m14),
     f(m15), f(m16), f(m17));
  } else {
    static_assert(count == 0, "touched: a kernel with more members than this file knows");
  }
}

template <class T>
inline constexpr bool is_gradient = false;
template <class T>
inline constexpr bool is_gradient<vscg::gradient<T>> = true;

template <class Member>
void add(arrays& to, const Member& member) {
  if constexpr (std::is_array_v<Member>) {
    for (const auto& one : member) add(to, one);
  } else if constexpr (std::is_pointer_v<Member>) {
    if (member == nullptr) return;
    to.read.push_back(member);
    if constexpr (!std::is_const_v<std::remove_pointer_t<Member>>) to.written.push_back(member);
  } else if constexpr (is_gradient<Member>) {
    if (member.data == nullptr) return;
    to.written.push_back(member.data);
    if (member.adds) to.read.push_back(member.data);
  } else if constexpr (std::is_aggregate_v<Member>) {
    for_each_member(member, [&](const auto& one) { add(to, one); });
  }
}

/// Without a function, it writes only the sums.
template <class T>
void add(arrays& to, const vscg::kernels::block_sums<vscg::identity_function, T>& sums) {
  to.read.push_back(sums.x);
  to.written.push_back(sums.partial);
}
template <class T>
void add(arrays& to, const vscg::kernels::gather_numbers<T>& numbers) {
  for (std::size_t k = 0; k < numbers.count; ++k) to.read.push_back(numbers.from[k]);
  to.written.push_back(numbers.to);
}
template <class Rule, class T>
void add(arrays& to, const vscg::kernels::update_formula<Rule, T>& formula) {
  add(to, formula.gradient);
  add(to, formula.moment);
  add(to, formula.weight);
}
template <class T>
void add(arrays& to, const vscg::kernels::dropout_choice<T>& choice) {
  add(to, static_cast<const vscg::kernels::random_words&>(choice));
}
template <class P>
void add(arrays& to, const vscg::kernels::of_branches<P>& branches) {
  add(to, branches.each);
}
template <class Kernel>
void add(arrays& to, const vscg::kernels::one_of_two<Kernel>& both) {
  add(to, both.first);
  add(to, both.second);
}

/// A kernel of several phases, for one recurrent layer or two.
template <class Kernel>
requires requires(const Kernel& k) { k.layers[0].w_hh; }
void add(arrays& to, const Kernel& kernel) {
  for (const auto& layer : kernel.layers) add(to, layer);
}

template <class T>
void add(arrays& to, const vscg::kernels::sums_at_once<T>& rest) {
  for (unsigned k = 0; k < rest.matrices; ++k) add(to, rest.sums[k]);
  for (const auto& copy : rest.copies) add(to, copy);
}

template <class Kernel>
arrays of(const Kernel& kernel) {
  arrays found;
  add(found, kernel);
  return found;
}

template <class T, class Operand>
arrays of_product(const vscg::cuda_detail::column_major_product<T, Operand>& p) {
  arrays found;
  const auto add_matrix = [&](auto& to, const auto& matrix) {
    to.push_back(matrix.data);
    if (p.is_pair) to.push_back(matrix.data + static_cast<std::ptrdiff_t>(matrix.stride));
  };
  add_matrix(found.read, p.left);
  add_matrix(found.read, p.right);
  add_matrix(found.written, p.result);
  if (p.accumulate) add_matrix(found.read, p.result);
  if (p.bias != nullptr) found.read.push_back(p.bias);
  if (p.bias_stride != 0) found.read.push_back(p.bias + static_cast<std::ptrdiff_t>(p.bias_stride));
  return found;
}

}  // namespace touched
