// SPDX-License-Identifier: MIT
#include "networks/hosts/hosts.hpp"

namespace networks {

std::vector<trainable> train_vscg_variants();
std::vector<trainable> train_losses();
std::vector<trainable> train_avel();
std::vector<trainable> train_dmrn();
std::vector<trainable> train_avsdn();
std::vector<trainable> train_psp_net();
std::vector<trainable> train_cmran();
std::vector<trainable> train_dmin();
std::vector<trainable> train_cmbs();
std::vector<trainable> train_cace_net();
std::vector<trainable> train_reconstructions();

std::vector<trainable> trainable_hosts() {
  std::vector<trainable> all;
  for (const auto list : {train_vscg_variants, train_losses, train_avel, train_dmrn, train_avsdn, train_psp_net,
                          train_cmran, train_dmin, train_cmbs, train_cace_net, train_reconstructions}) {
    for (const trainable& one : list()) all.push_back(one);
  }
  return all;
}

}  // namespace networks
