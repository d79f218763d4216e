// SPDX-License-Identifier: MIT
#include <cstddef>
#include <tuple>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/core/record.hpp>
#include <vscg/cuda/overrides.hpp>

#include "cuda/host_cuda.hpp"
#include "cuda/host_fused.hpp"
#include "cuda/host_overrides.hpp"
#include "cuda/recurrent_cases.hpp"
#include "ops/cases/product.hpp"
#include "ops/cases/recurrent.hpp"

namespace {

/// A device that no layer fits, so that the overrides take their steps in launches of their own.
struct small_device {
  template <class Cell, class T, int H>
  using recurrent_share = vscg::cuda_detail::device_recurrent_share<Cell, T, H>;
};
struct on_small_device : host_cuda::overrides {
  template <class T>
  class executor : public host_cuda::overrides::executor<T> {
   public:
    using host_cuda::overrides::executor<T>::executor;
    template <class F>
    void independent_ranges(std::size_t n, const F& f) {
      f(*this, 0, n);
    }
  };
};

/// With branches, and every layer's steps at once.
struct host_that_fuses : host_cuda::host {
  [[maybe_unused]] static constexpr bool fuses = true;
};
struct fits_with_branches : host_cuda::backend {};

}  // namespace

template <class Operation>
struct vscg::implementation<Operation, fits_with_branches>
    : vscg::cuda_detail::override_of<Operation, host_that_fuses> {};
template <class Operation>
struct vscg::implementation<Operation, on_small_device> : vscg::cuda_detail::override_of<Operation, small_device> {};

TEST_CASE("cuda: operations with products keep the contract with the lanes of a device") {
  contract::check<contract::recurrent_cases, float, host_cuda::backend>();
  contract::check<contract::linear_cases, float, host_cuda::backend>();
}

TEST_CASE("cuda: recurrent layers whose steps are one launch keep the contract in any order of lanes") {
  using layers =
      std::tuple<contract::lstm_of_sequences_case, contract::lstm_with_shared_case, contract::lstm_one_direction_case,
                 contract::gru_case, contract::gru_one_direction_case, at_once::lstms_from_one_case>;
  contract::check<layers, float, host_cuda::overrides>();
  contract::check<at_once::pair_cases, float, host_cuda::overrides>();
}

TEST_CASE("cuda: recurrent layers with branches keep the contract, also if their operands are one array") {
  contract::check<at_once::pair_cases, float, host_cuda::fused_backend>();
  contract::check<at_once::pair_cases, float, fits_with_branches>();
  contract::check<at_once::one_array_cases, double, fits_with_branches>();
}

TEST_CASE("cuda: recurrent layers whose steps are one launch agree with those of many launches") {
  using host_cuda::overrides;
  using layers = std::tuple<contract::gru_case, at_once::lstm_of<3, 4, 6, 2>, at_once::lstm_of<1, 1, 1, 1>,
                            at_once::gru_of<3, 4, 6, 2>>;
  at_once::agree<layers, double, overrides>();
  at_once::agree<at_once::half_cases, double, overrides>();  // races_test.cpp has whole ones
  at_once::agree<at_once::device_cases, double, overrides>();
}

TEST_CASE("cuda: a recurrent layer that does not fit a device takes its steps one after another") {
  using layers = std::tuple<contract::lstm_from_states_case>;
  at_once::agree<layers, double, on_small_device>();
  at_once::agree<at_once::half_cases, double, on_small_device>();
  at_once::agree<at_once::one_array_cases, double, on_small_device>();
}
