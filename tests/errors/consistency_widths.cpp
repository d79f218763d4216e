// SPDX-License-Identifier: MIT
// An extractor of events whose states do not make a stream: the first error says the rule, and one follows.
// expect: C = 2 H
// errors: 2
#include <vscg/vscg.hpp>

using namespace vscg;

struct wide_states {
  escm<shared_cere<64, 64>> consistency;
  VSCG_MEMBERS(consistency)
  using inputs = input_shapes<shape<dyn, 10, 64>, shape<dyn, 10, 64>>;
  auto operator()(Var auto audio, Var auto visual) const { return consistency(audio, visual).visual; }
};

model<wide_states, float, cpu> refused{seed{1}};
