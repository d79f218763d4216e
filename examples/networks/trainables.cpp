// SPDX-License-Identifier: MIT
#include <vector>

#include <vscg/nets/vscg/setting.hpp>

#include "networks/hosts/hosts.hpp"
#include "networks/train.hpp"

namespace networks {

std::vector<trainable> trainables() {
  using vscg::setting;
  std::vector<trainable> all{
      {"vscg_fully", setting::fully, 79.7, size_of_vscg_fully, train_vscg_fully_float, train_vscg_fully_double,
       train_vscg_fully_cuda},
      {"vscg_fully_paper", setting::fully, 79.7, size_of_vscg_fully_paper, train_vscg_fully_paper_float,
       train_vscg_fully_paper_double, nullptr},
      {"vscg_weakly", setting::weakly, 74.8, size_of_vscg_weakly, train_vscg_weakly_float, train_vscg_weakly_double,
       train_vscg_weakly_cuda},
      {"vscg_weakly_paper", setting::weakly, 74.8, size_of_vscg_weakly_paper, train_vscg_weakly_paper_float,
       train_vscg_weakly_paper_double, nullptr},
  };
  const std::vector<trainable> hosts = trainable_hosts();
  all.insert(all.end(), hosts.begin(), hosts.end());
  return all;
}

}  // namespace networks
