// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/nets/hosts/avel.hpp>
#include <vscg/nets/hosts/cace_net.hpp>
#include <vscg/nets/hosts/cmbs.hpp>
#include <vscg/nets/hosts/cmran.hpp>
#include <vscg/nets/hosts/dmin.hpp>
#include <vscg/nets/vscg/cere.hpp>
#include <vscg/nets/vscg/escm.hpp>
#include <vscg/nets/vscg/localizer.hpp>
#include <vscg/nets/vscg/no_consistency.hpp>
#include <vscg/nets/vscg/positive_sample_propagation.hpp>
#include <vscg/nets/vscg/setting.hpp>

// The rows "host + module" of Table IV, as types: VSCG's modules, of the host's setting, where the host has none.
// CMRAN, DMIN and CACE-Net with ESCM stand in no table.

namespace vscg {

namespace detail {
/// A host with VSCG's ESCM, and one with its PSP.
template <class Host>
struct host_with;
template <setting Setting, int Categories, int Da, int Dv>
struct host_with<avel<Setting, no_consistency, Categories, Da, Dv>> {
  using escm = avel<Setting, vscg::escm<shared_cere<>, Setting>, Categories, Da, Dv>;
  using psp = avel<Setting, positive_sample_propagation<Setting>, Categories, Da, Dv>;
};
template <setting Setting, int Da, int Dv, class Encoder, class Propagation, class Head>
struct host_with<localizer<audio_guided_attention<Setting, Da, Dv>, Encoder, Propagation, no_consistency, Head>> {
  using escm = localizer<audio_guided_attention<Setting, Da, Dv>, Encoder, Propagation,
                         vscg::escm<shared_cere<>, Setting>, Head>;
};
template <setting Setting, int Categories, int Da, int Dv>
struct host_with<cmbs<Setting, no_consistency, Categories, Da, Dv>> {
  using escm = cmbs<Setting, vscg::escm<shared_cere<>, Setting>, Categories, Da, Dv>;
};
template <setting Setting, int Categories, int Da, int Dv>
struct host_with<cmran<Setting, no_consistency, Categories, Da, Dv>> {
  using escm = cmran<Setting, vscg::escm<shared_cere<>, Setting>, Categories, Da, Dv>;
};
template <setting Setting, int Categories, int Da, int Dv>
struct host_with<dmin<Setting, no_consistency, Categories, Da, Dv>> {
  using escm = dmin<Setting, vscg::escm<shared_cere<>, Setting>, Categories, Da, Dv>;
};
template <contrast Contrast, guide Guide, int Categories, int Da, int Dv>
struct host_with<cace_net<Contrast, Guide, no_consistency, Categories, Da, Dv>> {
  using escm = cace_net<Contrast, Guide, vscg::escm<shared_cere<>>, Categories, Da, Dv>;
};
}  // namespace detail

/// A host with event semantic consistency modeling: `with_escm<avel<setting::weakly>>`, `with_escm<psp_net<>>`.
template <class Host>
using with_escm = typename detail::host_with<Host>::escm;

/// A host with positive sample propagation: `with_psp<avel<>>`.
template <class Host>
using with_psp = typename detail::host_with<Host>::psp;

}  // namespace vscg

#include <vscg/core/end.hpp>
