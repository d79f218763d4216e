// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <vscg/core/var.hpp>

namespace vscg {

/// What a loss returns when it is traced: the number to lower, and the named terms that it is made of, each [1].
template <class Total, std::size_t N>
struct loss_terms {
  Total total;
  std::array<Total, N> terms;
};
template <class Total, std::size_t N>
loss_terms(Total, std::array<Total, N>) -> loss_terms<Total, N>;

/// What a batch's losses were.
template <std::size_t N>
struct loss_report {
  double total = 0;
  std::array<double, N> terms{};
  std::array<const char*, N> names{};
};

/// What is known of the videos of a batch, as losses take it. Class `categories` is background.
template <class Scalar>
struct labels {
  std::size_t items = 0;
  std::size_t segments = 0;
  std::size_t categories = 0;
  std::span<const std::uint8_t> segment_classes;  ///< [items, segments], 0 … categories
  std::span<const Scalar> tags;                   ///< [items, categories + 1]: share of segments of each class
};

}  // namespace vscg
