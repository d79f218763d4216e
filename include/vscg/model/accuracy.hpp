// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include <vscg/core/error.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/model/array.hpp>
#include <vscg/model/inference_ahead.hpp>
#include <vscg/model/labels_ahead.hpp>

namespace vscg {

/// Counts how often the class with the highest score, the first of equal ones, is the right one.
class class_accuracy {
 public:
  /// Adds the rows of scores [B, ..., C], an output of a session or model, and their right classes [B, ...]; a row of a
  /// negative class does not count. Throws vscg::expectation_error, and counts nothing, if the shapes differ, a class
  /// does not exist or a score is NaN.
  template <class Scalar, class Shape, class Classes>
  void add(const array_view<Scalar, Shape>& scores, const Classes& classes) {
    const auto right = checked_classes<Shape>(classes);
    constexpr auto width = static_cast<std::size_t>(extent<Shape, -1>);
    const auto values = scores.values();
    if (right.size() * width != values.size()) {
      throw expectation_error("classes", "one for each of " + std::to_string(values.size() / width) + " rows of scores",
                              std::to_string(right.size()));
    }
    const auto no_number = std::find_if(values.begin(), values.end(), [](Scalar score) { return is_nan(score); });
    if (no_number != values.end()) {
      const auto row = static_cast<std::size_t>(no_number - values.begin()) / width;
      throw expectation_error("class_accuracy: scores of row " + std::to_string(row), "numbers", "NaN");
    }
    for (std::size_t r = 0; r < right.size(); ++r) {
      if (right[r] < 0) continue;
      const auto row = values.subspan(r * width, width);
      ++all_;
      right_ += std::max_element(row.begin(), row.end()) - row.begin() == right[r] ? 1 : 0;
    }
  }
  template <class Scalar, class Shape, class Classes>
  void add(const array_of<Scalar, Shape>& scores, const Classes& classes) {
    add(scores.view(), classes);
  }

  /// The numbers of right classes for scores of this shape. Throws vscg::expectation_error if a class does not exist.
  template <class Shape, class Classes>
  static std::span<const std::int32_t> checked_classes(const Classes& classes) {
    return checked_array<right_classes<Shape>, float>(classes, "classes");
  }

  /// Rows counted, and those that were right.
  std::size_t all() const { return all_; }
  std::size_t right() const { return right_; }
  /// Their share, from 0 to 1. Throws vscg::expectation_error if no row was counted.
  double share() const {
    if (all_ == 0) throw expectation_error("class_accuracy", "at least one row with a class", "none");
    return static_cast<double>(right_) / static_cast<double>(all_);
  }

 private:
  template <class Shape, std::size_t... I>
  static auto classes_of(std::index_sequence<I...>) -> class_indices<extent<Shape, -1>, Shape::extents[I]...>;
  template <class Shape>
  using right_classes = decltype(classes_of<Shape>(std::make_index_sequence<Shape::rank - 1>{}));

  std::size_t all_ = 0;
  std::size_t right_ = 0;
};

namespace detail {
template <class Session>
constexpr void expect_one_output() {
  static_assert(
      requires { typename Session::outputs::shape_type; },
      "vscg::accuracy: the network has one output; with several, call class_accuracy::add(outputs.scores, "
      "classes) for each batch");
}

/// Calls f(inputs...) with all arrays of a batch but the last one.
template <class Batch, class F>
void with_inputs(const Batch& batch, const F& f) {
  [&]<std::size_t... I>(std::index_sequence<I...>) { f(std::get<I>(batch)...); }
  (std::make_index_sequence<std::tuple_size_v<Batch> - 1>{});
}
}  // namespace detail

/// The share of rows whose class a session finds, over batches such as `data::in_memory` hands out: tuples of the
/// network's inputs, then the right classes. The network has one output, scores [B, ..., C]; with several, use
/// `class_accuracy`. Throws
/// vscg::expectation_error if there is no row to count or a score is NaN.
///
///   const double share = accuracy(session, held_out.batches(64));
template <class Session, class Batches>
double accuracy(Session& s, Batches&& batches) {
  detail::expect_one_output<Session>();
  class_accuracy found;
  for (const auto& batch : batches) {
    const auto& classes = std::get<std::tuple_size_v<std::remove_cvref_t<decltype(batch)>> - 1>(batch);
    detail::with_inputs(batch, [&](const auto&... inputs) { found.add(s.infer(inputs...), classes); });
  }
  return found.share();
}

/// The same while the next batch comes to the memory of the session's backend.
template <class Session, class Batches>
double accuracy(inference_ahead<Session>& ahead, Batches&& batches) {
  detail::expect_one_output<Session>();
  class_accuracy found;
  labels_ahead<std::int32_t> right;
  const auto count = [&](const auto& now) {
    if (now) found.add(now->outputs, right.of(now->call));
  };
  ahead.drop();  // of an earlier loop that ended early
  std::size_t call = 0;
  for (const auto& batch : batches) {
    const auto& classes = std::get<std::tuple_size_v<std::remove_cvref_t<decltype(batch)>> - 1>(batch);
    right.keep(call++, class_accuracy::checked_classes<typename Session::outputs::shape_type>(classes));
    detail::with_inputs(batch, [&](const auto&... inputs) { count(ahead.infer(inputs...)); });
  }
  count(ahead.finish());
  return found.share();
}

}  // namespace vscg

#include <vscg/core/end.hpp>
