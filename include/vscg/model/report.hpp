// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

#include <vscg/backend/memory.hpp>
#include <vscg/core/config.hpp>

namespace vscg {

namespace kernels {

/// to[k] = *from[k]
template <class T>
struct gather_numbers {
  static constexpr std::size_t most = 16;
  const T* from[most];
  std::size_t count;
  T* to;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t) const {
    group.integers(count, [&](std::size_t k) { to[k] = *from[k]; });
  }
};

}  // namespace kernels

/// Single numbers scattered over the backend's memory, for the host: the last launch of a step gathers them into one
/// array, which the host reads in one copy.
template <class Scalar, class Memory, std::size_t N>
class report {
 public:
  report() : numbers_(N), host_(N) {}

  /// Launches the gathering of at most N numbers, and their copy.
  template <class Executor>
  void gather(Executor& backend, std::span<const Scalar* const> from) {
    using kernel = kernels::gather_numbers<Scalar>;
    for (std::size_t begin = 0; begin < from.size(); begin += kernel::most) {
      kernel k{};
      k.count = std::min(kernel::most, from.size() - begin);
      std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(begin), k.count, k.from);
      k.to = numbers_.data() + begin;
      backend.rows(1, k.count, k);
    }
    backend.copy_out(host_.data(), numbers_.data(), from.size() * sizeof(Scalar));
  }

  /// Number k, after the backend's `wait()`.
  Scalar operator[](std::size_t k) const { return host_.data()[k]; }

  /// Bytes of the backend's memory that it holds.
  std::size_t bytes() const { return numbers_.bytes(); }

 private:
  buffer<Scalar, Memory> numbers_;
  buffer<Scalar, typename Memory::host> host_;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
