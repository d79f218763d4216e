// SPDX-License-Identifier: MIT
#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include <vscg/cuda/products.hpp>
#include <vscg/train/ave/labels.hpp>

#include "cuda/golden_tolerance.hpp"
#include "cuda/late_branches.hpp"
#include "cuda/rounded_fused.hpp"
#include "golden/golden_case.hpp"
#include "model/small_training.hpp"
#include "support/apart.hpp"

namespace {

/// The networks' composites in few launches, with inputs that are rounded where products are.
struct backend : rounded_host::fused<apart_memory> {
  template <class T>
  using kept_as = rounded_host::backend::kept_as<T>;
};

void check_fully(golden::tolerance allowed = golden::usual_tolerance<float>) {
  golden::check_all<vscg::vscg_net, vscg::negative_pair_filter_loss<>, float, backend>("vscg_fully", allowed);
}
void check_weakly(golden::tolerance allowed = golden::usual_tolerance<float>) {
  golden::check_all<vscg::vscg_net_weakly, vscg::smooth_loss<>, float, backend>("vscg_weakly", allowed);
}

/// Weights after two steps, the second in micro-batches.
template <class Network, class Loss>
std::vector<float> trained(std::size_t threads) {
  constexpr std::size_t items = 2;
  constexpr std::uint64_t seed = 1;
  vscg::model<Network, float, backend> net{vscg::seed{seed}};
  const auto inputs = golden::inputs_for<Network, float>(items, seed);
  const std::vector<std::uint8_t> classes(items * 10, 3);
  const std::vector<float> tags(items * 29, 0.5F);
  std::array<std::vector<float>, Loss::targets::count> targets;
  Loss::fill(vscg::train::labels<float>{items, 10, 28, classes, tags}, targets);
  for (const std::size_t micro_batch : {items, items / 2}) {
    vscg::trainer_options options;
    options.batch = items;
    options.micro_batch = micro_batch;
    vscg::trainer t{net, vscg::adam{1e-3}, Loss{}, vscg::threads{threads}, options};
    std::apply([&](const auto&... array) { t.step(array...); }, std::tuple_cat(inputs, targets));
  }
  return small_training::flat(net);
}

template <class Network, class Loss>
void check_branches() {
  host_cuda::check_schedules(trained<Network, Loss>);
}

}  // namespace

template <class Operation>
struct vscg::implementation<Operation, backend>
    : vscg::cuda_detail::override_of<Operation, vscg::cuda_detail::any_device> {};

TEST_CASE("vscg_fully float cuda, composites in few launches") { check_fully(); }
TEST_CASE("vscg_weakly float cuda, composites in few launches") { check_weakly(); }
TEST_CASE("vscg_fully and vscg_weakly float cuda, composites in few launches, bf16 products and activations") {
  const rounded_host::chosen chosen(rounded_host::rounding::bf16_if_large);
  constexpr auto allowed = golden_tolerance(vscg::products::bf16);
  check_fully(allowed);
  check_weakly(allowed);
  CHECK(rounded_host::products_of_bf16 > 0);
}
TEST_CASE("cuda: a network's steps give the same bits however early or late launches beside the path come") {
  check_branches<vscg::vscg_net, vscg::negative_pair_filter_loss<>>();
  check_branches<vscg::vscg_net_weakly, vscg::smooth_loss<>>();
  const rounded_host::chosen chosen(rounded_host::rounding::bf16_if_large);
  check_branches<vscg::vscg_net, vscg::negative_pair_filter_loss<>>();
}
