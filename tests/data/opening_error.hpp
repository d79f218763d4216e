// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include <vscg/data/ave_dataset.hpp>

#include "data/hdf5_fixture.hpp"
#include "support/error_of.hpp"

/// The error when that folder is opened; empty if there is none.
inline std::string opening_error(small_ave& ave, vscg::data::supervision setting = vscg::data::supervision::fully) {
  return error_of([&] { vscg::data::ave_dataset::open(ave.folder.path(), ave.options(setting)); });
}
