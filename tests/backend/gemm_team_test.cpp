// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <new>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/gemm.hpp>
#include <vscg/core/random.hpp>
#include <vscg/core/team.hpp>

// The product on real threads, for thread sanitizer.
namespace {

namespace ed = vscg::eigen_detail;

template <class T>
std::vector<T> numbers(std::size_t count, const char* name) {
  std::vector<T> values(count);
  const vscg::random_stream stream{vscg::seed{3}, name};
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<T>(stream.uniform(i) - 0.5);
  return values;
}

template <class T>
struct aligned_memory {
  explicit aligned_memory(std::size_t count)
      : data(static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{64}))) {}
  aligned_memory(const aligned_memory&) = delete;
  aligned_memory& operator=(const aligned_memory&) = delete;
  ~aligned_memory() { ::operator delete (data, std::align_val_t{64}); }
  T* data;
};

}  // namespace

TEST_CASE_TEMPLATE("gemm has the same bits on 1, 2, 3 and 7 threads", T, float, double) {
  struct shape {
    std::size_t m, n, k, batch;
    bool trans_a, trans_b;
  };
  for (const shape& s :
       {shape{300, 200, 300, 1, false, true}, shape{200, 300, 700, 1, true, false}, shape{1, 700, 300, 2, false, true},
        shape{10, 700, 300, 2, false, false}, shape{10, 10, 64, 40, false, true}}) {
    const auto a = numbers<T>(s.batch * s.m * s.k, "a");
    const auto b = numbers<T>(s.batch * s.k * s.n, "b");
    std::vector<T> first;
    for (const std::size_t count : std::initializer_list<std::size_t>{1, 2, 3, 7}) {
      vscg::team team{vscg::threads{count}};
      const aligned_memory<T> workspace(ed::gemm_workspace_elements<T>(team.size()));
      const aligned_memory<T> packed(ed::gemm_packed_elements<T>(s.n, s.k));
      std::vector<T> c(s.batch * s.m * s.n);
      vscg::gemm_arguments<T> args;
      args.trans_a = s.trans_a, args.trans_b = s.trans_b;
      args.m = s.m, args.n = s.n, args.k = s.k;
      args.a = a.data(), args.lda = s.trans_a ? s.m : s.k;
      args.b = b.data(), args.ldb = s.trans_b ? s.k : s.n;
      args.c = c.data(), args.ldc = s.n;
      args.batch = s.batch, args.stride_a = s.m * s.k, args.stride_b = s.k * s.n, args.stride_c = s.m * s.n;
      ed::gemm(team, workspace.data, args);
      if (count == 1) first = c;
      CHECK(std::memcmp(c.data(), first.data(), c.size() * sizeof(T)) == 0);
      if (s.batch == 1) {
        std::vector<T> again(c.size());
        args.c = again.data();
        ed::gemm_pack(team, packed.data, args);
        args.packed_b = packed.data;
        ed::gemm(team, workspace.data, args);
        CHECK(std::memcmp(again.data(), first.data(), c.size() * sizeof(T)) == 0);
      }
    }
  }
}
