// SPDX-License-Identifier: MIT
#include <cstddef>
#include <string_view>
#include <vector>

#include <vscg/nets/hosts/cace_net.hpp>
#include <vscg/nets/hosts/relevance_category_loss.hpp>
#include <vscg/nets/hosts/segment_contrast_loss.hpp>
#include <vscg/nets/hosts/with.hpp>

#include "networks/hosts/trains.hpp"

namespace networks {

namespace {

using vscg::cace_net;
using vscg::with_escm;
using before = cace_net<vscg::contrast::off>;

/// The contrast begins after an eighth of the authors' 200 epochs.
template <class Before, class After>
train_outcome train_cace_in_float(const train_request& request) {
  constexpr std::size_t before_contrast = 25;
  return train_in_phases<Before, vscg::gated_relevance_loss<>, After, vscg::contrasted_relevance_loss<>, float>(
      request, before_contrast);
}

template <class Before, class After>
trainable trains_with_contrast(std::string_view name, double published) {
  return {name,
          vscg::setting::fully,
          published,
          size_of_network<After, vscg::contrasted_relevance_loss<>>,
          train_cace_in_float<Before, After>,
          nullptr,
          nullptr};
}

}  // namespace

std::vector<trainable> train_cace_net() {
  return {
      trains_with_contrast<before, cace_net<>>("cace_fully", 80.8),
      trains_with_contrast<with_escm<before>, with_escm<cace_net<>>>("cace_fully_with_escm", unpublished),
      trains<before, vscg::gated_relevance_loss<>>("cace_fully_before_contrast", vscg::setting::fully, 78.9),
  };
}

}  // namespace networks
