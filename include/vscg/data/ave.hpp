// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

// The AVE data set. It needs HDF5's C library (CMake target vscg::data).

#include <vscg/data/annotations.hpp>
#include <vscg/data/ave_dataset.hpp>
#include <vscg/data/batch_loader.hpp>
#include <vscg/data/types.hpp>

#include <vscg/core/end.hpp>
