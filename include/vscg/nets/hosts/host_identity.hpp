// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <string_view>

#include <vscg/model/network_identity.hpp>
#include <vscg/nets/vscg/cere.hpp>
#include <vscg/nets/vscg/escm.hpp>
#include <vscg/nets/vscg/no_consistency.hpp>
#include <vscg/nets/vscg/positive_sample_propagation.hpp>
#include <vscg/nets/vscg/setting.hpp>

namespace vscg {

/// The name in files of a host with this part put into it; empty for a part that no row of a table has.
template <class Part>
inline constexpr std::string_view host_variant{};
template <>
inline constexpr std::string_view host_variant<no_consistency> = "released";
template <setting Setting>
inline constexpr std::string_view host_variant<positive_sample_propagation<Setting>> = "with_psp";
template <setting Setting>
inline constexpr std::string_view host_variant<escm<shared_cere<>, Setting>> = "with_escm";

/// How files name a host.
constexpr network_identity host_identity(std::string_view name, std::string_view variant, setting supervision,
                                         int categories) {
  return {name, variant, {{"setting", supervision == setting::fully ? "fully" : "weakly"}, {"categories", categories}}};
}

}  // namespace vscg

#include <vscg/core/end.hpp>
