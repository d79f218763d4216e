// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <vscg/core/checked_size.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/random.hpp>
#include <vscg/core/shape_text.hpp>
#include <vscg/data/shuffle.hpp>

namespace vscg::data {

/// Some items of an array, side by side: [n, ...]. Trainers and sessions take it like any other array, and check its
/// shape. The data set that made it owns the numbers.
template <class Number>
class array_part {
 public:
  array_part() = default;
  array_part(std::span<const Number> numbers, std::span<const std::size_t> shape) : numbers_(numbers), shape_(shape) {}
  const Number* data() const { return numbers_.data(); }
  std::size_t size() const { return numbers_.size(); }
  std::span<const std::size_t> shape() const { return shape_; }
  std::span<const Number> values() const { return numbers_; }
  /// The numbers of one item. Throws vscg::expectation_error if there is no such item.
  std::span<const Number> item(std::size_t i) const {
    if (i >= shape_[0]) {
      throw expectation_error("data::array_part: item",
                              "one below " + std::to_string(shape_[0]) + ", the number of items", std::to_string(i));
    }
    const std::size_t each = numbers_.size() / shape_[0];
    return numbers_.subspan(i * each, each);
  }
  auto begin() const { return numbers_.begin(); }
  auto end() const { return numbers_.end(); }
  const Number& operator[](std::size_t i) const { return numbers_[i]; }

 private:
  std::span<const Number> numbers_;
  std::span<const std::size_t> shape_;
};

/// Numbers with their shape [N, ...].
template <class Number>
struct shaped_array {
  std::vector<Number> numbers;
  std::vector<std::size_t> extents;
  const std::vector<std::size_t>& shape() const { return extents; }
  auto begin() const { return numbers.begin(); }
  auto end() const { return numbers.end(); }
};

/// Says that a flat array holds items of this shape: `shaped(pixels, 8, 8)` is [N, 8, 8]. Throws
/// vscg::expectation_error if it does not hold whole items.
template <class Number, std::integral... Extents>
shaped_array<Number> shaped(std::vector<Number> numbers, Extents... item) {
  std::vector<std::size_t> extents{0, static_cast<std::size_t>(item)...};
  const std::size_t each = checked_product("numbers of an item", {static_cast<std::size_t>(item)...});
  if (each == 0 || numbers.size() % each != 0) {
    throw expectation_error("data::shaped", "a multiple of " + std::to_string(each) + " numbers, those of an item",
                            std::to_string(numbers.size()));
  }
  extents[0] = numbers.size() / each;
  return {std::move(numbers), std::move(extents)};
}

namespace in_memory_detail {

template <class Array>
concept Matrix = requires(const Array& a) {
  a.rows();
  a.cols();
  a(0, 0);
};
template <class Array>
concept Arrays = Matrix<Array> || requires(const Array& a) {
  a.begin();
  a.end();
};

template <class Array>
auto number_of(const Array& a) {
  if constexpr (Matrix<Array>)
    return a(0, 0);
  else
    return *a.begin();
}
template <class Array>
using number_in = std::remove_cvref_t<decltype(number_of(std::declval<const Array&>()))>;

/// [N, ...]; an array without a shape is [N].
template <class Array>
std::vector<std::size_t> shape_of(const Array& a) {
  if constexpr (requires { a.shape().begin(); })
    return {a.shape().begin(), a.shape().end()};
  else if constexpr (Matrix<Array>)
    return {static_cast<std::size_t>(a.rows()), static_cast<std::size_t>(a.cols())};
  else
    return {static_cast<std::size_t>(std::distance(a.begin(), a.end()))};
}

/// Its numbers in row-major order: moved out of a vector that nobody needs any more, otherwise copied.
template <class Number, class Array>
std::vector<Number> numbers_of(Array&& a) {
  using plain = std::remove_cvref_t<Array>;
  constexpr bool given_up = !std::is_lvalue_reference_v<Array> && !std::is_const_v<std::remove_reference_t<Array>>;
  if constexpr (given_up && std::is_same_v<plain, std::vector<Number>>) {
    return std::move(a);
  } else if constexpr (given_up && std::is_same_v<plain, shaped_array<Number>>) {
    return std::move(a.numbers);
  } else if constexpr (Matrix<plain>) {
    std::vector<Number> numbers;
    for (decltype(a.rows()) i = 0; i < a.rows(); ++i) {
      for (decltype(a.cols()) j = 0; j < a.cols(); ++j) numbers.push_back(a(i, j));
    }
    return numbers;
  } else {
    return std::vector<Number>(a.begin(), a.end());
  }
}

}  // namespace in_memory_detail

/// A data set in memory: arrays [N, ...] of numbers and of class indices (std::int32_t), item by item, in batches.
///
///   data::in_memory digits(std::move(images), std::move(labels));    // [N, 8, 8] and [N]
///   auto [training, held_out] = digits.split(1500, seed{1});
///   for (const auto& [image, label] : training.batches(64, seed{1}, epoch)) trainer.step(image, label);
///
/// It owns the numbers: a std::vector that is moved in is not copied, any other array is. A std::vector is [N] unless
/// `shaped` says more; xtensor's and Eigen's arrays bring their shape. Copies and parts share the numbers.
///
/// Each object is one reader: it holds the memory of one batch, and after the first epoch allocates nothing. Threads
/// that read at the same time take a copy each.
template <class... Numbers>
class in_memory {
  static constexpr std::size_t count = sizeof...(Numbers);
  static_assert((std::is_arithmetic_v<Numbers> && ...),
                "vscg::data::in_memory: an array has its numbers in one block: put all items into one std::vector, "
                "item after item, and say their shape with data::shaped");

 public:
  /// Some items: one `array_part` for each array. Valid until the loop goes on.
  using batch = std::tuple<array_part<Numbers>...>;

  /// Throws vscg::expectation_error if the arrays do not have the same number of items.
  template <class... Arrays>
  requires(sizeof...(Arrays) == count && (in_memory_detail::Arrays<std::remove_cvref_t<Arrays>> && ...))
      // NOLINTNEXTLINE(google-explicit-constructor): several arrays are no conversion
      in_memory(Arrays&&... arrays)
      : in_memory(stored{{in_memory_detail::shape_of(arrays)...},
                         {in_memory_detail::numbers_of<Numbers>(std::forward<Arrays>(arrays))...}}) {}

  /// How many items it has.
  std::size_t items() const { return rows_.size(); }

  /// Items `first` to `last` - 1. Throws vscg::expectation_error if it has fewer.
  in_memory rows(std::size_t first, std::size_t last) const {
    if (first > last || last > items()) {
      throw expectation_error("data::in_memory::rows", "rows within " + std::to_string(items()) + " items",
                              std::to_string(first) + " to " + std::to_string(last));
    }
    const auto begin = rows_.begin();
    return part({begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(last)});
  }

  /// The first `n` items, and the others. Throws vscg::expectation_error if it has fewer.
  std::pair<in_memory, in_memory> split(std::size_t n) const {
    if (n > items()) {
      throw expectation_error("data::in_memory::split", "at most " + std::to_string(items()) + ", the number of items",
                              std::to_string(n));
    }
    return {rows(0, n), rows(n, items())};
  }
  /// `n` items at random, and the others. They depend only on the seed.
  std::pair<in_memory, in_memory> split(std::size_t n, seed s) const { return part(shuffled(rows_, s, 0)).split(n); }

  class batch_loop;

  /// All items in batches of `n`, in order; the last one may be smaller. One loop at a time. Throws
  /// vscg::expectation_error if `n` is 0.
  batch_loop batches(std::size_t n) & {
    order_.assign(rows_.begin(), rows_.end());
    return begin_loop(n);
  }
  /// The same in an order that depends only on the seed and the epoch.
  batch_loop batches(std::size_t n, seed s, std::uint64_t epoch) & {
    order_.assign(rows_.begin(), rows_.end());
    shuffle(order_, s, epoch);
    return begin_loop(n);
  }
  template <class... Any>
  batch_loop batches(Any...) && = delete;  // the loop would outlive the data set

 private:
  struct stored {
    std::array<std::vector<std::size_t>, count> shapes;
    std::tuple<std::vector<Numbers>...> numbers;
  };

  explicit in_memory(stored&& all) : stored_(std::make_shared<const stored>(std::move(all))) {
    const auto& shapes = stored_->shapes;
    for (std::size_t k = 0; k < count; ++k) {
      const std::string name = "data::in_memory: array " + std::to_string(k);
      if (shapes[k].empty()) throw expectation_error(name, "[N, ...]", "one number");
      if (shapes[k][0] != shapes[0][0]) {
        throw expectation_error(name, std::to_string(shapes[0][0]) + " items, as array 0 has",
                                std::to_string(shapes[k][0]) + ", shape " + shape_text(shapes[k]));
      }
    }
    rows_.resize(shapes[0][0]);
    std::iota(rows_.begin(), rows_.end(), std::size_t{0});
  }

  in_memory part(std::vector<std::size_t> rows) const {
    in_memory some(*this);
    some.rows_ = std::move(rows);
    return some;
  }

  batch_loop begin_loop(std::size_t n) {
    if (n == 0) throw expectation_error("data::in_memory::batches", "at least 1 item in a batch", "0");
    return batch_loop(*this, std::min(n, std::max<std::size_t>(1, items())), ++loop_);
  }

  /// Gathers the items that begin at `first` of the order.
  void gather(std::size_t first, std::size_t n) {
    gather(std::span<const std::size_t>(order_).subspan(first, std::min(n, order_.size() - first)),
           std::index_sequence_for<Numbers...>{});
  }
  template <std::size_t... I>
  void gather(std::span<const std::size_t> rows, std::index_sequence<I...>) {
    now_ = batch(gather_array<I>(rows)...);
  }
  template <std::size_t I>
  auto gather_array(std::span<const std::size_t> rows) {
    const auto& from = std::get<I>(stored_->numbers);
    auto& to = std::get<I>(numbers_);
    auto& shape = shapes_[I];
    shape = stored_->shapes[I];
    const std::size_t each = shape[0] == 0 ? 0 : from.size() / shape[0];
    shape[0] = rows.size();
    to.resize(rows.size() * each);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(rows[i] * each), each,
                  to.begin() + static_cast<std::ptrdiff_t>(i * each));
    }
    return array_part(std::span<const std::tuple_element_t<I, std::tuple<Numbers...>>>(to),
                      std::span<const std::size_t>(shape));
  }

  std::shared_ptr<const stored> stored_;
  std::vector<std::size_t> rows_;  // that this part has
  // Of one loop:
  std::vector<std::size_t> order_;
  std::tuple<std::vector<Numbers>...> numbers_;
  std::array<std::vector<std::size_t>, count> shapes_;
  batch now_;
  std::size_t loop_ = 0;
};

template <class... Arrays>
requires(in_memory_detail::Arrays<std::remove_cvref_t<Arrays>>&&...) in_memory(Arrays&&...)
->in_memory<in_memory_detail::number_in<std::remove_cvref_t<Arrays>>...>;

/// What a `for` over batches runs on. The data set must stay where it is.
template <class... Numbers>
class in_memory<Numbers...>::batch_loop {
 public:
  class iterator {
   public:
    const batch& operator*() const { return loop_->from_->now_; }
    /// Throws vscg::expectation_error if another loop over the same object has begun, because it took the batch.
    iterator& operator++() {
      loop_->show(first_ += loop_->size_);
      return *this;
    }
    bool operator==(std::default_sentinel_t) const { return first_ >= loop_->from_->order_.size(); }

   private:
    friend class batch_loop;
    explicit iterator(const batch_loop& loop) : loop_(&loop) { loop_->show(0); }
    const batch_loop* loop_;
    std::size_t first_ = 0;
  };

  iterator begin() const { return iterator(*this); }
  std::default_sentinel_t end() const { return {}; }

 private:
  friend class in_memory;
  batch_loop(in_memory& from, std::size_t size, std::size_t number) : from_(&from), size_(size), number_(number) {}

  void show(std::size_t first) const {
    if (from_->loop_ != number_)
      throw expectation_error("data::in_memory::batches", "one loop at a time over an object", "another that began");
    if (first < from_->order_.size()) from_->gather(first, size_);
  }

  in_memory* from_;
  std::size_t size_;
  std::size_t number_;
};

}  // namespace vscg::data

#include <vscg/core/end.hpp>
