// SPDX-License-Identifier: MIT
#include "cuda/device.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/memory.hpp>
#include <vscg/cuda/backend.hpp>
#include <vscg/cuda/card.hpp>
#include <vscg/cuda/roundings.hpp>
#include <vscg/model/double_buffer.hpp>
#include <vscg/model/inference_ahead.hpp>
#include <vscg/train/computed_on.hpp>
#include <vscg/vscg.hpp>

#include "cuda/golden_tolerance.hpp"
#include "cuda/host_cuda.hpp"
#include "cuda/precision_run.hpp"
#include "golden/golden_case.hpp"
#include "model/small_training.hpp"
#include "support/error_of.hpp"
#include "support/product_cases.hpp"

// One program with networks on both backends, compiled by a plain C++ compiler.

namespace {

using memory = vscg::cuda::memory;

/// Operands on the device.
template <class T>
struct on_device {
  product_cases::operands<T>& given;
  vscg::buffer<T, memory> a{given.a.size()}, b{given.b.size()}, c{given.c.size()}, bias{given.bias.size()};
  vscg::gemm_arguments<T> args = given.args;

  explicit on_device(product_cases::operands<T>& o) : given(o) {
    const auto copy_in = [](auto& to, const auto& from) { memory::copy_in(to.data(), from.data(), to.bytes()); };
    copy_in(a, o.a);
    copy_in(b, o.b);
    copy_in(c, o.c);
    copy_in(bias, o.bias);
    args.a = a.data();
    args.b = b.data();
    args.c = c.data();
    if (args.bias != nullptr) args.bias = bias.data();
  }
  void bring_back() { memory::copy_out(given.c.data(), c.data(), c.bytes()); }
};

template <class T, class Backend>
auto& device() {
  static typename Backend::template executor<T> executor{vscg::threads{1}};
  return executor;
}

template <class T, class Backend = vscg::cuda>
void run(product_cases::operands<T>& o) {
  auto& card = device<T, Backend>();
  on_device<T> there(o);
  o.p.relu ? card.gemm(there.args, vscg::relu_function{}) : card.gemm(there.args);
  card.wait();
  there.bring_back();
}

template <class T, class Backend = vscg::cuda>
void run_pair(product_cases::operands<T>& first, product_cases::operands<T>& second) {
  auto& card = device<T, Backend>();
  on_device<T> a(first), b(second);
  first.p.relu ? card.gemm_pair(a.args, b.args, vscg::relu_function{}) : card.gemm_pair(a.args, b.args);
  card.wait();
  a.bring_back();
  b.bring_back();
}

/// The product of matrices of bf16 numbers, its result as float and as bf16: how far the second is from the first,
/// relative to its size or 1.
double run_of_bf16(product_cases::operands<float>& o) {
  using vscg::cuda_detail::bf16, vscg::cuda_detail::to_bf16;
  auto& card = device<float, vscg::cuda_bf16>();
  const auto in_bf16 = [](const std::vector<float>& from) {
    std::vector<bf16> kept(from.size());
    std::transform(from.begin(), from.end(), kept.begin(), to_bf16);
    vscg::buffer<bf16, memory> there(from.size());
    memory::copy_in(there.data(), kept.data(), there.bytes());
    return there;
  };
  const auto multiply = [&](const auto& args, const bf16* a, const bf16* b) {
    o.p.relu ? card.gemm_of_bf16(args, a, b, vscg::relu_function{}) : card.gemm_of_bf16(args, a, b);
  };
  const auto a = in_bf16(o.a), b = in_bf16(o.b), bias = in_bf16(o.bias);
  auto c = in_bf16(o.c);
  on_device<float> there(o);
  multiply(there.args, a.data(), b.data());
  auto args = host_cuda::of_same_sizes<bf16>(o.args);
  args.c = c.data();
  if (o.p.bias) args.bias = bias.data();
  multiply(args, a.data(), b.data());
  card.wait();
  there.bring_back();
  std::vector<bf16> got(o.c.size());
  memory::copy_out(got.data(), c.data(), c.bytes());
  double worst = 0;
  for (std::size_t item = 0; item < o.p.batch; ++item) {
    for (std::size_t i = 0; i < o.p.m * o.p.n; ++i) {
      const std::size_t at = item * args.stride_c + i / o.p.n * args.ldc + i % o.p.n;
      const double expected = o.c[at];
      const double error = std::abs(static_cast<double>(to_float(got[at])) - expected);
      worst = std::max(worst, error / std::max(1.0, std::abs(expected)));
    }
  }
  return worst;
}

/// The weights of a small network after some steps on batches of two sizes. With `ahead`, a batch comes while the one
/// before it trains.
template <class Backend>
std::vector<double> trained([[maybe_unused]] bool ahead = false) {
  vscg::model<small_training::small_network, double, Backend> net{vscg::seed{1}};
  vscg::trainer t(net, vscg::adam{1e-2}, small_training::squared_distance{}, vscg::threads{1},
                  small_training::of(8, 3, true));
  const auto take_all = [](auto& steps) {
    for (const std::size_t items : {8U, 8U, 8U, 5U, 5U, 5U, 8U, 8U, 5U, 8U}) {
      const small_training::data d(items);
      steps.step(d.x, d.y);
    }
  };
  if constexpr (!Backend::memory::borrows_host_arrays) {
    vscg::double_buffer<decltype(t)> next(t);
    if (ahead) take_all(next);
    next.finish();
  }
  if (!ahead) take_all(t);
  return small_training::flat(net);
}

}  // namespace

TEST_CASE("cuda: without a device, whatever needs one says what is missing") {
  using network = vscg::model<vscg::vscg_net, float, vscg::cuda>;
  const vscg::model<vscg::vscg_net, float, vscg::cpu> on_the_host{vscg::seed{1}};  // in the same program
  CHECK(on_the_host.weights().table().entries.size() > 0);
  if (error_of([] { vscg::cuda_detail::expect_device(); }).empty()) {
    CHECK(error_of([] { network{vscg::seed{1}}; }).empty());
    return;
  }
  const std::string expected = "cuda: expected a ";
  CHECK(error_of([] { network{vscg::seed{1}}; }).starts_with(expected));
  CHECK(error_of([] { vscg::cuda::executor<float>{vscg::threads{1}}; }).starts_with(expected));
  CHECK(error_of([] { vscg::buffer<float, memory>(1); }).starts_with(expected));
  CHECK(error_of([] { vscg::cuda_card{}; }).starts_with(expected));
  CHECK(error_of([] { vscg::cuda_card::name_of(0); }) == error_of([] { vscg::cuda_card{}; }));
  CHECK(error_of([] { vscg::cuda::card_in_use(); }).starts_with(expected));
  CHECK(error_of([] { vscg::cuda_bf16::executor<float>{vscg::threads{1}}; }).starts_with(expected));
  CHECK(error_of([] { vscg::buffer<float, memory::host>(1); }).starts_with(expected));
}

TEST_CASE_TEMPLATE("cuda: products agree with the definition", T, float, double) {
  if (!cuda_device::found()) return;
  product_cases::agree_for_every_shape<T>(run<T>);
  product_cases::agree_for_every_option<T>(run<T>);
  product_cases::agree_for_every_option<T>(run<T>, {11, 1, 70});
  product_cases::agree_for_every_option<T>(run<T>, {11, 40, 1});
  product_cases::agree_in_pairs<T>(run_pair<T>);
  product_cases::change_nothing_if_empty<T>(run<T>);
  product_cases::let_not_a_number_through<T>(run<T>);
}

TEST_CASE("cuda: products of each precision agree with the definition as far as they should") {
  if (!cuda_device::found()) return;
  product_cases::agree_for_every_shape<float>(run<float, vscg::cuda_split>);
  product_cases::agree_for_every_option<float>(run<float, vscg::cuda_split>);
  product_cases::let_not_a_number_through<float>(run<float, vscg::cuda_split>);
  for (unsigned bits = 0; bits < 256; ++bits) {
    const auto p = product_cases::with_options({11, 40, 19}, bits);
    INFO(p.text());
    constexpr double cut_off =
        2 * 0x1p-10 / (4 * 0x1p-23);  // of both factors, in units of what float's rounding allows
    product_cases::operands<float> exact(p), in_tf32(p), small_in_bf16(p);
    run<float, vscg::cuda_tf32>(in_tf32);
    REQUIRE(product_cases::error_between(exact, in_tf32) < cut_off);
    run<float, vscg::cuda_bf16>(small_in_bf16);  // as TF32
    REQUIRE(product_cases::error_between(exact, small_in_bf16) < cut_off);
  }
  for (unsigned bits = 0; bits < 256; bits += 5) {
    const bool trans_a = (bits & 1U) != 0;
    const auto p = product_cases::with_options({trans_a ? 520U : 3U, 512, trans_a ? 3U : 520U}, bits);
    INFO(p.text());
    product_cases::operands<float> rounded(p), in_bf16(p);
    run<float, vscg::cuda_bf16>(in_bf16);
    for (auto* factor : {&rounded.a, &rounded.b}) {
      for (float& x : *factor) x = vscg::cuda_detail::to_float(vscg::cuda_detail::to_bf16(x));
    }
    REQUIRE(product_cases::error_between(rounded, in_bf16) < 1);
  }
}

TEST_CASE("cuda: products of bf16 matrices agree with the definition, and their results may be bf16") {
  if (!cuda_device::found()) return;
  for (unsigned bits = 0; bits < 256; ++bits) {
    auto p = product_cases::with_options({16, 40, 24}, bits);
    p.pad = p.pad > 0 ? 8 : 0;  // rows begin at multiples of 16 bytes
    INFO(p.text());
    product_cases::operands<float> before(p);
    for (auto* array : {&before.a, &before.b, &before.bias, &before.c}) {
      for (float& x : *array) x = vscg::cuda_detail::to_float(vscg::cuda_detail::to_bf16(x));
    }
    auto after = before;
    REQUIRE(run_of_bf16(after) < 0x1p-7);  // rounded twice, if the library does not end it
    REQUIRE(product_cases::error_between(before, after) < 1);
  }
}

TEST_CASE("cuda: a run of each precision ends among exact runs with several seeds") {
  if (!cuda_device::found()) return;
  const auto final_loss = [](vscg::products precision, std::uint64_t seed) {
    const vscg::cuda_card card(0, precision);
    return precision_run::final_loss<vscg::cuda_chosen>(seed);
  };
  const auto [least, most] = std::minmax({final_loss(vscg::products::exact, 1), final_loss(vscg::products::exact, 3),
                                          final_loss(vscg::products::exact, 5)});
  for (const auto precision : {vscg::products::split, vscg::products::tf32, vscg::products::bf16}) {
    const double loss = final_loss(precision, 3);
    CHECK(loss >= least);
    CHECK(loss <= most);
  }
}

TEST_CASE(
    "cuda: steps as they are, recorded and launched again give the host's weights, and the same bits every time") {
  if (!cuda_device::found()) return;
  const auto expected = trained<vscg::cpu>();
  const auto got = trained<vscg::cuda>();
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == doctest::Approx(expected[i]).epsilon(1e-9));
  CHECK(trained<vscg::cuda>() == got);
}

TEST_CASE("cuda: steps while the next batch comes give the same bits as steps that copy first") {
  if (!cuda_device::found()) return;
  const auto expected = trained<vscg::cuda>();
  for (int run = 0; run < 5; ++run) CHECK(trained<vscg::cuda>(true) == expected);
}

namespace {

/// Outputs of batches of several sizes, from an array that the next batch overwrites.
std::vector<float> inferred(bool ahead_of_time, bool pinned) {
  const vscg::model<precision_run::small_localizer, float, vscg::cuda> net{vscg::seed{1}};
  constexpr std::size_t most = 4096;
  vscg::session s(net, vscg::threads{1}, vscg::batch_capacity{most});
  vscg::inference_ahead ahead(s);
  constexpr std::size_t each = std::size_t{precision_run::seconds} * precision_run::features;
  vscg::buffer<float, memory::host> held(most * each);
  std::vector<float> plain(most * each);
  float* const numbers = pinned ? held.data() : plain.data();
  std::vector<float> all;
  const auto add = [&](const auto& outputs) {
    all.insert(all.end(), outputs.values().begin(), outputs.values().end());
  };
  float next = 0;
  for (const std::size_t items : {most, most, 5UL, most, most, 5UL, 5UL, most}) {
    std::generate_n(numbers, items * each, [&] { return std::sin(next += 0.37F); });
    const std::span<const float> x(numbers, items * each);
    if (!ahead_of_time)
      add(s.infer(x));
    else if (const auto found = ahead.infer(x))
      add(found->outputs);
  }
  if (const auto found = ahead.finish()) add(found->outputs);
  return all;
}

}  // namespace

TEST_CASE("cuda: inference while the next batch comes gives the same bits as inference that copies first") {
  if (!cuda_device::found()) return;
  const auto expected = inferred(false, false);
  for (int run = 0; run < 3; ++run) {
    CHECK(inferred(true, false) == expected);
    CHECK(inferred(true, true) == expected);
  }
}

TEST_CASE("cuda: pinned memory is known from any other") {
  if (!cuda_device::found()) return;
  const vscg::buffer<float, memory::host> pinned(1000);
  const std::vector<float> plain(1000);
  const vscg::buffer<float, memory> there(1000);
  CHECK(memory::host::holds(pinned.data()));
  CHECK(memory::host::holds(pinned.data() + 999));
  CHECK(!memory::host::holds(plain.data()));
  CHECK(!memory::host::holds(there.data()));
}

TEST_CASE("cuda: a large copy beside launches has arrived once they join it") {
  if (!cuda_device::found()) return;
  constexpr std::size_t n = std::size_t{1} << 24U;
  vscg::buffer<float, memory::host> from(n), back(n);
  vscg::buffer<float, memory> there(n);
  auto& card = device<float, vscg::cuda>();
  for (int turn = 1; turn <= 3; ++turn) {
    std::fill_n(from.data(), n, static_cast<float>(turn));
    card.copy_in_beside(there.data(), from.data(), from.bytes());
    if (turn == 2) {  // the host waits too, and has its numbers again
      card.wait_for_copies();
      std::fill_n(from.data(), n, 0.F);
    }
    card.join_copies();
    card.copy_out(back.data(), there.data(), back.bytes());
    card.wait();
    CHECK(back.data()[0] == static_cast<float>(turn));
    CHECK(back.data()[n - 1] == static_cast<float>(turn));
  }
}

namespace {

/// Bytes of a resident data set, after a check that its rows give the loss of the same arrays from the host.
template <class Backend>
std::size_t bytes_of_resident() {
  const precision_run::synthesized data;
  vscg::model<precision_run::small_localizer, float, Backend> net{vscg::seed{1}};
  vscg::trainer_options options;
  options.batch = precision_run::videos;
  vscg::trainer t(net, vscg::adam{1e-2}, precision_run::squared_distance{}, vscg::threads{1}, options);
  typename decltype(t)::resident videos(precision_run::videos);
  videos.put(0, data.x, data.y);
  std::vector<std::size_t> rows(precision_run::videos);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  for (int turn = 0; turn < 3; ++turn) CHECK(t.gradients(videos, rows).total == t.gradients(data.x, data.y).total);
  return videos.bytes();
}

}  // namespace

TEST_CASE("cuda: a resident data set holds inputs as bf16 where products are those of bf16 numbers") {
  if (!cuda_device::found()) return;
  constexpr std::size_t of_a_number = precision_run::videos * precision_run::seconds;
  constexpr std::size_t inputs = of_a_number * precision_run::features;
  constexpr std::size_t targets = of_a_number * precision_run::events * sizeof(float);
  CHECK(bytes_of_resident<vscg::cuda>() == inputs * sizeof(float) + targets);
  CHECK(bytes_of_resident<vscg::cuda_bf16>() == inputs * 2 + targets);
  CHECK(bytes_of_resident<vscg::cuda_chosen>() == inputs * sizeof(float) + targets);
  const vscg::cuda_card card(0, vscg::products::bf16);
  CHECK(bytes_of_resident<vscg::cuda_chosen>() == inputs * 2 + targets);
}

TEST_CASE("cuda: a report names the card and the precision that is chosen") {
  if (!cuda_device::found()) return;
  const vscg::cuda_card card(0, vscg::products::tf32);
  const auto on = vscg::train::computed_on_of<float, vscg::cuda_chosen>();
  CHECK(on.device == "cuda:0");
  CHECK(on.card == card.name());
  CHECK(vscg::cuda_card::name_of(0) == card.name());
  CHECK(on.precision == "tf32");
  CHECK(vscg::train::computed_on_of<float, vscg::cuda>().precision == "exact");
  CHECK(vscg::cuda_chosen::description() == "cuda_tf32 on " + card.name());
}

TEST_CASE("cuda: reference networks in double, and in float with each precision") {
  if (!cuda_device::found()) return;
  using fully = vscg::negative_pair_filter_loss<>;
  golden::check_all<vscg::vscg_net, fully, double, vscg::cuda>("vscg_fully");
  for (const auto precision :
       {vscg::products::exact, vscg::products::split, vscg::products::tf32, vscg::products::bf16}) {
    const vscg::cuda_card card(0, precision);
    const auto allowed = golden_tolerance(precision);
    std::cout << vscg::cuda_chosen::description() << '\n';
    golden::check_all<vscg::vscg_net, fully, float, vscg::cuda_chosen>("vscg_fully", allowed);
    golden::check_all<vscg::vscg_net_weakly, vscg::smooth_loss<>, float, vscg::cuda_chosen>("vscg_weakly", allowed);
  }
}
