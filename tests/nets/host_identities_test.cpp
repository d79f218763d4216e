// SPDX-License-Identifier: MIT
#include <set>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <vscg/core/parameter.hpp>
#include <vscg/model/identity_text.hpp>
#include <vscg/model/network_identity.hpp>
#include <vscg/nets/hosts/avel.hpp>
#include <vscg/nets/hosts/avin_reconstruction.hpp>
#include <vscg/nets/hosts/avsdn.hpp>
#include <vscg/nets/hosts/by_segment_scores.hpp>
#include <vscg/nets/hosts/cace_net.hpp>
#include <vscg/nets/hosts/cman_reconstruction.hpp>
#include <vscg/nets/hosts/cmbs.hpp>
#include <vscg/nets/hosts/cmran.hpp>
#include <vscg/nets/hosts/dam_reconstruction.hpp>
#include <vscg/nets/hosts/dmin.hpp>
#include <vscg/nets/hosts/dmrn.hpp>
#include <vscg/nets/hosts/psp_net.hpp>
#include <vscg/nets/hosts/with.hpp>
#include <vscg/nets/vscg/variants.hpp>
#include <vscg/nets/vscg/vscg_net.hpp>

// Networks with the same arrays may compute different things, so each has a name of its own in files.

using namespace vscg;

namespace {

/// Checks that every number of an identity is what the network's member of that path holds.
template <class Network>
std::string name_in_files() {
  constexpr network_identity own = identity_of<Network>;
  REQUIRE(own.named());
  Network network{};
  const auto table = bind_parameters(network);
  std::string name = std::string(own.name) + ' ' + std::string(own.variant);
  for (const auto& setting : own.settings()) {
    if (!setting.is_number) name += ' ' + std::string(setting.text);
    if (setting.member.empty()) continue;
    INFO(name << ": " << setting.member);
    const auto* const held = table.settings.find(setting.member);
    REQUIRE(held != nullptr);
    CHECK(held->number == setting.number);
  }
  return name;
}

template <class... Networks>
std::multiset<std::string> names_in_files() {
  return {name_in_files<Networks>()...};
}

}  // namespace

TEST_CASE("each network has a name of its own in files, and says which numbers its layers hold") {
  constexpr auto w = setting::weakly;
  const auto names =
      names_in_files<vscg_net, vscg_net_weakly, without_escm<>, without_escm<w>, avel<>, avel<w>, with_psp<avel<>>,
                     with_psp<avel<w>>, with_escm<avel<>>, with_escm<avel<w>>, dmrn<>, avsdn<>, avsdn<w>, cmran<>,
                     cmran<w>, dmin<>, dmin<w>, cmbs<>, cmbs<w>, with_escm<cmbs<>>, with_escm<cmbs<w>>, psp_net<>,
                     psp_net<w>, with_escm<psp_net<>>, with_escm<psp_net<w>>, cace_net<>, cace_net<contrast::off>,
                     cace_net<contrast::on, guide::none>, cace_net<contrast::on, guide::audio>, with_escm<cace_net<>>,
                     with_escm<cace_net<contrast::off>>, dam_reconstruction<>, by_segment_scores<>,
                     psp_net_with_event_head, with_escm<cmran<>>, with_escm<cmran<w>>, with_escm<dmin<>>,
                     with_escm<dmin<w>>, avin_reconstruction<>, avin_reconstruction<w>, cman_reconstruction<>,
                     cman_reconstruction<w>>();
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
  CHECK(names.contains("cmbs with_escm weakly"));
  CHECK(names.contains("psp_net released fully"));
  CHECK(names.contains("cace_net before_contrast fully"));
  CHECK(names.contains("cace_net with_escm fully"));
  // A host with parts of another kind has none.
  CHECK_FALSE(identity_of<avel<setting::fully, escm<average_events<>>>>.named());
  CHECK_FALSE(identity_of<with_escm<cace_net<contrast::on, guide::none>>>.named());
}
