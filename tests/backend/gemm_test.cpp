// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/vscg.hpp>  // with vscg::compiled the kernel is not compiled again

#include "support/product_cases.hpp"

namespace {

using product_cases::problem;
using vscg::gemm_arguments;
namespace ed = vscg::eigen_detail;

/// Hands chunks to its workers in an order that no implementation may depend on.
class shuffled_team {
 public:
  explicit shuffled_team(std::size_t workers, std::size_t turn = 0) : workers_(workers), turn_(turn) {}
  std::size_t size() const { return workers_; }
  template <class F>
  void run(std::size_t chunks, F&& f) {
    for (std::size_t i = 0; i < chunks; ++i) {
      const std::size_t chunk = turn_ % 2 == 0 ? chunks - 1 - i : (i + turn_) % chunks;
      f((chunk * 5 + turn_) % workers_, chunk);
    }
  }

 private:
  std::size_t workers_;
  std::size_t turn_;
};

/// Memory whose first element sits `offset` elements after a multiple of 64 bytes.
template <class T>
class memory {
 public:
  memory(std::size_t count, std::size_t offset, T value) : storage_(count + offset + 64 / sizeof(T), value) {
    const auto address = reinterpret_cast<std::uintptr_t>(storage_.data());
    begin_ = storage_.data() + (64 - address % 64) % 64 / sizeof(T) + offset;
  }
  T* data() { return begin_; }
  T& operator[](std::size_t i) { return begin_[i]; }

 private:
  std::vector<T> storage_;
  T* begin_;
};

/// Operands of a problem, with its `pad` also as an offset of every pointer. Element (i, j) of item b depends only on
/// (b, i, j), never on the layout.
template <class T>
struct operands {
  static constexpr T untouched = T(77);
  problem p;
  memory<T> a, b, c, bias;
  gemm_arguments<T> args;

  static T value(const char* name, std::size_t item, std::size_t i, std::size_t j) {
    const vscg::random_stream stream{vscg::seed{7}, name};
    return static_cast<T>(2 * stream.uniform(i * 100000 + j, item) - 1);
  }
  static std::size_t rows(std::size_t r, std::size_t c, bool t) { return t ? c : r; }

  explicit operands(const problem& q, std::size_t first_row = 0, std::size_t first_item = 0)
      : p(q),
        a(p.batch * (p.m + 1) * (p.k + p.pad + 1) + (p.m + p.k + 1) * (p.pad + 1) * p.batch, p.pad, T(99)),
        b(p.batch * (p.n + 1) * (p.k + p.pad + 1) + (p.n + p.k + 1) * (p.pad + 1) * p.batch, p.pad, T(99)),
        c(p.batch * (p.m + 1) * (p.n + p.pad) + p.pad * p.batch, p.pad, untouched),
        bias(p.n, p.pad, T(0)) {
    args.trans_a = p.trans_a;
    args.trans_b = p.trans_b;
    args.m = p.m, args.n = p.n, args.k = p.k;
    args.a = a.data(), args.b = b.data(), args.c = c.data();
    args.lda = rows(p.k, p.m, p.trans_a) + p.pad;
    args.ldb = rows(p.n, p.k, p.trans_b) + p.pad;
    args.ldc = p.n + p.pad;
    args.accumulate = p.accumulate;
    args.bias = p.bias ? bias.data() : nullptr;
    args.batch = p.batch;
    args.stride_a = p.shared_a ? 0 : rows(p.m, p.k, p.trans_a) * args.lda;
    args.stride_b = p.shared_b ? 0 : rows(p.k, p.n, p.trans_b) * args.ldb;
    args.stride_c = p.m * args.ldc;
    for (std::size_t j = 0; j < p.n; ++j) bias[j] = value("bias", 0, 0, j);
    for (std::size_t item = 0; item < p.batch; ++item) {
      const std::size_t item_a = p.shared_a ? 0 : item + first_item;
      const std::size_t item_b = p.shared_b ? 0 : item + first_item;
      for (std::size_t i = 0; i < p.m; ++i) {
        for (std::size_t k = 0; k < p.k; ++k) a_at(item, i, k) = value("a", item_a, i + first_row, k);
        for (std::size_t j = 0; j < p.n; ++j) c_at(item, i, j) = value("c", item + first_item, i + first_row, j);
      }
      for (std::size_t k = 0; k < p.k; ++k) {
        for (std::size_t j = 0; j < p.n; ++j) b_at(item, k, j) = value("b", item_b, k, j);
      }
    }
  }
  T& a_at(std::size_t item, std::size_t i, std::size_t k) {
    return a[item * args.stride_a + (p.trans_a ? k * args.lda + i : i * args.lda + k)];
  }
  T& b_at(std::size_t item, std::size_t k, std::size_t j) {
    return b[item * args.stride_b + (p.trans_b ? j * args.ldb + k : k * args.ldb + j)];
  }
  T& c_at(std::size_t item, std::size_t i, std::size_t j) { return c[item * args.stride_c + i * args.ldc + j]; }

  void run_packed(std::size_t workers = 1, std::size_t turn = 0) {
    shuffled_team team{workers, turn};
    const T nan = std::numeric_limits<T>::quiet_NaN();
    memory<T> workspace(ed::gemm_packed_workspace_elements<T>(workers), 0, nan);
    memory<T> packed(ed::gemm_packed_elements<T>(args.n, args.k), 0, nan);
    ed::gemm_pack(team, packed.data(), args);
    args.b = nullptr;
    args.packed_b = packed.data();
    p.relu ? ed::gemm(team, workspace.data(), args, vscg::relu_function{}) : ed::gemm(team, workspace.data(), args);
    args.packed_b = nullptr;
  }
  void run(std::size_t workers = 1, std::size_t turn = 0) {
    p.relu ? run(workers, turn, vscg::relu_function{}) : run(workers, turn, vscg::identity_function{});
  }
  void run(std::size_t workers, std::size_t turn, auto function) {
    shuffled_team team{workers, turn};
    // What earlier products left in the workspace must not matter.
    memory<T> workspace(ed::gemm_workspace_elements<T>(workers), 0, std::numeric_limits<T>::quiet_NaN());
    ed::gemm(team, workspace.data(), args, function);
  }
};

template <class T>
bool same_bits(T x, T y) {
  return std::memcmp(&x, &y, sizeof(T)) == 0;
}

template <class T>
double error_of(const problem& p, std::size_t workers) {
  operands<T> before(p), after(p);
  after.run(workers, 1);
  return product_cases::error_between(before, after);
}

}  // namespace

TEST_CASE_TEMPLATE("gemm agrees with the definition for every shape and layout", T, float, double) {
  const std::size_t rows[] = {1, 2, 3, 5, 7, 10, 13, 14, 15, 27, 28, 49, 57, 130};
  const std::size_t columns[] = {1, 7, 8, 15, 16, 17, 31, 32, 33, 49, 64, 130};
  const std::size_t depths[] = {0, 1, 3, 16, 29, 300};
  std::size_t turn = 0;
  for (const std::size_t m : rows) {
    for (const std::size_t n : columns) {
      for (const std::size_t k : depths) {
        if (m * n * k > 130 * 49 * 300) continue;
        ++turn;
        const problem p = product_cases::in_turn({m, n, k}, turn);
        INFO(p.text());
        REQUIRE(error_of<T>(p, 1 + turn % 3) < 1);
      }
    }
  }
}

TEST_CASE_TEMPLATE("gemm agrees with the definition for every combination of options", T, float, double) {
  for (unsigned bits = 0; bits < 256; ++bits) {
    for (const std::size_t m : {std::size_t{3}, std::size_t{70}}) {
      const problem p = product_cases::with_options({m, 40, 19}, bits);
      INFO(p.text());
      REQUIRE(error_of<T>(p, 2) < 1);
    }
  }
}

TEST_CASE_TEMPLATE("gemm agrees with the definition beyond one packed width and over long sums", T, float, double) {
  problem wide{60, ed::gemm_sizes<T>::width + 19, 2 * ed::gemm_sizes<T>::depth + 5};
  wide.trans_b = true;
  CHECK(error_of<T>(wide, 3) < 1);
  problem deep{62, 40, 5000};
  deep.trans_a = true;
  CHECK(error_of<T>(deep, 3) < 1);
  problem high{ed::gemm_sizes<T>::direct_rows + 6, 40,
               2 * ed::gemm_layout<T>::shared_depth + 5};  // B packed part by part
  high.accumulate = high.bias = high.relu = true;
  CHECK(error_of<T>(high, 3) < 1);
  problem one{1, 700, 600};
  one.trans_b = true;
  CHECK(error_of<T>(one, 3) < 1);
}

TEST_CASE_TEMPLATE("gemm changes nothing if there is nothing to do", T, float, double) {
  for (const auto& [m, n, batch] : {std::tuple<std::size_t, std::size_t, std::size_t>{0, 5, 1}, {5, 0, 1}, {5, 5, 0}}) {
    problem p{5, 5, 5};
    operands<T> given(p), expected(p);
    given.args.m = m, given.args.n = n, given.args.batch = batch;
    given.run();
    for (std::size_t i = 0; i < 25; ++i) CHECK(same_bits(given.c[i], expected.c[i]));
  }
  problem p{70, 9, 0};  // an empty sum is zero, or what C held
  operands<T> zero(p);
  zero.run();
  CHECK(zero.c_at(0, 69, 8) == T(0));
  p.accumulate = true;
  operands<T> kept(p), expected(p);
  kept.run();
  CHECK(same_bits(kept.c_at(0, 69, 8), expected.c_at(0, 69, 8)));
}

TEST_CASE_TEMPLATE("any function at the end of gemm gives the bits of its own operation", T, float, double) {
  for (const std::size_t m : {std::size_t{1}, std::size_t{2}, std::size_t{31}}) {
    problem p{m, 3 * ed::gemm_sizes<T>::columns + 5, ed::gemm_sizes<T>::depth + 3};  // whole registers and a remainder
    p.trans_b = p.bias = true;
    operands<T> plain(p), bounded(p);
    plain.run(), bounded.run(1, 0, vscg::tanh_function{});
    for (std::size_t at = 0; at < p.m * p.n; ++at) {
      const auto expected = vscg::tanh_function::value(ed::lanes<T>(plain.c_at(0, at / p.n, at % p.n)));
      REQUIRE_MESSAGE(same_bits(bounded.c_at(0, at / p.n, at % p.n), expected.first()), p.text() << ", element " << at);
    }
  }
}

TEST_CASE_TEMPLATE("gemm lets NaN through relu", T, float, double) {
  problem p{20, 20, 20};
  p.relu = true;
  operands<T> given(p);
  given.a_at(0, 3, 4) = std::numeric_limits<T>::quiet_NaN();
  given.run();
  CHECK(std::isnan(given.c_at(0, 3, 0)));
  CHECK(std::isnan(given.c_at(0, 3, 19)));
  CHECK_FALSE(std::isnan(given.c_at(0, 4, 0)));
}

TEST_CASE_TEMPLATE("a row has the same bits alone, in any product, at any address", T, float, double) {
  for (const bool trans_b : {false, true}) {
    for (const bool trans_a : {false, true}) {
      problem p{ed::gemm_sizes<T>::direct_rows + 59, 83,
                ed::gemm_layout<T>::shared_depth + ed::gemm_sizes<T>::depth + 43};
      p.trans_a = trans_a;
      p.trans_b = trans_b;
      p.bias = true;
      p.accumulate = trans_a != trans_b;
      operands<T> whole(p);
      whole.run();
      for (const std::size_t rows : std::initializer_list<std::size_t>{1, 2, 3, 4, 7, 11, 14, 15, 28, 56, 57}) {
        problem q = p;
        q.m = rows;
        q.pad = rows % 4;
        const std::size_t first = (rows * 37) % (p.m - rows + 1);
        operands<T> part(q, first);
        part.run(1 + rows % 3, rows);
        std::size_t different = 0;
        for (std::size_t i = 0; i < rows; ++i) {
          for (std::size_t j = 0; j < p.n; ++j) {
            different += same_bits(part.c_at(0, i, j), whole.c_at(0, first + i, j)) ? 0 : 1;
          }
        }
        INFO(q.text() << " from row " << first);
        CHECK(different == 0);
      }
    }
  }
}

TEST_CASE_TEMPLATE("a column has the same bits in a narrow product", T, float, double) {
  problem p{40, 101, 333};
  operands<T> whole(p);
  whole.run();
  for (const std::size_t columns : std::initializer_list<std::size_t>{1, 5, 16, 17, 33, 35, 64}) {
    problem q = p;
    q.n = columns;
    operands<T> part(q);
    part.run();
    std::size_t different = 0;
    for (std::size_t i = 0; i < q.m; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        different += same_bits(part.c_at(0, i, j), whole.c_at(0, i, j)) ? 0 : 1;
      }
    }
    CHECK(different == 0);
  }
}

TEST_CASE_TEMPLATE("an item has the same bits in any batch", T, float, double) {
  for (const bool shared : {false, true}) {
    for (const std::size_t m : {std::size_t{10}, std::size_t{64}}) {
      problem p{m, 37, 256};
      p.batch = 5;
      p.shared_b = shared;
      p.trans_b = true;
      operands<T> whole(p);
      whole.run(2);
      for (std::size_t item = 0; item < p.batch; ++item) {
        problem q = p;
        q.batch = 1;
        operands<T> alone(q, 0, item);
        alone.run();
        std::size_t different = 0;
        for (std::size_t i = 0; i < m; ++i) {
          for (std::size_t j = 0; j < p.n; ++j) {
            different += same_bits(alone.c_at(0, i, j), whole.c_at(item, i, j)) ? 0 : 1;
          }
        }
        INFO(p.text() << " item " << item);
        CHECK(different == 0);
      }
    }
  }
}

TEST_CASE_TEMPLATE("gemm has the same bits for 1, 2, 3 and 7 workers", T, float, double) {
  const problem problems[] = {{1, 300, 200},
                              {10, 530, 100},
                              {49, 300, 300},
                              {140, 200, 300, true},
                              {140, 200, 300, false, true, true, true, true},
                              {1000, 40, 64},
                              {10, 10, 64, false, true, false, false, false, 40}};
  for (const problem& p : problems) {
    operands<T> one(p);
    one.run(1, 1);
    for (const std::size_t workers : std::initializer_list<std::size_t>{2, 3, 7}) {
      operands<T> many(p);
      many.run(workers, workers);
      std::size_t different = 0;
      for (std::size_t i = 0; i < p.batch * p.m * p.n; ++i) different += same_bits(one.c[i], many.c[i]) ? 0 : 1;
      INFO(p.text() << " workers " << workers);
      CHECK(different == 0);
    }
  }
}

TEST_CASE_TEMPLATE("gemm has the same bits with B packed beforehand", T, float, double) {
  std::vector<problem> problems = {
      {1, 300, 200},  {2, 64, 600},   {10, 530, 100}, {49, 300, 300},
      {140, 49, 600}, {4000, 17, 20}, {3, 5, 0},      {10, 37, 64, false, true, true, true, true, 7}};
  for (problem p : problems) {
    for (const bool trans_b : {false, true}) {
      p.trans_b = trans_b;
      p.shared_b = true;
      operands<T> plain(p), packed(p);
      plain.run();
      packed.run_packed(3, 2);
      std::size_t different = 0;
      for (std::size_t i = 0; i < p.batch * p.m * p.n; ++i) different += same_bits(plain.c[i], packed.c[i]) ? 0 : 1;
      INFO(p.text());
      CHECK(different == 0);
    }
  }
}
