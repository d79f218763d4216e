// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vscg/backend/memory.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/parameter.hpp>

namespace vscg {

/// Says that weights start as zeros: for who loads them next and does not want to wait for them to be drawn.
struct zeroed_t {
  explicit zeroed_t() = default;
};
inline constexpr zeroed_t zeroed{};

/// The learnt numbers of a network, in one buffer of the backend's memory, by the names of its table. Const while it is
/// shared: any number of sessions may read it at once.
template <class Network, class Scalar, class Backend>
class weights {
 public:
  using network = Network;
  using scalar = Scalar;
  using backend = Backend;

  /// Starts as the paper says (each layer's initialiser), from `s`.
  explicit weights(seed s)
      : weights([s](const parameter_table& table, std::span<Scalar> start) { initialise(table, s, start); }) {}

  /// All zeros.
  explicit weights(zeroed_t) : weights([](const parameter_table&, std::span<Scalar>) {}) {}

  const parameter_table& table() const { return *table_; }
  /// The numbers, to be changed: sessions look again in their next call. Not to be kept for changes after that.
  Scalar* data() {
    ++revision_;
    return numbers_.data();
  }
  const Scalar* data() const { return numbers_.data(); }
  /// Another number after every change.
  std::uint64_t revision() const { return revision_; }
  /// Number of learnt numbers.
  std::size_t count() const { return table_->count(); }

  /// A copy of one array.
  std::vector<Scalar> get(std::string_view name) const {
    const parameter_entry& entry = at(name);
    std::vector<Scalar> copy(entry.elements);
    Backend::memory::copy_out(copy.data(), numbers_.data() + entry.offset, entry.elements * sizeof(Scalar));
    return copy;
  }
  /// Replaces one array; throws vscg::error when the name is unknown or the number of numbers differs.
  void set(std::string_view name, std::span<const Scalar> values) {
    const parameter_entry& entry = at(name);
    if (values.size() != entry.elements) {
      throw error("weight '" + entry.name + "'", std::to_string(entry.elements) + " numbers",
                  std::to_string(values.size()));
    }
    Backend::memory::copy_in(data() + entry.offset, values.data(), entry.elements * sizeof(Scalar));
  }

 private:
  template <class Fill>
  explicit weights(Fill fill) {
    Network unbound_network{};
    table_ = std::make_shared<const parameter_table>(bind_parameters(unbound_network));
    numbers_ = buffer<Scalar, typename Backend::memory>(table_->buffer_elements);
    if constexpr (Backend::memory::borrows_host_arrays) {
      const std::span<Scalar> start(numbers_.data(), numbers_.size());
      std::fill(start.begin(), start.end(), Scalar(0));
      fill(*table_, start);
    } else {
      std::vector<Scalar> start(numbers_.size(), Scalar(0));
      fill(*table_, std::span<Scalar>(start));
      Backend::memory::copy_in(numbers_.data(), start.data(), start.size() * sizeof(Scalar));
    }
  }

  const parameter_entry& at(std::string_view name) const {
    const parameter_entry* entry = table_->find(name);
    if (entry == nullptr) throw error("weight '" + std::string(name) + "'", "a name of the network", "none such");
    return *entry;
  }

  std::shared_ptr<const parameter_table> table_;
  buffer<Scalar, typename Backend::memory> numbers_;
  std::uint64_t revision_ = 1;
};

}  // namespace vscg
