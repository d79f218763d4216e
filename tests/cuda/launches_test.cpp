// SPDX-License-Identifier: MIT
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/memory.hpp>
#include <vscg/core/stretch_limits.hpp>
#include <vscg/core/team.hpp>
#include <vscg/cuda/fused.hpp>
#include <vscg/cuda/gemm.hpp>
#include <vscg/train/ave/labels.hpp>
#include <vscg/vscg.hpp>

// What a device is told in one step of the reference network: a backend that counts and computes nothing.

namespace {

struct counts {
  std::size_t copies_in = 0, copies_out = 0, each = 0, rows = 0, products = 0;
  std::size_t launches() const { return each + rows + products; }
};
counts now;
counts at_first_wait;

/// Not the host's memory, as far as anyone is told; all zeros.
struct far_memory {
  static constexpr bool borrows_host_arrays = false;
  using host = vscg::host_memory;
  static void* allocate(std::size_t bytes) { return std::memset(host::allocate(bytes), 0, bytes); }
  static void release(void* p) noexcept { host::release(p); }
  static void copy_in(void* to, const void* from, std::size_t bytes) { host::copy_in(to, from, bytes); }
  static void copy_out(void* to, const void* from, std::size_t bytes) { host::copy_out(to, from, bytes); }
};

struct counting {
  using memory = far_memory;
  static constexpr vscg::stretch_limits stretches{};
  template <class T>
  struct executor {
    explicit executor(vscg::threads) {}
    static constexpr std::size_t workers() { return 1; }
    static constexpr std::size_t bytes() { return 0; }
    template <class F>
    void each(std::size_t n, std::size_t, const F&) {
      now.each += n > 0 ? 1 : 0;
    }
    template <class F>
    void rows(std::size_t n, std::size_t, const F&) {
      now.rows += n > 0 ? 1 : 0;
    }
    template <class F>
    void independent_ranges(std::size_t n, const F& f) {
      f(*this, 0, n);
    }
    template <class Function = vscg::identity_function>
    void gemm(const vscg::gemm_arguments<T>& arguments, Function = {}) {
      vscg::cuda_detail::gemm<Function>(arguments, multiply, launch_each(), launch_rows());
    }
    template <class Function = vscg::identity_function>
    void gemm_pair(const vscg::gemm_arguments<T>& first, const vscg::gemm_arguments<T>& second, Function = {}) {
      vscg::cuda_detail::gemm_pair<Function>(first, second, multiply, launch_each(), launch_rows());
    }
    static constexpr std::size_t packed_elements(std::size_t, std::size_t) { return 0; }
    void pack(const vscg::gemm_arguments<T>&, T*) {}
    void copy_in(void*, const void*, std::size_t) { ++now.copies_in; }
    void copy_out(void* to, const void*, std::size_t bytes) {
      ++now.copies_out;
      std::memset(to, 0, bytes);
    }
    void wait() {
      if (at_first_wait.launches() == 0) at_first_wait = now;
    }
    template <class F>
    void replay(std::uint64_t, const F& f) {
      f();
    }

   private:
    // The library ends a product with bias and relu, as it can in float.
    static bool multiply(const vscg::cuda_detail::column_major_product<T>&, bool) {
      ++now.products;
      return true;
    }
    auto launch_each() {
      return [this](std::size_t n, const auto& kernel) { each(n, 1, kernel); };
    }
    auto launch_rows() {
      return [this](std::size_t n, std::size_t row_elements, const auto& kernel) { rows(n, row_elements, kernel); };
    }
  };
};

struct counting_fused : counting {};

}  // namespace

template <>
inline constexpr bool vscg::cuda_detail::fuses<counting_fused> = true;

namespace {

/// One step, until the host waits. (Nothing was computed, so the host then finds that the step was refused.)
template <class Backend>
counts of_a_step(std::size_t items) {
  using loss = vscg::negative_pair_filter_loss<>;
  vscg::model<vscg::vscg_net, float, Backend> net{vscg::seed{1}};
  vscg::trainer_options options;
  options.batch = items;
  vscg::trainer t(net, vscg::adam{}, loss{}, vscg::threads{1}, options);
  const std::vector<float> audio(items * 10 * 128), visual(items * 10 * 49 * 512), tags(items * 29);
  const std::vector<std::uint8_t> classes(items * 10, 28);
  std::array<std::vector<float>, loss::targets::count> targets;
  loss::fill(vscg::train::labels<float>{items, 10, 28, classes, tags}, targets);
  now = at_first_wait = {};
  const auto step = [&] { std::apply([&](const auto&... known) { t.step(audio, visual, known...); }, targets); };
  CHECK_THROWS_AS(step(), vscg::not_finite);
  return at_first_wait;
}

}  // namespace

TEST_CASE_TEMPLATE("cuda: a step of the network is one copy in, so many launches, one copy out, for any batch", Backend,
                   counting, counting_fused) {
  const counts one = of_a_step<Backend>(1);
  const counts several = of_a_step<Backend>(3);
  INFO("each " << one.each << ", rows " << one.rows << ", products " << one.products);
  CHECK(one.copies_in == 1);
  CHECK(one.copies_out == 1);
  CHECK(one.launches() == (std::is_same_v<Backend, counting> ? 512 : 0));
  CHECK(several.launches() == one.launches());
  CHECK(several.copies_in == 1);
  CHECK(several.copies_out == 1);
}
