// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

// Networks, layers, losses and training on the Eigen backend. Needs Eigen only.
// Opt-in: <vscg/xtensor.hpp>, <vscg/io/…>, <vscg/data/ave.hpp>, <vscg/backend/thrust/backend.hpp>.

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/plan.hpp>
#include <vscg/core/program.hpp>
#include <vscg/core/random.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/team.hpp>
#include <vscg/core/var.hpp>
#include <vscg/layers/activation.hpp>
#include <vscg/layers/bidirectional.hpp>
#include <vscg/layers/conv1d.hpp>
#include <vscg/layers/dropout.hpp>
#include <vscg/layers/frozen.hpp>
#include <vscg/layers/layer_norm.hpp>
#include <vscg/layers/linear.hpp>
#include <vscg/layers/max_pool1d.hpp>
#include <vscg/layers/sequential.hpp>
#include <vscg/model/loss.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/session.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/model/weights.hpp>
#include <vscg/ops/multiply.hpp>
#include <vscg/optim/adam.hpp>

// Whoever needs the generic floors only may leave the networks out.
#if __has_include(<vscg/nets/vscg/vscg_net.hpp>)
#include <vscg/nets/vscg/negative_pair_filter_loss.hpp>
#include <vscg/nets/vscg/smooth_loss.hpp>
#include <vscg/nets/vscg/vscg_net.hpp>
#endif

#if defined(VSCG_COMPILED)
#include <vscg/compiled.hpp>
#endif

#include <vscg/core/end.hpp>
