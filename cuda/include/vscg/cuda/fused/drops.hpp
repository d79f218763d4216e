// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/ops/dropout.hpp>

namespace vscg::cuda_detail {

/// Whether `use` drops anything in a program of this context.
template <class Context>
bool drops(const dropout_use& use) {
  return Context::training && use.rate > 0;
}

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
