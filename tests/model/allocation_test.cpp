// SPDX-License-Identifier: MIT
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <new>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/session.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/nets/vscg/negative_pair_filter_loss.hpp>
#include <vscg/nets/vscg/vscg_net.hpp>
#include <vscg/optim/adam.hpp>

// Every allocation of the program goes through malloc's family, which this file replaces with counting ones. Sanitizers
// bring an allocator of their own: there the counts would be theirs.

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define VSCG_TEST_HOOKS_MALLOC 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define VSCG_TEST_HOOKS_MALLOC 0
#endif
#endif
#if !defined(VSCG_TEST_HOOKS_MALLOC) && defined(__GLIBC__)
#define VSCG_TEST_HOOKS_MALLOC 1
#endif

namespace {
std::atomic<std::size_t> allocations{0};
std::atomic<std::size_t> releases{0};
}  // namespace

#if VSCG_TEST_HOOKS_MALLOC
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);

void* malloc(std::size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_calloc(count, bytes);
}
void* realloc(void* old, std::size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_realloc(old, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_memalign(alignment, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** result, std::size_t alignment, std::size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  *result = __libc_memalign(alignment, bytes);
  return *result == nullptr ? 12 : 0;
}
void free(void* p) {
  if (p != nullptr) releases.fetch_add(1, std::memory_order_relaxed);
  __libc_free(p);
}
}
#endif

namespace {

using model = vscg::model<vscg::vscg_net, float, vscg::cpu>;
using session = vscg::session<vscg::vscg_net, float, vscg::cpu>;
using trained_loss = vscg::negative_pair_filter_loss<>;

constexpr std::size_t items = 3;

/// Allocations and releases while f runs, on all threads.
template <class F>
std::size_t count(F f) {
  const std::size_t before = allocations + releases;
  f();
  return allocations + releases - before;
}

bool hooks_work() {
#if VSCG_TEST_HOOKS_MALLOC
  const std::size_t seen = count([] {
    void* one = ::operator new(64);
    void* two = ::operator new (64, std::align_val_t{64});
    ::operator delete (two, std::align_val_t{64});
    ::operator delete(one);
  });
  REQUIRE(seen == 4);
  return true;
#else
  std::cout << "skipped: malloc cannot be replaced here (a sanitizer, or another C library)\n";
  return false;
#endif
}

}  // namespace

TEST_CASE("a warmed-up session allocates nothing") {
  if (!hooks_work()) return;
  const model net{vscg::seed{1}};
  const std::vector<float> audio(items * 10 * 128, 0.5F);
  const std::vector<float> visual(items * 10 * 49 * 512, 0.25F);
  for (const std::size_t n : {1U, 2U}) {
    session s(net.weights(), vscg::threads{n}, vscg::capacity{items});
    s.infer(audio, visual);
    float seen = 0;
    const std::size_t allocated = count([&] {
      for (int call = 0; call < 3; ++call) seen += s.infer(audio, visual).event_relevance.data[0];
      const std::span<const float> one_audio(audio.data(), 10 * 128);  // fewer items in the next call
      const std::span<const float> one_visual(visual.data(), 10 * 49 * 512);
      seen += s.infer(one_audio, one_visual).event_relevance.data[0];
    });
    INFO(n << " threads, " << seen);
    CHECK(allocated == 0);
  }
}

TEST_CASE("a warmed-up training step allocates nothing") {
  if (!hooks_work()) return;
  model net{vscg::seed{1}};
  const std::vector<float> audio(items * 10 * 128, 0.5F);
  const std::vector<float> visual(items * 10 * 49 * 512, 0.25F);
  const std::vector<std::uint8_t> classes(items * 10, 7);
  const std::vector<float> tags(items * 29, 1.F / 29);
  std::array<std::vector<float>, trained_loss::targets::count> targets;
  trained_loss::fill(vscg::labels<float>{items, 10, 28, classes, tags}, targets);
  std::vector<std::span<const float>> arrays{audio, visual};
  for (const auto& target : targets) arrays.emplace_back(target);
  for (const std::size_t n : {1U, 2U}) {
    for (const std::size_t micro_batch : {0U, 2U}) {
      vscg::trainer_options options;
      options.batch = items;
      options.micro_batch = micro_batch;
      vscg::trainer t(net, vscg::adam{1e-3}, trained_loss{}, vscg::threads{n}, options);
      t.step(arrays);
      double seen = 0;
      const std::size_t allocated = count([&] {
        for (int call = 0; call < 3; ++call) seen += t.step(arrays).total;
        t.optimizer.learning_rate = 5e-4;
        seen += t.step(arrays).total;
      });
      INFO(n << " threads, micro-batches of " << micro_batch << ", " << seen);
      CHECK(allocated == 0);
    }
  }
}
