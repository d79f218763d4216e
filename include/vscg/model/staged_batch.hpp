// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>

#include <vscg/backend/memory.hpp>
#include <vscg/core/checked_size.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/slot.hpp>
#include <vscg/model/batch_arrays.hpp>
#include <vscg/model/kept_inputs.hpp>
#include <vscg/model/resident_arrays.hpp>

namespace vscg {

namespace detail {
/// A number of an array that is not finite.
struct found_number {
  std::size_t item = 0;
  std::size_t element = 0;
  bool is_nan = false;
};

/// Finds the first number that is not finite among `count` numbers in the backend's memory, `elements` in each item.
template <class Scalar, class Memory>
[[gnu::cold]] VSCG_NOINLINE bool find_not_finite(const Scalar* numbers, std::size_t elements, std::size_t count,
                                                 found_number& found) {
  constexpr std::size_t at_once = 1024;
  Scalar some[at_once];
  for (std::size_t begin = 0; begin < count; begin += at_once) {
    const std::size_t now = std::min(at_once, count - begin);
    Memory::copy_out(some, numbers + begin, now * sizeof(Scalar));
    for (std::size_t i = 0; i < now; ++i) {
      if (is_finite(some[i])) continue;
      found = {(begin + i) / elements, (begin + i) % elements, not_finite_text(some[i]) == "NaN"};
      return true;
    }
  }
  return false;
}

/// "input 0, item 1 (element 17): expected finite numbers, found NaN". `row`: the item's in a data set, if not null.
[[noreturn, gnu::cold]] VSCG_NOINLINE inline void refuse_number(std::string name, const found_number& found,
                                                                bool per_item, std::size_t first,
                                                                const std::uint32_t* row) {
  if (per_item) name.append(", item ").append(std::to_string(first + found.item));
  if (row != nullptr) name.append(", row ").append(std::to_string(*row)).append(" of the data set");
  name.append(" (element ").append(std::to_string(found.element)).append(")");
  throw not_finite(name, "finite numbers", found.is_nan ? "NaN" : "infinity");
}
}  // namespace detail

/// A batch on its way to the kernels: a header, then its arrays. If host and kernels share memory, everything stays in
/// place. Otherwise it is all put side by side in one block of the host's memory, and one copy brings that to the
/// backend's memory. If the arrays lie there already (`resident_arrays`), the copy brings only which rows the batch
/// takes, and kernels gather those.
///
/// A network's inputs are rounded as the backend keeps them, wherever they come from.
template <class Header, class Scalar, class Memory, class Shapes, class Inputs = kept_as_given>
class staged_batch;

template <class Header, class Scalar, class Memory, class... Shapes, class Inputs>
class staged_batch<Header, Scalar, Memory, input_shapes<Shapes...>, Inputs> {
  static_assert(std::is_trivially_copyable_v<Header>, "vscg::staged_batch: a header is copied as bytes");
  static constexpr std::size_t count = sizeof...(Shapes);
  static constexpr bool may_round = !std::is_same_v<Inputs, kept_as_given>;
  using batch = batch_arrays<count>;

 public:
  /// For at most `items` items.
  explicit staged_batch(std::size_t items) : capacity_(items) {
    static_assert(!(may_round && Memory::borrows_host_arrays),
                  "vscg::staged_batch: the caller's arrays stay as they are");
    if constexpr (may_round) rounds_ = Inputs::in_use();
    if constexpr (!Memory::borrows_host_arrays) {
      const std::size_t bytes = bytes_for(items);
      host_ = buffer<std::byte, typename Memory::host>(bytes);
      block_ = buffer<std::byte, Memory>(bytes);
    }
  }

  /// From now on, `kind_of_launches` tells this one and `other` apart.
  void take_turns_with(const staged_batch& other) { number_ = 1 - other.number_; }

  /// Takes what the next copy will bring. Shared arrays must stay until they have been read. With `in_place`, arrays
  /// that already lie where the backend copies from (`Memory::host`) are not copied on the host, and must stay until
  /// `bring_beside` is done with them.
  void take(const Header& header, const batch& b, bool in_place = false) {
    header_ = header;
    batch_ = b;
    gather_ = nullptr;
    if constexpr (!Memory::borrows_host_arrays) {
      beside_ = false;
      std::memcpy(host_.data(), &header, sizeof(Header));
      used_ = rounded(sizeof(Header));
      for (std::size_t k = 0; k < count; ++k) {
        const auto bytes = b.arrays[k].bytes;
        in_place_[k] = in_place && lies_in_host(k, bytes);
        if (!in_place_[k]) put(k, bytes);
        offsets_[k] = used_;
        used_ += rounded(bytes.size());
      }
    }
  }

  /// Takes rows of a data set that has the batch's arrays or the first of them, for `Executor` to gather; the others
  /// come from the host. The first call allocates if host and kernels share memory. Throws vscg::expectation_error for
  /// a row that does not exist.
  template <class Executor, class All, class Kept, std::size_t Others>
  void take(const Header& header, const resident_arrays<Scalar, Memory, All, Kept>& all,
            std::span<const std::size_t> rows, const batch_arrays<Others>& others) {
    constexpr std::size_t gathered = count - Others;
    for (const std::size_t row : rows) {
      if (row >= all.items())
        throw expectation_error("row of the batch", "less than " + std::to_string(all.items()), std::to_string(row));
    }
    if (block_.size() == 0) {
      host_ = buffer<std::byte, typename Memory::host>(bytes_for(capacity_));
      block_ = buffer<std::byte, Memory>(bytes_for(capacity_));
    }
    header_ = header;
    if constexpr (!Memory::borrows_host_arrays) beside_ = false;
    gather_ = [](staged_batch& self, void* backend) {
      self.template gather_all<Kept>(*static_cast<Executor*>(backend));
    };
    from_ = {};
    for (std::size_t k = 0; k < gathered; ++k) from_[k] = all.array(k);
    if constexpr (may_round) rounded_ = all.rounds();
    batch_.items = rows.size();
    std::memcpy(host_.data(), &header, sizeof(Header));
    auto* const to = reinterpret_cast<std::uint32_t*>(host_.data() + rounded(sizeof(Header)));
    for (std::size_t i = 0; i < rows.size(); ++i) to[i] = static_cast<std::uint32_t>(rows[i]);
    used_ = rounded(sizeof(Header)) + rounded(rows.size() * sizeof(std::uint32_t));
    for (std::size_t k = gathered; k < count; ++k) {
      const batch_array& other = others.arrays[k - gathered];
      batch_.arrays[k].item_bytes = other.item_bytes;
      offsets_[k] = used_;
      put(k, other.bytes);
      used_ += rounded(other.bytes.size());
    }
    std::size_t at = used_;
    for (std::size_t k = 0; k < gathered; ++k) {
      batch_.arrays[k].item_bytes = item_bytes[k];
      offsets_[k] = at;
      at += rounded(rows.size() * item_bytes[k]);
    }
  }

  /// Starts the copy of host arrays that were taken, beside launches that use neither block; `bring` then has none to
  /// make. It is one copy, and up to two more for each array that was taken in place: its own, and one of what lies
  /// behind it. If there are any, returns when they have arrived.
  template <class Executor>
  void bring_beside(Executor& backend) {
    std::size_t copied = 0;
    const auto copy_until = [&](std::size_t end) {
      if (copied < end) backend.copy_in_beside(block_.data() + copied, host_.data() + copied, end - copied);
    };
    bool waits = false;
    for (std::size_t k = 0; k < count; ++k) {
      if (!in_place_[k]) continue;
      const auto bytes = batch_.arrays[k].bytes;
      copy_until(offsets_[k]);
      backend.copy_in_beside(block_.data() + offsets_[k], bytes.data(), bytes.size());
      copied = offsets_[k] + rounded(bytes.size());
      waits = true;
    }
    copy_until(used_);
    if (waits) backend.wait_for_copies();
    beside_ = true;
  }

  /// Brings it to the kernels, in one copy.
  template <class Executor>
  void bring(Executor& backend) {
    if constexpr (!Memory::borrows_host_arrays) {
      if (!beside_) backend.copy_in(block_.data(), host_.data(), used_);
    } else if (gather_ != nullptr)
      Memory::copy_in(block_.data(), host_.data(), used_);
    if (gather_ != nullptr) gather_(*this, &backend);
  }

  /// Where kernels find the header.
  const Header* header() const {
    if constexpr (Memory::borrows_host_arrays)
      return &header_;
    else
      return reinterpret_cast<const Header*>(block_.data());
  }
  /// Where they find array `k`, from item `first` on. (Indices come as a pointer to scalars too; nothing reads it.)
  const Scalar* array(std::size_t k, std::size_t first = 0) const {
    const std::size_t skipped = first * batch_.arrays[k].item_bytes;
    if (Memory::borrows_host_arrays && gather_ == nullptr)
      return reinterpret_cast<const Scalar*>(batch_.arrays[k].bytes.data() + skipped);
    return reinterpret_cast<const Scalar*>(block_.data() + offsets_[k] + skipped);
  }
  std::size_t items() const { return batch_.items; }
  /// What launches of equally many items depend on here, from 0 to 7: the block, whether they copy, and whether they
  /// gather what was rounded.
  std::uint64_t kind_of_launches() const {
    if constexpr (Memory::borrows_host_arrays)
      return 0;
    else
      return (rounded_ ? 4U : 0U) + 2 * number_ + (beside_ ? 1U : 0U);
  }
  /// Where the batch's rows are gathered from; nulls if its arrays came from the host.
  std::array<const std::byte*, count> source() const {
    return gather_ == nullptr ? std::array<const std::byte*, count>{} : from_;
  }

  /// Throws vscg::not_finite naming the first number of its arrays, in the backend's memory, that is not finite.
  /// `of` begins the name: "input 0, item 1 (element 17)". The first `inputs` arrays are the network's, and
  /// its first item has the number `first`.
  [[gnu::cold]] void expect_finite(const std::string& of, std::size_t inputs, std::size_t first = 0) const {
    const std::uint32_t* rows = nullptr;
    if (gather_ != nullptr) rows = reinterpret_cast<const std::uint32_t*>(host_.data() + rounded(sizeof(Header)));
    for (std::size_t k = 0; k < count; ++k) {
      const bool per_item = batch_.arrays[k].item_bytes != 0;
      const std::size_t elements = item_bytes[k] / sizeof(Scalar);
      detail::found_number found;
      if (of_indices[k] ||
          !detail::find_not_finite<Scalar, Memory>(array(k), elements, elements * (per_item ? items() : 1), found))
        continue;
      const bool of_data_set = rows != nullptr && from_[k] != nullptr;
      detail::refuse_number(of + detail::name_of_array(k, inputs), found, per_item, first,
                            of_data_set ? rows + found.item : nullptr);
    }
  }

  /// Bytes of memory that it holds.
  std::size_t bytes() const { return host_.bytes() + block_.bytes(); }

 private:
  static constexpr std::size_t alignment = 64;
  static constexpr std::array<std::size_t, count> item_bytes{Shapes::elements * sizeof(element_of<Shapes, Scalar>)...};
  static constexpr std::array<bool, count> of_indices{Shapes::of_indices...};
  static constexpr std::size_t rounded(std::size_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

  /// The header, rows and arrays of so many items.
  static std::size_t bytes_for(std::size_t items) {
    const char* const what = "bytes of a batch";
    std::size_t bytes = rounded(sizeof(Header)) + alignment;
    bytes = checked_sum(what, {bytes, checked_product(what, {items, sizeof(std::uint32_t)})});
    for (const std::size_t item : item_bytes)
      bytes = checked_sum(what, {bytes, checked_product(what, {items, item}), alignment});
    return bytes;
  }

  // Whether the backend can copy an array from where it lies, as it is.
  bool lies_in_host(std::size_t k, std::span<const std::byte> bytes) const {
    if constexpr (may_round) {
      if (rounds_ && Inputs::template of<Shapes...>()[k]) return false;
    }
    if constexpr (requires { Memory::host::holds(bytes.data()); })
      return !bytes.empty() && Memory::host::holds(bytes.data()) && Memory::host::holds(&bytes.back());
    else
      return false;
  }

  // Puts an array where the next copy begins, among what it copies.
  void put(std::size_t k, std::span<const std::byte> bytes) {
    if (bytes.empty()) return;
    std::byte* const to = host_.data() + used_;
    if constexpr (may_round) {
      if (rounds_ && Inputs::template of<Shapes...>()[k]) {
        const auto* const from = reinterpret_cast<const Scalar*>(bytes.data());
        std::transform(from, from + bytes.size() / sizeof(Scalar), reinterpret_cast<Scalar*>(to),
                       [](Scalar x) { return static_cast<Scalar>(Inputs::kept(x)); });
        return;
      }
    }
    std::memcpy(to, bytes.data(), bytes.size());
  }

  template <class Kept, class Executor>
  void gather_all(Executor& backend) {
    const auto* const rows = reinterpret_cast<const std::uint32_t*>(block_.data() + rounded(sizeof(Header)));
    std::size_t k = 0;
    (gather<Shapes, Kept>(backend, rows, k++), ...);
  }

  template <class Shape, class Kept, class Executor>
  void gather(Executor& backend, const std::uint32_t* rows, std::size_t k) {
    if (from_[k] == nullptr) return;  // it came from the host
    auto* const to = block_.data() + offsets_[k];
    if constexpr (Shape::of_indices) {
      backend.rows(
          batch_.items, Shape::elements,
          kernels::gather_indices<Scalar>{Shape::elements, rows, reinterpret_cast<const std::int32_t*>(from_[k]),
                                          reinterpret_cast<std::int32_t*>(to)});
    } else if constexpr (std::is_same_v<Kept, kept_as_given>) {
      gather_items<Shape, Scalar>(backend, rows, k, to);
    } else {
      if (rounded_ && Kept::template of<Shapes...>()[k])
        gather_items<Shape, typename Kept::kept_number>(backend, rows, k, to);
      else
        gather_items<Shape, Scalar>(backend, rows, k, to);
    }
  }

  template <class Shape, class Number, class Executor>
  void gather_items(Executor& backend, const std::uint32_t* rows, std::size_t k, std::byte* to) {
    const kernels::gather_items<Scalar, Number> kernel{Shape::elements, rows, reinterpret_cast<const Number*>(from_[k]),
                                                       reinterpret_cast<Scalar*>(to)};
    backend.rows(batch_.items * kernel.pieces(), std::min(Shape::elements, kernel.piece), kernel);
  }

  std::size_t capacity_;
  Header header_{};
  batch batch_;
  void (*gather_)(staged_batch&, void* backend) = nullptr;  // null if the arrays came from the host
  std::array<const std::byte*, count> from_{};
  // Only if arrays are not shared, or lie in the backend's memory:
  buffer<std::byte, typename Memory::host> host_;
  buffer<std::byte, Memory> block_;
  std::array<std::size_t, count> offsets_{};
  std::array<bool, count> in_place_{};  // arrays that the caller's memory holds until they have arrived
  std::size_t used_ = 0;
  std::uint64_t number_ = 0;  // 0 or 1
  bool beside_ = false;       // the copy is not among the launches
  bool rounds_ = false;       // inputs that come from the host
  bool rounded_ = false;      // inputs that are gathered
};

}  // namespace vscg

#include <vscg/core/end.hpp>
