// SPDX-License-Identifier: MIT
#include <type_traits>

#include <doctest/doctest.h>

#include <vscg/nets/hosts/avel.hpp>
#include <vscg/nets/hosts/avsdn.hpp>
#include <vscg/nets/hosts/cace_net.hpp>
#include <vscg/nets/hosts/cmbs.hpp>
#include <vscg/nets/hosts/cmran.hpp>
#include <vscg/nets/hosts/dmin.hpp>
#include <vscg/nets/hosts/dmrn.hpp>
#include <vscg/nets/hosts/psp_net.hpp>
#include <vscg/vscg.hpp>

// Networks for features of other encoders: ResNet's regions have 1024 or 2048 channels. That a network can be traced is
// seen when it is compiled.

using namespace vscg;

namespace {

template <class Network, int Dv>
inline constexpr bool sees = std::is_same_v<inputs_of<Network>, audio_visual_inputs<10, 128, Dv>> &&
                             !std::is_void_v<typename session<Network, float, cpu>::traced_outputs>;

template <int Dv>
using vscg_of = localizer<audio_guided_attention<setting::fully, 128, Dv>, dual_lstm<>, positive_sample_propagation<>,
                          escm<>, event_head<>>;

static_assert(sees<vscg_of<1024>, 1024> && sees<vscg_of<2048>, 2048>);
static_assert(sees<psp_net<setting::weakly, no_consistency, 128, 2048>, 2048>);
static_assert(sees<avel<setting::fully, no_consistency, 28, 128, 1024>, 1024>);
static_assert(sees<dmrn<28, 128, 1024>, 1024> && sees<avsdn<setting::weakly, 28, 128, 1024>, 1024>);
static_assert(sees<cmran<setting::fully, no_consistency, 28, 128, 1024>, 1024>);
static_assert(sees<dmin<setting::weakly, no_consistency, 28, 128, 2048>, 2048>);
static_assert(sees<cmbs<setting::fully, no_consistency, 28, 128, 1024>, 1024>);
static_assert(sees<cmbs<setting::weakly, no_consistency, 28, 128, 2048>, 2048>);
static_assert(sees<cace_net<contrast::on, guide::both, no_consistency, 28, 128, 1024>, 1024>);
// Other categories than AVE's.
static_assert(sees<cmran<setting::fully, no_consistency, 40>, 512>);
static_assert(sees<dmin<setting::weakly, no_consistency, 5>, 512>);
static_assert(
    sees<localizer<audio_guided_attention<setting::weakly>, dual_lstm<>, positive_sample_propagation<setting::weakly>,
                   escm<shared_cere<>, setting::weakly>, weak_event_head<40>>,
         512>);
static_assert(std::is_same_v<vscg_of<512>, vscg_net> && sees<vscg_net, 512>);

}  // namespace

TEST_CASE("a network for other visual channels differs in the arrays that see them") {
  vscg_of<1024> wide;
  vscg_net usual;
  // attention.affine_video, fv.0 and linear_v read the pictures.
  CHECK(bind_parameters(wide).count() - bind_parameters(usual).count() == 512 * (512 + 256 + 128));
}
