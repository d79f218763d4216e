// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <string_view>

#include <vscg/core/config.hpp>
#include <vscg/cuda/stream.hpp>

namespace vscg::cuda_detail {

/// A stream that launches kernels. Plain C++ sees only declarations: `kernels.cuh` defines them, and a .cu file
/// instantiates them for each kernel. They carry no instruction set in their names, unlike what computes on the host.
template <class T>
class queue : public stream {
 public:
  /// f(index) for the elements 0 … n-1 of an array.
  template <class F>
  void each(std::size_t n, std::size_t cost, const F& f);

  /// f(group, row) for rows 0 … n-1, each of about `row_elements` elements of work.
  template <class F>
  void rows(std::size_t n, std::size_t row_elements, const F& f);

  /// f(block) for blocks 0 … n-1, each of F::threads lanes that go through the kernel's phases together: see
  /// phases.hpp.
  template <class F>
  void blocks(std::size_t n, const F& f);
};

/// How many blocks launch n rows, some in each. Throws vscg::expectation_error for more than a device can count.
unsigned blocks_for(std::size_t n, unsigned rows_of_block);

/// Throws vscg::expectation_error for a kernel that the device did not take.
[[noreturn]] void refuse_launch(std::string_view found);

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
