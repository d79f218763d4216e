// SPDX-License-Identifier: MIT
// Sessions and trainers of temporary models, and views into a temporary session: one error each.
// errors: each
#include <vscg/vscg.hpp>

using namespace vscg;

using layer = nn::linear<4, 3>;
using network = model<layer, float, cpu>;
struct squared {
  using targets = input_shapes<shape<dyn, 3>>;
  static constexpr std::array<const char*, 1> term_names{"distance"};
  auto operator()(Var auto y, Var auto target) const {
    const auto mean = batch_mean(mse_loss(y, target));
    return loss_terms{mean, std::array{mean}};
  }
};

// expect: (deleted function|deleted constructor).*session
session<layer, float, cpu> of_temporary_model(network{seed{1}}.weights());
// expect: (deleted function|deleted constructor).*session
session<layer, float, cpu> of_temporary_weights(weights<layer, float, cpu>{seed{1}}, threads{2});
// expect: (deleted function|deleted constructor).*trainer
trainer<network, adam, squared> of_temporary(network{seed{1}}, adam{}, squared{});
// expect: (deleted function|deleted constructor).*trainer
auto steps_of_moved_model(network& net) { return trainer(std::move(net), adam{}, squared{}).steps(); }
// expect: deleted (member )?function.*infer
auto views_of_temporary_session(const network& net, std::span<const float> x) {
  return session<layer, float, cpu>(net.weights()).infer(x);
}
// expect: training changes the model's weights, so it is not const
auto steps_of_const_model(const network& net) { return trainer(net, adam{}, squared{}).steps(); }
