// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/nets/vscg/escm.hpp>
#include <vscg/nets/vscg/no_consistency.hpp>
#include <vscg/nets/vscg/positive_sample_propagation.hpp>
#include <vscg/nets/vscg/setting.hpp>

namespace vscg {

/// Under which name a host's arrays hold a part that was put into it; empty for a part without arrays.
template <class Part>
inline constexpr const char* part_name = "";
template <setting Setting, int C>
inline constexpr const char* part_name<positive_sample_propagation<Setting, C>> = "psp";
template <class Events, setting Setting, form Form, int C, int H>
inline constexpr const char* part_name<escm<Events, Setting, Form, C, H>> = "escm";

}  // namespace vscg

#include <vscg/core/end.hpp>
