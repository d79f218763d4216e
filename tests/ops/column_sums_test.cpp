// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/single_group.hpp>
#include <vscg/ops/column_sums.hpp>
#include <vscg/ops/layer_norm.hpp>
#include <vscg/ops/relu.hpp>

namespace {

struct executor {
  template <class F>
  void rows(std::size_t n, std::size_t, const F& f) {
    for (std::size_t row = 0; row < n; ++row) f(vscg::single_group<double>{}, row);
  }
  template <class F>
  void each(std::size_t n, std::size_t, const F& f) {
    for (std::size_t i = 0; i < n; ++i) f(vscg::scalar_index<double>{i});
  }
};

/// Counts the additions that wait for each other: the longest chain that ends in a number.
struct chain {
  int length = 0;
  chain() = default;
  explicit chain(int) {}
  friend chain operator+(chain a, chain b) {
    chain sum;
    sum.length = std::max(a.length, b.length) + 1;
    return sum;
  }
};

struct counting_executor {
  template <class F>
  void rows(std::size_t n, std::size_t, const F& f) {
    for (std::size_t row = 0; row < n; ++row) f(vscg::single_group<chain>{}, row);
  }
  template <class F>
  void each(std::size_t n, std::size_t, const F& f) {
    for (std::size_t i = 0; i < n; ++i) f(vscg::scalar_index<chain>{i});
  }
};

constexpr std::size_t columns = 3;

/// What a pullback of layer_norm sees.
struct norm_context {
  using scalar = double;
  using operation = vscg::ops::layer_norm<vscg::shape<vscg::dyn, columns>>;
  std::size_t rows;
  const double* values;
  double* moments;
  double* slopes;
  double* blocks;
  std::vector<double>* gradients;
  executor* host;

  executor& backend() const { return *host; }
  std::size_t items() const { return rows; }
  template <int I>
  const double* x(vscg::operand_index<I>) const {
    return values;
  }
  const double* saved(std::size_t) const { return moments; }
  double* scratch(std::size_t) const { return blocks; }
  const double* dy() const { return slopes; }
  template <int I>
  static constexpr bool wants(vscg::operand_index<I>) {
    return I > 0;
  }
  template <int I>
  vscg::gradient<double> dx(vscg::operand_index<I>) const {
    return {gradients[I].data(), false};
  }
};

template <class T>
std::vector<T> scratch_for(std::size_t rows) {
  return std::vector<T>(vscg::column_sums_scratch(rows, columns).per_item);
}

}  // namespace

TEST_CASE("sums over rows: every row counts once, however many there are") {
  for (const std::size_t rows : {1U, 7U, 8U, 63U, 64U, 65U, 4095U, 4096U, 4097U, 262145U}) {
    INFO(rows << " rows");
    std::vector<double> dy;
    std::vector<double> y;
    std::vector<double> expected(columns, 100);
    std::vector<double> expected_after_relu(columns, 0);
    for (std::size_t i = 0; i < rows * columns; ++i) {
      dy.push_back(static_cast<double>(i % 101));
      y.push_back(i % 3 == 1 ? 0 : 1);
      expected[i % columns] += dy[i];
      expected_after_relu[i % columns] += y[i] * dy[i];
    }
    auto scratch = scratch_for<double>(rows);
    std::vector<double> sums(columns, 100);
    executor host;
    vscg::add_column_sums(host, dy.data(), y.data(), rows, columns, scratch.data(),
                          vscg::gradient<double>{sums.data(), true});
    CHECK(sums == expected);
    vscg::add_column_sums<vscg::relu_function>(host, dy.data(), y.data(), rows, columns, scratch.data(),
                                               vscg::gradient<double>{sums.data(), false});
    CHECK(sums == expected_after_relu);
    CHECK(dy[rows * columns - 1] == y[rows * columns - 1] * static_cast<double>((rows * columns - 1) % 101));
  }
}

TEST_CASE("sums over rows: a number waits for few additions") {
  for (const std::size_t rows : {64U, 4096U, 62720U}) {
    std::vector<chain> dy(rows * columns);
    auto scratch = scratch_for<chain>(rows);
    std::vector<chain> sums(columns);
    counting_executor counting;
    vscg::add_column_sums(counting, dy.data(), static_cast<const chain*>(nullptr), rows, columns, scratch.data(),
                          vscg::gradient<chain>{sums.data(), false});
    CHECK(sums[0].length <= 3 * 64);
    CHECK(sums[columns - 1].length == sums[0].length);
  }
}

TEST_CASE("sums over rows: scale and shift of a layer norm take all rows") {
  for (const std::size_t rows : {1U, 65U, 4099U}) {
    std::vector<double> x, moments, dy;
    std::vector<double> gradients[3] = {{}, std::vector<double>(columns), std::vector<double>(columns)};
    std::vector<double> scale(columns, 0), shift(columns, 0);
    for (std::size_t r = 0; r < rows; ++r) {
      moments.push_back(static_cast<double>(r % 5));
      moments.push_back(static_cast<double>(1 + r % 2));
      for (std::size_t c = 0; c < columns; ++c) {
        x.push_back(static_cast<double>((r * columns + c) % 13));
        dy.push_back(static_cast<double>((r + 3 * c) % 7) - 3);
        scale[c] += dy.back() * (x.back() - moments[2 * r]) * moments[2 * r + 1];
        shift[c] += dy.back();
      }
    }
    std::vector<double> blocks(norm_context::operation::pullback_scratch()[0].elements(rows));
    executor host;
    norm_context::operation{}.pullback(
        norm_context{rows, x.data(), moments.data(), dy.data(), blocks.data(), gradients, &host});
    CHECK(gradients[1] == scale);
    CHECK(gradients[2] == shift);
  }
}
