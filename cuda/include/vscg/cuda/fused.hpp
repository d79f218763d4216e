// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

// Composites of the networks in a few launches each, for devices that say so (`override_of`). They are declared
// here, not included: a backend knows no network.

#include <vscg/cuda/fused/attend_regions.hpp>
#include <vscg/cuda/fused/average.hpp>
#include <vscg/cuda/fused/compare_tags.hpp>
#include <vscg/cuda/fused/dropout_norm.hpp>
#include <vscg/cuda/fused/extract_events.hpp>
#include <vscg/cuda/fused/filter_negative_pairs.hpp>
#include <vscg/cuda/fused/project_norm.hpp>
#include <vscg/cuda/fused/project_pair.hpp>
#include <vscg/cuda/fused/project_twice.hpp>
#include <vscg/cuda/fused/propagate_branches.hpp>
#include <vscg/cuda/fused/score_events.hpp>
#include <vscg/cuda/fused/score_segments.hpp>

#include <vscg/core/end.hpp>
