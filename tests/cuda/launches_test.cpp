// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/memory.hpp>
#include <vscg/core/beside.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/stretch_limits.hpp>
#include <vscg/core/team.hpp>
#include <vscg/cuda/fused.hpp>
#include <vscg/cuda/gemm.hpp>
#include <vscg/cuda/overrides.hpp>
#include <vscg/cuda/roundings.hpp>
#include <vscg/train/ave/labels.hpp>
#include <vscg/vscg.hpp>

// What a device is told in one step of the reference network: a backend that counts and computes nothing.

namespace {

struct counts {
  std::size_t copies_in = 0, copies_out = 0, each = 0, rows = 0, products = 0, blocks = 0;
  std::size_t launches() const { return each + rows + products + blocks; }
};
counts now;
counts at_first_wait;
/// Products of bf16 copies, and whether operations may keep bf16 activations.
struct {
  bool products = false, activations = false;
} bf16_forms;

/// How many launches wait for each other, in the order of the queues: the path and its branches.
struct chains {
  static constexpr std::size_t queues = 1 + vscg::branches;
  std::array<std::size_t, queues> of{};
  std::size_t older = 0, in = 0;  // `in`: which of them launches go to
  std::size_t& path() { return of[0]; }
  void launch() { ++of[in]; }
  template <class F>
  void beside(const F& f, vscg::branch where) {
    if (in != 0) return f();
    in = 1 + static_cast<std::size_t>(where);
    of[in] = std::max(of[in], path());
    f();
    in = 0;
  }
  void join() { path() = *std::max_element(of.begin(), of.end()); }
  void join_older() { path() = std::max(path(), std::exchange(older, *std::max_element(of.begin() + 1, of.end()))); }
};
chains waiting;
std::size_t path_at_first_wait = 0;

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
    using bf16 = vscg::cuda_detail::bf16;
    explicit executor(vscg::threads) {}
    static constexpr std::size_t workers() { return 1; }
    static constexpr std::size_t bytes() { return 0; }
    template <class F>
    void each(std::size_t n, std::size_t, const F&) {
      if (n == 0) return;
      ++now.each;
      waiting.launch();
    }
    template <class F>
    void rows(std::size_t n, std::size_t, const F&) {
      if (n == 0) return;
      ++now.rows;
      waiting.launch();
    }
    template <class F>
    void blocks(std::size_t n, const F&) {
      if (n == 0) return;
      ++now.blocks;
      waiting.launch();
    }
    template <class F>
    void independent_ranges(std::size_t n, const F& f) {
      f(*this, 0, n);
    }
    template <class Function = vscg::identity_function>
    void gemm(const vscg::gemm_arguments<T>& arguments, Function = {}) {
      if (bf16_forms.products && vscg::cuda_detail::suits_bf16_copies(arguments))
        vscg::cuda_detail::gemm_of_copies<Function>(arguments, std::span(copies_.get(), copies), *this, multiply_any());
      else
        vscg::cuda_detail::gemm<Function>(arguments, multiply_any(), launch_each(), launch_rows());
    }
    bool keeps_bf16() const { return bf16_forms.activations; }
    template <class Function = vscg::identity_function, class Result>
    void gemm_of_bf16(const vscg::gemm_arguments<Result>& arguments, const bf16* a, const bf16* b, Function = {}) {
      vscg::cuda_detail::gemm_of_bf16<Function>(arguments, a, b, multiply_any(), launch_each());
    }
    template <class Function = vscg::identity_function>
    void gemm_pair(const vscg::gemm_arguments<T>& first, const vscg::gemm_arguments<T>& second, Function f = {}) {
      if (bf16_forms.products && vscg::cuda_detail::suits_bf16_copies(first)) return gemm(first, f), gemm(second, f);
      vscg::cuda_detail::gemm_pair<Function>(first, second, multiply_any(), launch_each(), launch_rows());
    }
    static constexpr std::size_t packed_elements(std::size_t, std::size_t) { return 0; }
    void pack(const vscg::gemm_arguments<T>&, T*) {}
    void copy_in(void*, const void*, std::size_t) { ++now.copies_in; }
    void copy_out(void* to, const void*, std::size_t bytes) {
      ++now.copies_out;
      std::memset(to, 0, bytes);
    }
    template <class F>
    void beside(const F& f, vscg::branch where) {
      waiting.beside(f, where);
    }
    void join() { waiting.join(); }
    void join_older() { waiting.join_older(); }
    void wait() {
      if (at_first_wait.launches() > 0) return;
      at_first_wait = now;
      path_at_first_wait = waiting.path();
    }
    template <class F>
    void replay(std::uint64_t, const F& f) {
      waiting.join();
      f();
      waiting.join();
    }

   private:
    static constexpr std::size_t copies = (std::size_t{32} << 20U) / sizeof(bf16);
    std::unique_ptr<bf16[]> copies_{new bf16[copies]};

    // The library ends a product with bias and relu, as it can in float and bf16.
    static auto multiply_any() {
      return [](const auto&, bool) {
        ++now.products;
        waiting.launch();
        return true;
      };
    }
    auto launch_each() {
      return [this](std::size_t n, const auto& kernel) { this->each(n, 1, kernel); };
    }
    auto launch_rows() {
      return
          [this](std::size_t n, std::size_t row_elements, const auto& kernel) { this->rows(n, row_elements, kernel); };
    }
  };
};

struct counting_fused : counting {};

}  // namespace

template <class Operation>
struct vscg::implementation<Operation, counting_fused>
    : vscg::cuda_detail::override_of<Operation, vscg::cuda_detail::any_device> {};

namespace {

struct found {
  counts step;
  std::size_t path;  // of its launches
};

/// One step, until the host waits. (Nothing was computed, so the host then finds that the step was refused.)
template <class Backend, class Network, class loss>
found of_a_step(std::size_t items) {
  vscg::model<Network, float, Backend> net{vscg::seed{1}};
  vscg::trainer_options options;
  options.batch = items;
  vscg::trainer t(net, vscg::adam{}, loss{}, vscg::threads{1}, options);
  const std::vector<float> audio(items * 10 * 128), visual(items * 10 * 49 * 512), tags(items * 29);
  const std::vector<std::uint8_t> classes(items * 10, 28);
  std::array<std::vector<float>, loss::targets::count> targets;
  loss::fill(vscg::train::labels<float>{items, 10, 28, classes, tags}, targets);
  now = at_first_wait = {};
  waiting = {};
  const auto step = [&] { std::apply([&](const auto&... known) { t.step(audio, visual, known...); }, targets); };
  CHECK_THROWS_AS(step(), vscg::not_finite);
  return {at_first_wait, path_at_first_wait};
}

/// As one graph, with branches of what runs beside the path.
template <class Backend, class Network = vscg::vscg_net, class Loss = vscg::negative_pair_filter_loss<>>
void check_step(std::size_t launches, std::size_t path, bool bf16_products = false, bool bf16_activations = false) {
  bf16_forms = {bf16_products, bf16_activations};
  const found one = of_a_step<Backend, Network, Loss>(1);
  const found several = of_a_step<Backend, Network, Loss>(3);
  INFO("each " << one.step.each << ", rows " << one.step.rows << ", products " << one.step.products);
  CHECK(one.step.copies_in == 1);
  CHECK(one.step.copies_out == 1);
  CHECK(one.step.launches() == launches);
  CHECK(one.path == path);
  CHECK(several.step.launches() == launches);
  CHECK(several.path == one.path);
  CHECK(several.step.copies_in == 1);
  CHECK(several.step.copies_out == 1);
}

}  // namespace

TEST_CASE("cuda: a step of the network is one copy in, so many launches, one copy out, for any batch") {
  check_step<counting>(510, 486);
}
TEST_CASE("cuda: with composites in few launches, a step is fewer launches, and fewer wait for each other") {
  check_step<counting_fused>(83, 49);
}
TEST_CASE("cuda: so is a weakly supervised step") {
  check_step<counting_fused, vscg::vscg_net_weakly, vscg::smooth_loss<>>(80, 50);
}
TEST_CASE("cuda: large bf16 products copy their operands, and activations that are bf16 are copied once") {
  check_step<counting_fused>(85, 51, true, false);
  check_step<counting_fused>(84, 50, true, true);
}
