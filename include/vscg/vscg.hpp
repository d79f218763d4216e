// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

// Networks, layers, losses and training on the Eigen backend. Needs only Eigen. Opt-in: <vscg/xtensor.hpp>,
// <vscg/io/…>, <vscg/data/…>, <vscg/backend/thrust/backend.hpp>.

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
#include <vscg/model/accuracy.hpp>
#include <vscg/model/loss.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/session.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/model/weights.hpp>
#include <vscg/nn/activation.hpp>
#include <vscg/nn/avg_pool1d.hpp>
#include <vscg/nn/batch_norm.hpp>
#include <vscg/nn/conv1d.hpp>
#include <vscg/nn/conv2d.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/embedding.hpp>
#include <vscg/nn/flatten.hpp>
#include <vscg/nn/frozen.hpp>
#include <vscg/nn/gaussian_noise.hpp>
#include <vscg/nn/layer_norm.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/loss.hpp>
#include <vscg/nn/max_pool1d.hpp>
#include <vscg/nn/multihead_attention.hpp>
#include <vscg/nn/over_axis.hpp>
#include <vscg/nn/pool2d.hpp>
#include <vscg/nn/recurrent.hpp>
#include <vscg/nn/sequential.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/cat.hpp>
#include <vscg/ops/divide.hpp>
#include <vscg/ops/heads.hpp>
#include <vscg/ops/multiply.hpp>
#include <vscg/ops/normalize.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/permute.hpp>
#include <vscg/ops/reciprocal.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/ops/shift.hpp>
#include <vscg/ops/signed_sqrt.hpp>
#include <vscg/ops/subtract.hpp>
#include <vscg/optim/adam.hpp>
#include <vscg/optim/adamw.hpp>
#include <vscg/optim/sgd.hpp>

// A copy of the library may leave out the networks and keep only the generic floors.
#if __has_include(<vscg/nets/vscg/vscg_net.hpp>)
#include <vscg/nets/vscg/negative_pair_filter_loss.hpp>
#include <vscg/nets/vscg/smooth_loss.hpp>
#include <vscg/nets/vscg/vscg_net.hpp>
#endif

#if defined(VSCG_COMPILED)
#include <vscg/compiled.hpp>
#endif

#include <vscg/core/end.hpp>
