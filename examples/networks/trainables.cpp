// SPDX-License-Identifier: MIT
#include <cstddef>
#include <vector>

#include <vscg/nets/vscg/setting.hpp>
#include <vscg/nets/vscg/vscg_net.hpp>

#include "networks/hosts/hosts.hpp"
#include "networks/parameters_of.hpp"
#include "networks/train.hpp"

namespace networks {

std::vector<trainable> trainables() {
  using vscg::setting;
  std::vector<trainable> all{
      {"vscg_fully", setting::fully, 79.7, parameters_of<vscg::vscg_net>, vscg_fully_reached, train_vscg_fully_float,
       train_vscg_fully_double, train_vscg_fully_cuda},
      {"vscg_fully_paper", setting::fully, 79.7, parameters_of<vscg::vscg_net_paper>, vscg_fully_paper_reached,
       train_vscg_fully_paper_float, train_vscg_fully_paper_double, nullptr},
      {"vscg_weakly", setting::weakly, 74.8, parameters_of<vscg::vscg_net_weakly>, vscg_weakly_reached,
       train_vscg_weakly_float, train_vscg_weakly_double, train_vscg_weakly_cuda},
      {"vscg_weakly_paper", setting::weakly, 74.8, parameters_of<vscg::vscg_net_weakly_paper>,
       vscg_weakly_paper_reached, train_vscg_weakly_paper_float, train_vscg_weakly_paper_double, nullptr},
  };
  const std::vector<trainable> hosts = trainable_hosts();
  all.insert(all.end(), hosts.begin(), hosts.end());
  return all;
}

}  // namespace networks
