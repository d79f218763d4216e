// SPDX-License-Identifier: MIT
#include <cstddef>

#include <vscg/nets/hosts/cace_net.hpp>
#include <vscg/nets/hosts/relevance_category_loss.hpp>
#include <vscg/nets/hosts/segment_contrast_loss.hpp>

#include "networks/hosts/trains.hpp"

namespace networks {

namespace {

using vscg::cace_net;
using before = cace_net<vscg::contrast::off>;

/// The contrast begins after an eighth of the authors' 200 epochs.
train_outcome train_cace_in_float(const train_request& request) {
  constexpr std::size_t before_contrast = 25;
  return train_in_phases<before, vscg::gated_relevance_loss<>, cace_net<>, vscg::contrasted_relevance_loss<>, float>(
      request, before_contrast);
}

}  // namespace

std::vector<trainable> train_cace_net() {
  using vscg::setting;
  return {
      {"cace_fully", setting::fully, 80.8, size_of_network<cace_net<>, vscg::contrasted_relevance_loss<>>,
       train_cace_in_float, nullptr, nullptr},
      trains<before, vscg::gated_relevance_loss<>>("cace_fully_before_contrast", setting::fully, 78.9),
  };
}

}  // namespace networks
