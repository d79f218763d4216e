// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>

#include <vscg/data/types.hpp>

#include "programs/options.hpp"

namespace programs {

inline CLI::Option* add_split(CLI::App& app, vscg::data::split& to) {
  using vscg::data::split;
  return add_choice(app, "--split", to,
                    choices<split>{{"train", split::train},
                                   {"val", split::validation},
                                   {"validation", split::validation},
                                   {"test", split::test}},
                    "which part of the data set (default: test)");
}

}  // namespace programs
