// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cuda_runtime_api.h>
#include <string>
#include <utility>

#include <vscg/cuda/card.hpp>
#include <vscg/cuda/stream.hpp>
#include <vscg/cuda/usable_device.hpp>

#include "check.hpp"

namespace vscg {

namespace {

// Like the current device, which belongs to a thread too. Only a cuda_card sets it.
thread_local products chosen_products = products::exact;

void expect_known(std::size_t number) {
  int count = 0;
  cudaError_t error = cudaGetDeviceCount(&count);
  if (error != cudaSuccess) {
    cudaGetLastError();
    count = 0;
  } else if (count == 0) {
    error = cudaErrorNoDevice;
  }
  cuda_detail::expect_number(number, static_cast<std::size_t>(count), cudaGetErrorString(error));
}

cuda_detail::device_facts facts_of(int device) {
  cudaDeviceProp properties{};
  cuda_detail::check(cudaGetDeviceProperties(&properties, device), "the device's name");
  return {properties.name, properties.major, properties.minor};
}

}  // namespace

namespace cuda_detail {

int current_device() {
  int device = 0;
  check(cudaGetDevice(&device), "a CUDA device");
  return device;
}

void expect_device() {
  expect_known(0);
  int major = 0;
  int minor = 0;
  const int device = current_device();
  check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device), "the device's compute capability");
  check(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device), "the device's compute capability");
  if (10 * major + minor < 75) expect_young(facts_of(device));
}

on_device::on_device(int device) : device_(device), before_(current_device()) {
  if (before_ != device_) check(cudaSetDevice(device_), "the device of a queue");
}
on_device::~on_device() {
  if (before_ != device_) static_cast<void>(cudaSetDevice(before_));
}

products chosen(products precision) { return precision == products::chosen ? chosen_products : precision; }

std::string description_of_backend(products precision) {
  return std::string(name_of_backend(chosen(precision))) + " on " + card_of_backend(precision).name;
}

used_card card_of_backend(products precision) {
  expect_device();
  const int device = current_device();
  return {"cuda:" + std::to_string(device), facts_of(device).name, text_of(chosen(precision))};
}

}  // namespace cuda_detail

cuda_card::cuda_card(std::size_t number, products precision)
    : device_(static_cast<int>(number)), precision_before_(chosen_products) {
  name_of(number);  // throws if it cannot be used
  device_before_ = cuda_detail::current_device();
  cuda_detail::check(cudaSetDevice(device_), "a device that can be used");
  chosen_products = precision;
}

cuda_card::~cuda_card() {
  chosen_products = precision_before_;
  static_cast<void>(cudaSetDevice(device_before_));
}

std::string cuda_card::name() const { return facts_of(device_).name; }

std::string cuda_card::name_of(std::size_t number) {
  expect_known(number);
  auto facts = facts_of(static_cast<int>(number));
  cuda_detail::expect_young(facts);
  return std::move(facts.name);
}

}  // namespace vscg
