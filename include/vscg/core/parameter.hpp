// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <vscg/core/checked_size.hpp>
#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/random.hpp>
#include <vscg/core/setting.hpp>
#include <vscg/core/shape.hpp>

namespace vscg {

/// How a parameter starts: uniform within center ± bound, or normal with `bound` as the standard deviation.
struct initializer {
  double center = 0;
  double bound = 0;
  bool normal = false;
};

namespace init {
/// U(±sqrt(6 / (fan_in + fan_out))), PyTorch's nn.init.xavier_uniform_; fans as PyTorch counts them.
struct xavier_uniform {
  template <int Out, int In, int... Kernel>
  static initializer of(shape<Out, In, Kernel...>) {
    return {0, std::sqrt(6.0 / (static_cast<double>(In + Out) * (Kernel * ... * 1)))};
  }
};
/// U(±1/sqrt(FanIn)): PyTorch's default for Linear and Conv1d (weight and bias) and, with the hidden size, for LSTM and
/// GRU.
template <int FanIn>
struct uniform {
  template <class Shape>
  static initializer of(Shape) {
    return {0, 1 / std::sqrt(static_cast<double>(FanIn))};
  }
};
/// N(0, 1): PyTorch's default for Embedding.
struct normal {
  template <class Shape>
  static initializer of(Shape) {
    return {0, 1, true};
  }
};
struct ones {
  template <class Shape>
  static initializer of(Shape) {
    return {1, 0};
  }
};
struct zeros {
  template <class Shape>
  static initializer of(Shape) {
    return {0, 0};
  }
};
}  // namespace init

inline constexpr std::uint32_t unbound = 0xffffffffU;

/// Who changes an array in training: the optimizer, or the network itself (`assign`).
enum class kept_by : unsigned char { optimizer, network };

/// An array of a network, as a member of a layer. It holds no numbers, only which of the network's arrays it is;
/// `bind_parameters` sets that when it walks the members. `Stack` equal arrays can lie side by side under one id, each
/// with its own name, so that both directions of a recurrent layer take one product.
template <class Shape, class Initializer, int Stack = 1, kept_by Keeper = kept_by::optimizer>
struct parameter_of {
  using shape_type = Shape;  // of one slice
  using initializer_type = Initializer;
  static constexpr int stack = Stack;
  static constexpr bool learns = Keeper == kept_by::optimizer;
  std::uint32_t id = unbound;
};

/// `parameter<init::zeros, 256>`: one learned array [256] that starts at zero.
template <class Initializer, int... Extents>
using parameter = parameter_of<shape<Extents...>, Initializer>;

/// `stacked_parameter<2, init::zeros, 256>`: two learned arrays [256] side by side, each with its own name.
template <int Stack, class Initializer, int... Extents>
using stacked_parameter = parameter_of<shape<Extents...>, Initializer, Stack>;

/// `persistent<init::zeros, 256>`: one array [256] that is saved with the weights but not learned: a running mean, an
/// average of weights. `assign` gives it new numbers. PyTorch: register_buffer.
template <class Initializer, int... Extents>
using persistent = parameter_of<shape<Extents...>, Initializer, 1, kept_by::network>;

template <class Type>
inline constexpr bool is_parameter = false;
template <class Shape, class Initializer, int Stack, kept_by Keeper>
inline constexpr bool is_parameter<parameter_of<Shape, Initializer, Stack, Keeper>> = true;

/// A member that draws random numbers (dropout). The hash of its path keys its stream, so masks stay the same when a
/// layer is added elsewhere.
struct random_key {
  std::uint64_t path = 0;
  std::uint32_t id = unbound;
};

/// A layer with several copies of another one, `equal_at_start`, which start with the same numbers wherever they stand
/// among its members and theirs: those that the first of them has by its names. In PyTorch they are deep copies.
///
///   struct stack {
///     layer first, second;
///     VSCG_MEMBERS(first, second)
///     using equal_at_start = layer;
///   };
template <class Type>
concept HasEqualCopies = requires {
  typename Type::equal_at_start;
};

/// One named array of a network.
struct parameter_entry {
  std::string name;
  std::vector<std::size_t> shape;
  std::uint32_t id = 0;    // which storage holds it
  std::size_t offset = 0;  // in the network's one buffer, in elements
  std::size_t elements = 0;
  initializer start;
  bool learns = true;     // false: the network itself keeps it
  std::string starts_as;  // the name that its starting numbers have: its own, or that of the first copy
};

/// Where one id lies in the network's buffer.
struct parameter_storage {
  std::size_t offset = 0;
  std::size_t elements = 0;
};

/// Every array and setting of a network: names in the order of the member lists (PyTorch's state_dict order), storage
/// by id.
struct parameter_table {
  std::vector<parameter_entry> entries;
  std::vector<parameter_storage> storage;
  setting_list settings;            // members of layers that are numbers or enumerators: "psp.dropout.rate"
  std::size_t buffer_elements = 0;  // with padding between arrays
  std::uint32_t random_keys = 0;

  /// How many numbers the optimizer learns.
  std::size_t count() const {
    std::size_t total = 0;
    for (const auto& entry : entries) total += entry.learns ? entry.elements : 0;
    return total;
  }
  const parameter_entry* find(std::string_view name) const {
    for (const auto& entry : entries) {
      if (entry.name == name) return &entry;
    }
    return nullptr;
  }
};

namespace detail {

/// Whether a member says which layers below it are copies, and the walk does not look for them already.
template <class Member, class Copied>
inline constexpr bool begins_copies = false;
template <HasEqualCopies Member, class Copied>
inline constexpr bool begins_copies<Member, Copied> = !std::is_same_v<typename Member::equal_at_start, Copied>;

// Keeps the path to where it is, because a string for every member would compile to more code than all the rest.
class parameter_binder {
 public:
  /// `Copied` are the layers, among those below, that start with the same numbers; void if there are none.
  template <class Copied = void, class Member>
  void walk(Member& member) {
    if constexpr (begins_copies<Member, Copied>) {
      const std::string around = std::exchange(first_copy_, {});
      walk<typename Member::equal_at_start>(member);
      first_copy_ = around;
    } else {
      visit_members(member, [this](auto& child, std::string_view name, int slice = 0) {
        const std::size_t before = enter(path_, name);
        const std::size_t start_before = enter(start_path_, name);
        add<Copied>(child, slice);
        path_.resize(before);
        start_path_.resize(start_before);
      });
    }
  }

  parameter_table table;

 private:
  // 16 elements are 64 bytes of float or 128 of double, so the table does not depend on the scalar.
  static constexpr std::size_t alignment = 16;

  /// Returns the length of the path so far.
  VSCG_NOINLINE static std::size_t enter(std::string& path, std::string_view name) {
    const std::size_t before = path.size();
    if (before != 0 && !name.empty()) path += '.';
    path += name;
    return before;
  }

  template <class Copied, class Child>
  void add(Child& child, int) {
    if constexpr (std::is_arithmetic_v<Child> || std::is_enum_v<Child>) {
      table.settings.add(path_, static_cast<double>(child));
    } else if constexpr (std::is_same_v<Child, Copied>) {
      if (first_copy_.empty()) first_copy_ = start_path_;
      const std::string own = std::exchange(start_path_, first_copy_);
      walk(child);
      start_path_ = own;
    } else {
      walk<Copied>(child);
    }
  }
  template <class>
  void add(random_key& key, int) {
    key.path = fnv1a(path_);
    key.id = table.random_keys++;
  }
  template <class, int... Extents, class Initializer, int Stack, kept_by Keeper>
  void add(parameter_of<shape<Extents...>, Initializer, Stack, Keeper>& p, int slice) {
    static constexpr std::size_t extents[] = {static_cast<std::size_t>(Extents)...};
    append(p.id, extents, Stack, slice, Initializer::of(shape<Extents...>{}), p.learns);
  }

  VSCG_NOINLINE void append(std::uint32_t& id, std::span<const std::size_t> extents, int stack, int slice,
                            initializer start, bool learns) {
    std::size_t elements = 1;
    for (const std::size_t e : extents) elements *= e;
    const std::string what = "elements of parameter '" + path_ + "'";
    const std::size_t all = checked_product(what, {elements, static_cast<std::size_t>(stack)});
    if (id == unbound) {
      id = static_cast<std::uint32_t>(table.storage.size());
      table.storage.push_back({table.buffer_elements, all});
      table.buffer_elements = checked_sum(what, {table.buffer_elements, (all + alignment - 1) / alignment * alignment});
    }
    if (table.find(path_) != nullptr)
      throw expectation_error("parameter '" + path_ + "'", "each name once", "the name twice");
    const std::size_t offset = table.storage[id].offset + elements * static_cast<std::size_t>(slice);
    table.entries.push_back(
        {path_, {extents.begin(), extents.end()}, id, offset, elements, start, learns, start_path_});
  }

  std::string path_;
  std::string start_path_;  // the same, but of the first copy where it leads through another
  std::string first_copy_;  // where the layers that start alike began
};

}  // namespace detail

/// Gives every parameter of `network` its place and returns the table of them all.
template <class Network>
parameter_table bind_parameters(Network& network) {
  detail::parameter_binder binder;
  binder.walk(network);
  return std::move(binder.table);
}

inline namespace VSCG_INSTRUCTION_SET {

/// Writes the starting values of every array. They depend only on (seed, name, index), so two networks start from the
/// same numbers wherever they share a name. The name is another's for copies (`HasEqualCopies`).
template <class Scalar>
VSCG_NOINLINE void initialize(const parameter_table& table, seed s, std::span<Scalar> buffer) {
  for (const auto& entry : table.entries) {
    const random_stream stream(s, entry.starts_as);
    for (std::size_t i = 0; i < entry.elements; ++i) {
      const double random = entry.start.normal ? stream.normal(i) : 2 * stream.uniform(i) - 1;
      const double value = entry.start.center + entry.start.bound * random;
      buffer[entry.offset + i] = static_cast<Scalar>(value);
    }
  }
}

}  // namespace VSCG_INSTRUCTION_SET

}  // namespace vscg

#include <vscg/core/end.hpp>
