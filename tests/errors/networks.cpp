// SPDX-License-Identifier: MIT
// Wrong shapes inside networks that a model is made of: one error each, before any other.
// errors: each
#include <vscg/vscg.hpp>

using namespace vscg;

/// A network of one layer.
template <class Layer, class... Shapes>
struct network_of {
  Layer layer;
  VSCG_MEMBERS(layer)
  using inputs = input_shapes<Shapes...>;
  auto operator()(Var auto... x) const { return layer(x...); }
};
/// The same for layers that return two streams.
template <class Layer, class... Shapes>
struct picture_of {
  Layer layer;
  VSCG_MEMBERS(layer)
  using inputs = input_shapes<Shapes...>;
  auto operator()(Var auto... x) const { return layer(x...).visual; }
};
template <class Network, class Inputs = inputs_of<Network>>
using modeled = model<Network, float, cpu, Inputs>;

// expect: shape_mismatch<.*linear<512, 128.*expects<512>.*gets<256>
modeled<nn::sequential<nn::linear<128, 256>, nn::linear<512, 128>>> chain{seed{1}};
// expect: shape_mismatch<.*conv1d<256, 128, 5>.*expects<256>.*gets<128>
modeled<network_of<vscg::nn::conv1d<256, 128, 5>, shape<dyn, 10, 128>>> convolution{seed{1}};
// expect: shape_mismatch<.*layer_norm<256.*expects<256>.*gets<128>
modeled<network_of<nn::layer_norm<256>, shape<dyn, 10, 128>>> normalization{seed{1}};
// expect: shape_mismatch<.*lstm<128, 64, 1, true>.*expects<128>.*gets<512>
modeled<network_of<nn::bidirectional_lstm<128, 64>, shape<dyn, 10, 512>>> encoder{seed{1}};
// expect: shape_mismatch<.*gru<256, 128, 1, true>.*expects<256>.*gets<128>
modeled<network_of<nn::bidirectional_gru<256, 128>, shape<dyn, 10, 128>>> memory{seed{1}};
// expect: shape_mismatch<.*gru<256, 128, 1, true>.*expects<128>.*gets<64>
modeled<network_of<nn::bidirectional_gru<256, 128>, shape<dyn, 10, 256>, shape<dyn, 2, 64>>> started_memory{seed{1}};
// expect: shape_mismatch<.*cere<.*expects<8, .*to, 11>.*gets<12>
modeled<network_of<cere<>, shape<dyn, 12, 256>>> long_video{seed{1}};
// expect: shape_mismatch<.*escm<.*expects<256>.*gets<128>
modeled<picture_of<escm<>, shape<dyn, 10, 128>, shape<dyn, 10, 256>>> consistency{seed{1}};
// expect: shape_mismatch<.*positive_sample_propagation<.*expects<256>.*gets<128>
modeled<picture_of<positive_sample_propagation<>, shape<dyn, 10, 128>, shape<dyn, 10, 256>>> propagation{seed{1}};
// expect: shape_mismatch<.*region_attention<.*expects<128>.*gets<96>
modeled<picture_of<region_attention<>, shape<dyn, 10, 96>, shape<dyn, 10, 7, 7, 512>>> other_sound{seed{1}};
// expect: shape_mismatch<.*region_attention<.*expects<49>.*gets<64>
modeled<picture_of<region_attention<>, shape<dyn, 10, 128>, shape<dyn, 10, 8, 8, 512>>> other_regions{seed{1}};
// expect: shape_mismatch<.*region_attention<.*expects<512>.*gets<256>
modeled<picture_of<region_attention<>, shape<dyn, 10, 128>, shape<dyn, 10, 7, 7, 256>>> other_picture{seed{1}};

// Two results, and not a struct of outputs.
struct two_results {
  nn::linear<8, 8> layer;
  VSCG_MEMBERS(layer)
  using inputs = input_shapes<shape<dyn, 8>>;
  auto operator()(Var auto x) const { return vars{layer(x), layer(x)}; }
};
// expect: a network returns one var, or a struct of its outputs
modeled<two_results> pair_of_results{seed{1}};

// A part of a localizer that does not fit the part before it.
struct narrow_encoder {
  nn::linear<128, 255> layer;
  VSCG_MEMBERS(layer)
  auto operator()(Var auto audio, Var auto visual) const { return streams{layer(audio), layer(visual)}; }
};
// expect: shape_mismatch<.*positive_sample_propagation<.*expects<256>.*gets<255>
modeled<localizer<audio_guided_attention<>, narrow_encoder, positive_sample_propagation<>, escm<>, event_head<>>>
    narrow{seed{1}};

// A different number of operands than the network has.
struct of_one {
  nn::linear<4, 2> layer;
  VSCG_MEMBERS(layer)
  using inputs = input_shapes<shape<dyn, 4>>;
  auto operator()(Var auto x) const { return layer(x); }
};
// expect: shape_mismatch<.*of_one, .*expects<1, .*of_operands>.*gets<2, .*of_operands>
modeled<of_one, input_shapes<shape<dyn, 4>, shape<dyn, 4>>> two_inputs{seed{1}};
// expect: shape_mismatch<.*localizer<.*expects<2, .*of_operands>.*gets<1, .*of_operands>
modeled<vscg_net, input_shapes<shape<dyn, 10, 128>>> one_input{seed{1}};

struct product {
  VSCG_MEMBERS()
  using inputs = input_shapes<shape<dyn, 5, 7>, shape<dyn, 8, 3>>;
  auto operator()(Var auto a, Var auto b) const { return matmul(a, b); }
};
// expect: shape_mismatch<.*matmul_function.*expects<7>.*gets<8>
modeled<product> of_matrices{seed{1}};

// Calls and losses that do not fit the network.
using classifier = modeled<nn::linear<4, 3>>;
// expect: shape_mismatch<.*linear<4, 3.*expects<1, .*of_operands>.*gets<0, .*of_operands>
auto infer_nothing(session<nn::linear<4, 3>, float, cpu>& net) { return net.infer(); }

template <int Terms>
struct class_loss {
  using targets = input_shapes<shape<dyn, 3>>;
  static constexpr std::array<const char*, 2> term_names{"class", "size"};
  auto operator()(Var auto y, Var auto target) const {
    const auto each = cross_entropy(y, target);
    if constexpr (Terms == 0) return loss_terms{each, std::array{each, each}};
    const auto mean = batch_mean(each);
    if constexpr (Terms == 1) return loss_terms{mean, std::array{mean}};
    if constexpr (Terms > 1) return loss_terms{mean, std::array{mean, mean}};
  }
};
// expect: shape_mismatch<.*class_loss<1>.*expects<2, .*of_terms>.*gets<1, .*of_terms>
auto train_for_one_term(classifier& net) { return trainer(net, adam{}, class_loss<1>{}).steps(); }
// expect: shape_mismatch<.*class_loss<0>.*expects<1>.*gets<.*batch>
auto train_for_each_item(classifier& net) { return trainer(net, adam{}, class_loss<0>{}).steps(); }

// The library's losses take one output, with the axes that they need.
// expect: shape_mismatch<.*cross_entropy_loss, .*expects<1, .*of_outputs>.*gets<5, .*of_outputs>
auto train_several_outputs(modeled<vscg_net>& net) { return trainer(net, adam{}, nn::cross_entropy_loss{}).steps(); }
struct one_score {
  nn::linear<4, 1> layer;
  VSCG_MEMBERS(layer)
  using inputs = input_shapes<shape<dyn, 4>>;
  auto operator()(auto x) const { return view<shape<dyn>>(layer(x)); }
};
// expect: shape_mismatch<.*cross_entropy_loss, .*expects<.*axis::batch, .*axis::any>.*gets<.*axis::batch>
auto train_one_score(modeled<one_score>& net) { return trainer(net, adam{}, nn::cross_entropy_loss{}).steps(); }

// g++ comes to this last, because `infer` calls it from within.
// expect: shape_mismatch<.*linear<4, 3.*expects<1, .*of_operands>.*gets<2, .*of_operands>
auto infer_two(const classifier& net, std::span<const float> x) { return net.infer(x, x); }
