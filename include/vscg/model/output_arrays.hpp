// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

#include <vscg/backend/memory.hpp>
#include <vscg/core/config.hpp>
#include <vscg/core/program.hpp>

namespace vscg {

namespace kernels {

/// Copies several arrays, one piece of one array per call: more calls keep more of a device busy.
template <class T>
struct copy_arrays {
  static constexpr std::size_t most = 8;
  static constexpr std::size_t piece = 4096;
  struct array {
    const T* from;
    T* to;
    std::size_t numbers;
    VSCG_HD std::size_t pieces() const { return (numbers + piece - 1) / piece; }
  };
  array arrays[most];
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t task) const {
    std::size_t k = 0;
    for (; task >= arrays[k].pieces(); ++k) task -= arrays[k].pieces();
    const std::size_t begin = task * piece;
    const std::size_t count = arrays[k].numbers - begin < piece ? arrays[k].numbers - begin : piece;
    const T* const source = arrays[k].from + begin;
    T* const target = arrays[k].to + begin;
    group.each(count, [&](auto i) { i.store(target, i.load(source)); });
  }
};

}  // namespace kernels

/// A network's outputs for a host that cannot read the backend's memory. A launch puts them side by side there, and one
/// copy brings them.
template <class Scalar, class Memory>
class output_arrays {
 public:
  /// Of a program's outputs, for at most `items` items. Throws vscg::out_of_memory if there is no room.
  output_arrays(const program& p, std::size_t items) : begins_(p.outputs().size() + 1) {
    place(p, items);
    host_ = buffer<Scalar, typename Memory::host>(begins_.back());
    if (p.outputs().size() > 1) joined_ = buffer<Scalar, Memory>(begins_.back());
  }

  /// From now on, they are those of so many items.
  void place(const program& p, std::size_t items) {
    for (std::size_t k = 0; k + 1 < begins_.size(); ++k)
      begins_[k + 1] = begins_[k] + p.slot_table()[p.outputs()[k]].size.elements(items);
  }

  /// Launches what brings them; value(k) is output k in the backend's memory.
  template <class Executor, class Value>
  void fetch(Executor& backend, const Value& value) {
    using kernel = kernels::copy_arrays<Scalar>;
    const std::size_t count = begins_.size() - 1;
    const Scalar* from = count == 0 ? nullptr : value(0);
    if (count > 1) {
      for (std::size_t first = 0; first < count; first += kernel::most) {
        kernel some{};
        std::size_t pieces = 0;
        for (std::size_t k = first; k < std::min(count, first + kernel::most); ++k) {
          auto& array = some.arrays[k - first];
          array = {value(k), joined_.data() + begins_[k], begins_[k + 1] - begins_[k]};
          pieces += array.pieces();
        }
        backend.rows(pieces, std::min(kernel::piece, begins_.back()), some);
      }
      from = joined_.data();
    }
    backend.copy_out(host_.data(), from, begins_.back() * sizeof(Scalar));
  }

  /// Output `k`, after the backend's `wait()`.
  const Scalar* data(std::size_t k) const { return host_.data() + begins_[k]; }

  /// Bytes of memory that it holds.
  std::size_t bytes() const { return host_.bytes() + joined_.bytes(); }

 private:
  std::vector<std::size_t> begins_;  // of each output, and the end of the last one
  buffer<Scalar, typename Memory::host> host_;
  buffer<Scalar, Memory> joined_;  // only if there are several
};

}  // namespace vscg

#include <vscg/core/end.hpp>
