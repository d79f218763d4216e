// SPDX-License-Identifier: MIT
#include "cuda/device.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/memory.hpp>
#include <vscg/cuda/backend.hpp>
#include <vscg/vscg.hpp>

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

template <class T>
vscg::cuda::executor<T>& device() {
  static vscg::cuda::executor<T> executor{vscg::threads{1}};
  return executor;
}

template <class T>
void run(product_cases::operands<T>& o) {
  on_device<T> there(o);
  o.p.relu ? device<T>().gemm(there.args, vscg::relu_function{}) : device<T>().gemm(there.args);
  device<T>().wait();
  there.bring_back();
}

template <class T>
void run_pair(product_cases::operands<T>& first, product_cases::operands<T>& second) {
  on_device<T> a(first), b(second);
  first.p.relu ? device<T>().gemm_pair(a.args, b.args, vscg::relu_function{}) : device<T>().gemm_pair(a.args, b.args);
  device<T>().wait();
  a.bring_back();
  b.bring_back();
}

/// The weights of a small network after some steps on batches of two sizes.
template <class Backend>
std::vector<double> trained() {
  vscg::model<small_training::small_network, double, Backend> net{vscg::seed{1}};
  vscg::trainer t(net, vscg::adam{1e-2}, small_training::squared_distance{}, vscg::threads{1},
                  small_training::of(8, 3, true));
  for (const std::size_t items : {8U, 8U, 8U, 5U, 5U, 5U, 8U}) {
    const small_training::data d(items);
    t.step(d.x, d.y);
  }
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

TEST_CASE(
    "cuda: steps as they are, recorded and launched again give the host's weights, and the same bits every time") {
  if (!cuda_device::found()) return;
  const auto expected = trained<vscg::cpu>();
  const auto got = trained<vscg::cuda>();
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == doctest::Approx(expected[i]).epsilon(1e-9));
  CHECK(trained<vscg::cuda>() == got);
}

TEST_CASE("cuda: reference networks in double and float") {
  if (!cuda_device::found()) return;
  using fully = vscg::negative_pair_filter_loss<>;
  golden::check_all<vscg::vscg_net, fully, double, vscg::cuda>("vscg_fully");
  golden::check_all<vscg::vscg_net, fully, float, vscg::cuda>("vscg_fully");
  golden::check_all<vscg::vscg_net_weakly, vscg::smooth_loss<>, float, vscg::cuda>("vscg_weakly");
}
