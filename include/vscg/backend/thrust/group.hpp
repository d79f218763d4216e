// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/backend/scalar_index.hpp>
#include <vscg/backend/single_group.hpp>
#include <vscg/core/config.hpp>

namespace vscg {
inline namespace VSCG_INSTRUCTION_SET {
namespace thrust_detail {

/// Hands an element's index to a kernel.
template <class T, class F>
struct on_element {
  F kernel;
  VSCG_HD void operator()(std::size_t i) const { kernel(scalar_index<T>{i}); }
};

/// Hands a row to a kernel.
template <class T, class F>
struct on_row {
  F kernel;
  VSCG_HD void operator()(std::size_t row) const { kernel(single_group<T>{}, row); }
};

}  // namespace thrust_detail
}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg

#include <vscg/core/end.hpp>
