// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <type_traits>

#include <vscg/core/config.hpp>

// A layer lists its members once. Names, counts, initialization, checkpoints and the optimizer all walk that list.
//
//   template <int In, int Out> struct gated_linear {
//     nn::linear<In, Out> value, gate;
//     VSCG_MEMBERS(value, gate)
//   };
//
// A member that is a number or an enumerator is a setting of the layer.
//
// VSCG_NAMED_MEMBERS renames and splices: (member, "name"); (member, ""), whose own members then appear at this level;
// and (member, "name", 1) for slice 1 of a stacked parameter. A struct with an unlisted member does not compile.
//
// Define such a struct outside functions: a class inside a function cannot have templates, and both the list and the
// call operator are templates.

#define VSCG_DETAIL_PARENS ()
#define VSCG_DETAIL_EXPAND(...) \
  VSCG_DETAIL_EXPAND3(VSCG_DETAIL_EXPAND3(VSCG_DETAIL_EXPAND3(VSCG_DETAIL_EXPAND3(__VA_ARGS__))))
#define VSCG_DETAIL_EXPAND3(...) \
  VSCG_DETAIL_EXPAND2(VSCG_DETAIL_EXPAND2(VSCG_DETAIL_EXPAND2(VSCG_DETAIL_EXPAND2(__VA_ARGS__))))
#define VSCG_DETAIL_EXPAND2(...) \
  VSCG_DETAIL_EXPAND1(VSCG_DETAIL_EXPAND1(VSCG_DETAIL_EXPAND1(VSCG_DETAIL_EXPAND1(__VA_ARGS__))))
#define VSCG_DETAIL_EXPAND1(...) __VA_ARGS__
#define VSCG_DETAIL_FOR_EACH(macro, ...) __VA_OPT__(VSCG_DETAIL_EXPAND(VSCG_DETAIL_FOR_EACH_STEP(macro, __VA_ARGS__)))
#define VSCG_DETAIL_FOR_EACH_STEP(macro, item, ...) \
  macro(item) __VA_OPT__(VSCG_DETAIL_FOR_EACH_AGAIN VSCG_DETAIL_PARENS(macro, __VA_ARGS__))
#define VSCG_DETAIL_FOR_EACH_AGAIN() VSCG_DETAIL_FOR_EACH_STEP

#define VSCG_DETAIL_VISIT(member) visit(self.member, #member);
#define VSCG_DETAIL_NAME(member) #member,
#define VSCG_DETAIL_VISIT_NAMED(item) VSCG_DETAIL_VISIT_ITEM item
#define VSCG_DETAIL_VISIT_ITEM(member, ...) visit(self.member, __VA_ARGS__);
#define VSCG_DETAIL_NAME_NAMED(item) VSCG_DETAIL_NAME_ITEM item
#define VSCG_DETAIL_NAME_ITEM(member, ...) #member,
#define VSCG_DETAIL_GIVEN_NAMED(item) VSCG_DETAIL_GIVEN_ITEM item
#define VSCG_DETAIL_GIVEN_ITEM(member, name, ...) name,

#define VSCG_DETAIL_MEMBERS(visit_macro, name_macro, ...)                                              \
  template <class Self, class Visitor>                                                                 \
  static constexpr void visit_members([[maybe_unused]] Self& self, [[maybe_unused]] Visitor&& visit) { \
    VSCG_DETAIL_FOR_EACH(visit_macro, __VA_ARGS__)                                                     \
  }                                                                                                    \
  static constexpr int listed_members() {                                                              \
    return ::vscg::detail::distinct({VSCG_DETAIL_FOR_EACH(name_macro, __VA_ARGS__) ""});               \
  }

#define VSCG_MEMBERS(...) VSCG_DETAIL_MEMBERS(VSCG_DETAIL_VISIT, VSCG_DETAIL_NAME, __VA_ARGS__)
#define VSCG_NAMED_MEMBERS(...)                                                                  \
  VSCG_DETAIL_MEMBERS(VSCG_DETAIL_VISIT_NAMED, VSCG_DETAIL_NAME_NAMED, __VA_ARGS__)              \
  static constexpr bool names_differ() {                                                         \
    return ::vscg::detail::differ({VSCG_DETAIL_FOR_EACH(VSCG_DETAIL_GIVEN_NAMED, __VA_ARGS__)}); \
  }

namespace vscg::detail {

/// How many different names a list holds. The empty name that ends the list does not count.
constexpr int distinct(std::initializer_list<std::string_view> names) {
  int count = 0;
  for (const auto* name = names.begin(); name != names.end(); ++name) {
    bool seen = name->empty();
    for (const auto* earlier = names.begin(); earlier != name; ++earlier) seen = seen || *earlier == *name;
    count += seen ? 0 : 1;
  }
  return count;
}

/// Whether no two names of a list are the same. Empty names, of members that are spliced, do not count.
constexpr bool differ(std::initializer_list<std::string_view> names) {
  int count = 0;
  for (const auto& name : names) count += name.empty() ? 0 : 1;
  return distinct(names) == count;
}

/// Converts to any field of an aggregate, but not to the aggregate itself.
template <class Aggregate>
struct any_field {
  template <class Field>
  requires(!std::same_as<std::remove_cvref_t<Field>, Aggregate>) operator Field()
      const;  // NOLINT(google-explicit-constructor): it stands for every initializer
};

template <class Aggregate, class... Fields>
constexpr int count_fields() {
  if constexpr (requires { Aggregate{Fields{}..., any_field<Aggregate>{}}; }) {
    return count_fields<Aggregate, Fields..., any_field<Aggregate>>();
  } else {
    return static_cast<int>(sizeof...(Fields));
  }
}

}  // namespace vscg::detail

namespace vscg {

/// A type that lists its members by VSCG_MEMBERS or VSCG_NAMED_MEMBERS.
template <class Type>
concept HasMembers = requires {
  Type::listed_members();
};

/// How many fields an aggregate has.
template <class Aggregate>
inline constexpr int field_count = [] {
  if constexpr (std::is_empty_v<Aggregate>)
    return 0;
  else
    return detail::count_fields<Aggregate>();
}();

/// Calls visit(member, name[, slice]) for every listed member of `value`, in the order of the list.
template <class Type, class Visitor>
constexpr void visit_members(Type& value, Visitor&& visit) {
  using Plain = std::remove_const_t<Type>;
  static_assert(HasMembers<Plain>,
                "vscg: a layer or network lists its members with VSCG_MEMBERS(...); a member is a layer or parameter, "
                "and several equal layers are an nn::sequential or have a name each");
  static_assert(!std::is_aggregate_v<Plain> || Plain::listed_members() == field_count<Plain>,
                "vscg: VSCG_MEMBERS lists a different number of members than the struct has: one was forgotten or is "
                "listed twice");
  if constexpr (requires { Plain::names_differ(); })
    static_assert(Plain::names_differ(), "vscg: VSCG_NAMED_MEMBERS gives the same name to two members");
  Plain::visit_members(value, visit);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
