// SPDX-License-Identifier: MIT
#include "networks/hosts/hosts.hpp"

namespace networks {

std::vector<known_network> infer_vscg_variants();
std::vector<known_network> infer_losses();
std::vector<known_network> infer_avel();
std::vector<known_network> infer_dmrn();
std::vector<known_network> infer_avsdn();
std::vector<known_network> infer_psp_net();
std::vector<known_network> infer_cmran();
std::vector<known_network> infer_dmin();
std::vector<known_network> infer_cmbs();
std::vector<known_network> infer_cace_net();
std::vector<known_network> infer_reconstructions();

std::vector<known_network> known_hosts() {
  std::vector<known_network> all;
  for (const auto list : {infer_vscg_variants, infer_losses, infer_avel, infer_dmrn, infer_avsdn, infer_psp_net,
                          infer_cmran, infer_dmin, infer_cmbs, infer_cace_net, infer_reconstructions}) {
    for (const known_network& one : list()) all.push_back(one);
  }
  return all;
}

}  // namespace networks
