// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

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
#include <vscg/core/finite.hpp>
#include <vscg/core/number_text.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/random.hpp>

namespace vscg {

/// Says that weights start as zeros. Use it if you load numbers next, so that none are drawn for nothing.
struct zeroed_t {
  explicit zeroed_t() = default;
};
inline constexpr zeroed_t zeroed{};

/// What a `weights` object shares with the sessions and trainers that use it. It stays with that object for life and
/// outlives it, so they see what became of the numbers: changed, swapped for others, or gone.
template <class Scalar, class Memory>
struct shared_numbers {
  std::shared_ptr<const parameter_table> table;
  buffer<Scalar, Memory> numbers;  // empty: moved to another object, or destroyed
  std::uint64_t revision = 1;      // a new one after every change

  /// Throws vscg::expectation_error if the numbers are gone.
  void expect_numbers() const {
    if (numbers.size() == 0)
      throw expectation_error("weights", "numbers", "none: they were moved to another object or destroyed");
  }

  /// The numbers, for a program that was traced with `traced`. Throws vscg::expectation_error if they are gone, or if
  /// the network's settings have changed since.
  const Scalar* numbers_for(const parameter_table& traced) const {
    expect_numbers();
    if (table.get() == &traced) return numbers.data();
    for (const setting_entry& then : traced.settings) {
      const setting_entry& now = *table->settings.find(then.name);
      if (now.number == then.number) continue;
      throw expectation_error("weights: setting '" + then.name + "'",
                              detail::number_text(then.number) + ", as when the network was traced",
                              detail::number_text(now.number));
    }
    return numbers.data();
  }
  std::vector<Scalar> copy_for(const parameter_table& traced) const {
    std::vector<Scalar> copy(traced.buffer_elements);
    Memory::copy_out(copy.data(), numbers_for(traced), copy.size() * sizeof(Scalar));
    return copy;
  }
  /// Throws vscg::expectation_error, and changes nothing, if `values` are more or fewer or not finite.
  void set_for(const parameter_table& traced, std::span<const Scalar> values) {
    numbers_for(traced);
    if (values.size() != traced.buffer_elements)
      throw expectation_error("weights", std::to_string(traced.buffer_elements) + " numbers",
                              std::to_string(values.size()));
    expect_finite("weights", values);
    Memory::copy_in(numbers.data(), values.data(), values.size() * sizeof(Scalar));
    ++revision;
  }
};

/// The learned numbers of a network, in one buffer of the backend's memory, by the names of its table. Const while
/// shared: any number of sessions may read it at the same time.
///
/// Sessions and trainers belong to the object, not to the numbers that it held when they were made: from their next
/// call on they use whatever was assigned or swapped into it. After the object is destroyed, or its numbers are moved
/// to another object, they throw vscg::expectation_error, and so does every function here that needs numbers.
template <class Network, class Scalar, class Backend>
class weights {
 public:
  using network = Network;
  using scalar = Scalar;
  using backend = Backend;
  using shared = shared_numbers<Scalar, typename Backend::memory>;

  /// Starts as the paper says (each layer's initializer), from `s`; `net` may bring its own settings.
  explicit weights(seed s, Network net = {})
      : weights(std::move(net),
                [s](const parameter_table& table, std::span<Scalar> start) { initialize(table, s, start); }) {}

  /// All zeros.
  explicit weights(zeroed_t, Network net = {})
      : weights(std::move(net), [](const parameter_table&, std::span<Scalar>) {}) {}

  weights(weights&& other) : network_(other.network_), shared_(std::make_shared<shared>()) { take(other); }
  weights& operator=(weights&& other) noexcept {
    if (this != &other) take(other);
    return *this;
  }
  ~weights() { set_numbers({}); }

  const parameter_table& table() const { return *shared_->table; }
  /// The network with its settings, for tracing.
  const Network& net() const { return network_; }
  /// The numbers, for changing: sessions look again in their next call. Do not keep the pointer for later changes.
  Scalar* data() {
    shared_->expect_numbers();
    ++shared_->revision;
    return shared_->numbers.data();
  }
  const Scalar* data() const {
    shared_->expect_numbers();
    return shared_->numbers.data();
  }
  /// A new number after every change.
  std::uint64_t revision() const { return shared_->revision; }
  /// How many numbers are learned.
  std::size_t count() const { return table().count(); }

  /// A copy of one array.
  std::vector<Scalar> get(std::string_view name) const {
    const parameter_entry& entry = at(name);
    std::vector<Scalar> copy(entry.elements);
    Backend::memory::copy_out(copy.data(), data() + entry.offset, entry.elements * sizeof(Scalar));
    return copy;
  }
  /// Replaces one array; throws vscg::expectation_error if the name is unknown, the count differs, or a number is not
  /// finite.
  void set(std::string_view name, std::span<const Scalar> values) {
    const parameter_entry& entry = at(name);
    const std::string what = "weight '" + entry.name + "'";
    if (values.size() != entry.elements) {
      throw expectation_error(what, std::to_string(entry.elements) + " numbers", std::to_string(values.size()));
    }
    expect_finite(what, values);
    Backend::memory::copy_in(data() + entry.offset, values.data(), entry.elements * sizeof(Scalar));
  }

  /// For sessions and trainers, which may outlive this object.
  std::shared_ptr<const shared> share() const { return shared_; }
  std::shared_ptr<shared> share() { return shared_; }

 private:
  template <class Fill>
  weights(Network net, Fill fill) : network_(std::move(net)), shared_(std::make_shared<shared>()) {
    shared_->table = std::make_shared<const parameter_table>(bind_parameters(network_));
    // A network without parameters also gets a buffer; its numbers serve no purpose.
    buffer<Scalar, typename Backend::memory> numbers(std::max<std::size_t>(1, table().buffer_elements));
    if constexpr (Backend::memory::borrows_host_arrays) {
      const std::span<Scalar> start(numbers.data(), numbers.size());
      std::fill(start.begin(), start.end(), Scalar(0));
      fill(table(), start);
    } else {
      std::vector<Scalar> start(numbers.size(), Scalar(0));
      fill(table(), std::span<Scalar>(start));
      Backend::memory::copy_in(numbers.data(), start.data(), start.size() * sizeof(Scalar));
    }
    set_numbers(std::move(numbers));
  }

  void set_numbers(buffer<Scalar, typename Backend::memory> numbers) noexcept {
    shared_->numbers = std::move(numbers);
    ++shared_->revision;
  }
  void take(weights& other) noexcept {
    network_ = other.network_;
    shared_->table = other.shared_->table;
    set_numbers(std::move(other.shared_->numbers));
    other.set_numbers({});
  }

  const parameter_entry& at(std::string_view name) const {
    const parameter_entry* entry = table().find(name);
    if (entry == nullptr)
      throw expectation_error("weight '" + std::string(name) + "'", "a name of the network", "none such");
    return *entry;
  }

  Network network_;
  std::shared_ptr<shared> shared_;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
