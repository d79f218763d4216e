// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include <vscg/io/weights.hpp>
#include <vscg/vscg.hpp>

namespace peers {

/// Inference of a network whose inputs are two arrays.
template <class Network>
class thinker {
 public:
  using session = vscg::session<Network, float, vscg::cpu>;

  thinker(const std::filesystem::path& file, const vscg::io::load_prefix& part, vscg::threads n) : threads_(n) {
    vscg::io::load_weights(weights_, file, part);
  }

  /// A session for batches of `at_once`; it is replaced only if the last one was for another size.
  session& for_batches_of(std::size_t at_once) {
    if (!session_ || session_->max_items() != at_once) {
      session_.reset();  // so that two plans are never in memory together
      session_ = std::make_unique<session>(weights_, threads_, vscg::batch_capacity{at_once});
    }
    return *session_;
  }

 private:
  vscg::threads threads_;
  vscg::weights<Network, float, vscg::cpu> weights_{vscg::zeroed};
  std::unique_ptr<session> session_;
};

}  // namespace peers
