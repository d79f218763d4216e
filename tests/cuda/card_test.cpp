// SPDX-License-Identifier: MIT
#include <string>

#include <doctest/doctest.h>

#include <vscg/cuda/products.hpp>
#include <vscg/cuda/usable_device.hpp>

#include "support/error_of.hpp"

namespace detail = vscg::cuda_detail;

TEST_CASE("cuda: a device's number must be that of one of the machine's devices") {
  const auto refusal = [](std::size_t number, std::size_t devices) {
    return error_of([=] { detail::expect_number(number, devices, "the driver is too old"); });
  };
  CHECK(refusal(0, 0) == "cuda: expected a CUDA device, found none: the driver is too old");
  CHECK(refusal(0, 1).empty());
  CHECK(refusal(1, 1) == "cuda: expected cuda:0, the only CUDA device of this machine, found cuda:1");
  CHECK(refusal(3, 4).empty());
  CHECK(refusal(4, 4) == "cuda: expected cuda:0 to cuda:3, the CUDA devices of this machine, found cuda:4");
}

TEST_CASE("cuda: precisions have the names that the programs take, and backends are named after them") {
  using vscg::products;
  CHECK(detail::text_of(products::exact) == std::string("exact"));
  CHECK(detail::name_of_backend(products::exact) == std::string("cuda"));
  for (const products p : {products::split, products::tf32, products::bf16, products::chosen})
    CHECK(detail::name_of_backend(p) == std::string("cuda_") + detail::text_of(p));
}

TEST_CASE("cuda: a device must have compute capability 7.5") {
  const auto refusal = [](int major, int minor) {
    return error_of([=] { detail::expect_young({"Tesla V100", major, minor}); });
  };
  CHECK(refusal(7, 5).empty());
  CHECK(refusal(12, 0).empty());
  CHECK(refusal(7, 0) == "cuda: expected a device of compute capability 7.5 or newer, found Tesla V100 of 7.0");
  CHECK(refusal(6, 9).ends_with("found Tesla V100 of 6.9"));
}
