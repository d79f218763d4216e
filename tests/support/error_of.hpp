// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include <vscg/core/error.hpp>

/// The text of the vscg::expectation_error that `call` throws; empty when it throws none. Other exceptions pass.
template <class Call>
std::string error_of(Call&& call) {
  try {
    call();
  } catch (const vscg::expectation_error& problem) {
    return problem.what();
  }
  return "";
}
