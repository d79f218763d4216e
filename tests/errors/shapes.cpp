// SPDX-License-Identifier: MIT
// Each wrong shape is refused by one error, which names the layer or operation, what it expects and what it gets.
// errors: each
#include <vscg/vscg.hpp>

using namespace vscg;

using tag = trace_tag<float, cpu, mode::training>;
template <int... E>
using data = var<tag, shape<dyn, E...>, false>;
template <int... E>
using result = var<tag, shape<dyn, E...>, true>;
template <int... E>
using weight = var<tag, shape<E...>, true>;

// Sums and products.

// expect: shape_mismatch<.*add<.*expects<128>.*gets<64>
auto residual_of_other_channels(data<10, 128> x) { return x + nn::linear<128, 64>{}(x); }
// expect: shape_mismatch<.*add<.*expects<.*batch, 10, 128>.*gets<.*batch, 128>
auto sum_of_other_ranks(data<10, 128> a, data<128> b) { return a + b; }
// expect: shape_mismatch<.*add<.*expects<.*batch>.*gets<3>
auto sum_of_data_and_weight(data<4> a, weight<3, 4> b) { return a + b; }
// expect: shape_mismatch<.*multiply<.*expects<10>.*gets<8>
auto product_of_other_segments(data<10, 28> a, data<8, 28> b) { return a * b; }
// expect: shape_mismatch<.*add<.*expects<128>.*gets<64>
auto sum_of_other_channels_beside_a_stretched_axis(data<1, 128> a, data<10, 64> b) { return a + b; }
// expect: shape_mismatch<.*add<.*expects<.*batch, 10, 128>.*gets<10>
auto sum_with_a_number_of_each_step(data<10, 128> a, weight<10> b) { return a + b; }
// expect: shape_mismatch<.*add<.*expects<.*batch, 128>.*gets<10, 1, 1>
auto sum_that_moves_the_batch(data<128> a, weight<10, 1, 1> b) { return a + b; }
// expect: shape_mismatch<.*multiply<.*expects<.*batch, 10, 28>.*gets<.*batch, 10>
auto product_of_rows_and_numbers(data<10, 28> a, data<10> b) { return a * b; }
// expect: shape_mismatch<.*subtract_function, .*expects<28>.*gets<29>
auto difference_of_other_classes(data<10, 28> a, weight<1, 10, 29> b) { return a - b; }
// expect: shape_mismatch<.*divide_function, .*expects<4>.*gets<3>
auto quotient_of_other_channels(data<4> a, data<3> b) { return a / b; }
// expect: shape_mismatch<.*broadcast<.*sum_of_two.*expects<.*of_numbers>.*gets<.*of_indices>
auto sum_with_classes(data<4> a, var<tag, indices<dyn, 4>, false> b) { return a + b; }
// expect: shape_mismatch<.*subtract_function, .*expects<4>.*gets<3>
auto difference_of_other_classes_by_index(data<4> a, var<tag, indices<dyn, 3>, false> b) { return a - b; }
// expect: shape_mismatch<.*unary<.*tanh.*expects<.*of_numbers>.*gets<.*of_indices>
auto tanh_of_classes(var<tag, indices<dyn>, false> x) { return tanh(x); }
// expect: shape_mismatch<.*matmul_function.*expects<7>.*gets<8>
auto matmul_inner(data<5, 7> a, data<8, 3> b) { return matmul(a, b); }
// expect: shape_mismatch<.*matmul_function.*expects<10>.*gets<5>
auto matmul_leading(data<10, 4, 8> a, data<5, 8, 3> b) { return matmul(a, b); }
// expect: shape_mismatch<.*matmul_function.*expects<.*batch, 8, .*any>.*gets<8, 3>
auto matmul_by_weight(data<4, 8> a, weight<8, 3> b) { return matmul(a, b); }
// expect: shape_mismatch<.*matmul_function.*expects<.*batch, .*any, .*any>.*gets<4, 8>
auto matmul_of_weight(weight<4, 8> a, data<8, 3> b) { return matmul(a, b); }
// expect: shape_mismatch<.*matmul_function.*expects<.*batch, .*any, .*any>.*gets<.*batch, 8>
auto matmul_of_rows(data<8> a, data<8, 3> b) { return matmul(a, b); }
// expect: shape_mismatch<.*matmul_function.*expects<8>.*gets<7>
auto matmul_transposed_inner(data<5, 8> a, data<3, 7> b) { return matmul(a, transpose(b)); }
// expect: shape_mismatch<.*matmul_function.*expects<2>.*gets<6>
auto matmul_transposed_leading(data<2, 5, 8> a, data<6, 3, 8> b) { return matmul(a, transpose(b)); }

// Rows and reshaping.

// expect: shape_mismatch<.*scale_rows<.*expects<.*batch, 10>.*gets<.*batch, 10, 1>
auto scale_of_other_rank(data<10, 29> x, data<10, 1> g) { return scale_rows(x, g); }
// expect: shape_mismatch<.*scale_rows<.*expects<10>.*gets<8>
auto scale_of_other_rows(data<10, 29> x, data<8> g) { return scale_rows(x, g); }
// expect: shape_mismatch<.*scale_rows<.*expects<.*batch, .*any>.*gets<.*batch>
auto scale_of_no_rows(data<> x, data<> g) { return scale_rows(x, g); }
// expect: shape_mismatch<.*add_to_rows<.*expects<.*batch, 10>.*gets<.*batch, 10, 49>
auto bias_of_other_rank(data<10, 49> x, data<10, 49> b) { return add_to_rows(x, b); }
// expect: shape_mismatch<.*reshape.*expects<40, .*of_elements>.*gets<32, .*of_elements>
auto reshape_to_more(data<4, 8> x) { return view<shape<dyn, 40>>(x); }
// expect: shape_mismatch<.*reshape.*expects<.*axis::batch>.*gets<.*no_batch>
auto reshape_to_batch(weight<4, 8> x) { return view<shape<dyn, 32>>(x); }
// expect: shape_mismatch<.*reshape.*expects<.*of_neighboring_axes>.*gets<.*call_split_heads_or_merge_heads
auto reshape_that_mixes_heads(data<10, 256> x) { return view<shape<dyn, 8, 10, 32>>(x); }
// expect: shape_mismatch<.*reshape.*expects<.*of_neighboring_axes>.*gets<.*or_permute
auto reshape_that_mixes_heads_of_some_steps(data<16, 256> x) { return view<shape<dyn, 8, 16, 32>>(x); }
// expect: shape_mismatch<.*reshape.*expects<.*of_neighboring_axes>
auto reshape_that_merges_mixed_heads(data<8, 16, 32> x) { return view<shape<dyn, 16, 256>>(x); }
// expect: shape_mismatch<.*reshape.*expects<.*of_neighboring_axes>
auto reshape_as_a_transpose(data<10, 49> x) { return view<shape<dyn, 49, 10>>(x); }
// expect: shape_mismatch<.*split_heads_function, .*expects<.*multiple_of, 3>.*gets<32>
auto heads_that_do_not_divide(data<10, 32> x) { return split_heads<3>(x); }
// expect: shape_mismatch<.*split_heads_function, .*expects<.*batch, .*any, .*any>.*gets<.*batch, 32>
auto heads_without_steps(data<32> x) { return split_heads<4>(x); }
// expect: shape_mismatch<.*merge_heads_function, .*expects<.*batch, .*any, .*any, .*any>.*gets<.*batch, 10, 32>
auto heads_that_are_not_split(data<10, 32> x) { return merge_heads(x); }
// expect: shape_mismatch<.*split_heads_function, .*expects<1, .*of_operands>.*gets<2, .*of_operands>
auto heads_of_two(data<10, 32> x) { return split_heads<4>(x, x); }
// expect: shape_mismatch<.*transpose<.*expects<.*batch, .*any, .*any>.*gets<.*batch, 8>
auto transpose_of_rows(data<8> x) { return transpose(x); }
// expect: shape_mismatch<.*softmax<.*expects<.*batch>.*gets<8>
auto softmax_of_weight(weight<8, 28> x) { return softmax(x); }
// expect: shape_mismatch<.*softmax<.*expects<.*batch, .*any>.*gets<.*batch>
auto softmax_over_the_batch(data<> x) { return softmax(x); }
// expect: shape_mismatch<.*normalize_function, .*expects<1, .*to, 2>.*gets<3>
auto length_of_other_norm(data<10, 4> x) { return normalize<3>(x); }
// expect: shape_mismatch<.*sum_groups_function, .*expects<.*multiple_of, 5>.*gets<12>
auto groups_with_a_rest(data<10, 12> x) { return sum_groups<5>(x); }
// expect: shape_mismatch<.*divide_by_sum<.*expects<.*batch>.*gets<6>
auto shares_of_weight(weight<6, 4> x) { return divide_by_sum(x); }
// expect: shape_mismatch<.*logsumexp<.*expects<.*batch, .*any>.*gets<.*batch>
auto logsumexp_over_the_batch(data<> x) { return logsumexp(x); }
// expect: shape_mismatch<.*logsumexp<.*expects<28>.*gets<27>
auto logsumexp_of_other_width(data<10, 28> x, data<10, 27> w) { return logsumexp(x, w); }
// expect: shape_mismatch<.*logsumexp<.*expects<10>.*gets<9>
auto logsumexp_with_other_rows(data<10, 28> x, var<tag, shape<9, 28>, false> w) { return logsumexp(x, w); }
// expect: shape_mismatch<.*cosine_similarity<.*expects<256>.*gets<128>
auto similarity_of_other_channels(data<10, 256> a, data<10, 128> b) { return cosine_similarity(a, b); }
// expect: shape_mismatch<.*cosine_similarity<.*expects<.*batch, .*any>.*gets<.*batch>
auto similarity_of_numbers(data<> a, data<> b) { return cosine_similarity(a, b); }
// expect: shape_mismatch<.*max_function, .*expects<1, .*to, 2, .*as_axis>.*gets<3, .*as_axis>
auto maximum_over_no_axis(data<10, 256> x) { return max<3>(x); }
// expect: shape_mismatch<.*mean_function, .*expects<1, .*to, 2, .*as_axis>.*gets<0, .*as_axis>
auto mean_over_the_batch(data<10, 256> x) { return mean<0>(x); }
// expect: shape_mismatch<.*sum_function, .*expects<.*batch, .*any>.*gets<.*batch>
auto sum_of_numbers(data<> x) { return sum<1>(x); }
// expect: shape_mismatch<.*cat_function, .*expects<128>.*gets<64>
auto cat_of_other_channels(data<10, 128> a, data<8, 64> b) { return cat<1>(a, b); }
// expect: shape_mismatch<.*cat_function, .*expects<.*batch, 10, .*any>.*gets<10, 128>
auto cat_of_data_and_weight(data<10, 128> a, weight<10, 128> b) { return cat<2>(a, b); }
// expect: shape_mismatch<.*cat_function, .*expects<1, .*to, 2, .*as_axis>.*gets<0, .*as_axis>
auto cat_over_the_batch(data<10, 128> a) { return cat<0>(a, a); }
// expect: shape_mismatch<.*permute_function, .*expects<3, .*of_axes>.*gets<2, .*of_axes>
auto permute_of_two_axes(data<10, 128> x) { return permute<1, 0>(x); }
// expect: shape_mismatch<.*permute_function, .*expects<0, .*to, 2, .*each_once>.*gets<0, 1, 1>
auto permute_of_an_axis_twice(data<10, 128> x) { return permute<0, 1, 1>(x); }
// expect: shape_mismatch<.*permute_function, .*expects<.*batch, .*at_first>.*gets<1, 0, 2>
auto permute_of_the_batch(data<10, 128> x) { return permute<1, 0, 2>(x); }

// Layers.

// expect: shape_mismatch<.*linear<128, 64.*expects<128>.*gets<256>
auto linear_channels(data<10, 256> x) { return nn::linear<128, 64>{}(x); }
// expect: shape_mismatch<.*linear_without_bias<512, 64.*expects<512>.*gets<256>
auto linear_without_bias_channels(data<256> x) { return nn::linear_without_bias<512, 64>{}.with_relu(x); }
// expect: shape_mismatch<.*linear<64, 1.*expects<.*batch, 64>.*gets<.*batch>
auto linear_of_numbers(data<> x) { return nn::linear<64, 1>{}(x); }
// expect: shape_mismatch<.*linear_function, .*expects<3>.*gets<4>
auto linear_bias(data<8> x, weight<3, 8> w, weight<4> b) { return vscg::linear(x, w, b); }
// expect: shape_mismatch<.*linear_function, .*expects<.*any, .*any>.*gets<8>
auto linear_weight(data<8> x, weight<8> w) { return vscg::linear(x, w); }
// expect: shape_mismatch<.*conv1d<256, 128, 5>.*expects<256>.*gets<64>
auto conv1d_channels(data<10, 64> x) { return vscg::nn::conv1d<256, 128, 5>{}(x); }
// expect: shape_mismatch<.*conv1d<256, 64, 5>.*expects<.*batch, .*any, 256>.*gets<.*batch, 256>
auto conv1d_without_time(data<256> x) { return vscg::nn::conv1d<256, 64, 5>{}(x); }
// expect: shape_mismatch<.*conv1d<256, 128, 4>.*expects<.*odd>.*gets<4>
auto conv1d_even_kernel(data<10, 256> x) { return vscg::nn::conv1d<256, 128, 4>{}(x); }
// expect: shape_mismatch<.*conv2d<16, 8, 3.*expects<16>.*gets<3>
auto conv2d_channels(data<8, 8, 3> x) { return nn::conv2d<16, 8, 3>{}(x); }
// expect: shape_mismatch<.*conv2d<64, 8, 5.*expects<.*batch, .*any, .*any, 64>.*gets<.*batch, 8, 64>
auto conv2d_without_width(data<8, 64> x) { return nn::conv2d<64, 8, 5>{}(x); }
// expect: shape_mismatch<.*conv2d<3, 8, 4.*expects<.*odd>.*gets<4>
auto conv2d_even_kernel(data<8, 8, 3> x) { return nn::conv2d<3, 8, 4>{}(x); }
// expect: shape_mismatch<.*conv2d<3, 8, 7, 2, 1>.*expects<.*at_least, 5>.*gets<4>
auto conv2d_of_small_pictures(data<8, 4, 3> x) { return nn::conv2d<3, 8, 7, 2, 1>{}(x); }
// expect: shape_mismatch<.*conv2d_function, .*expects<3>.*gets<5>
auto conv2d_oblong_kernel(data<8, 8, 3> x, weight<4, 3, 3, 5> w, weight<4> b) { return vscg::conv2d(x, w, b); }
// expect: shape_mismatch<.*max_pool2d<2>.*expects<.*multiple_of, 2>.*gets<7>
auto max_pool2d_of_odd_pictures(data<7, 8, 3> x) { return nn::max_pool2d<2>{}(x); }
// expect: shape_mismatch<.*avg_pool2d<4>.*expects<.*batch, .*any, .*any, .*any>.*gets<.*batch, 8, 3>
auto avg_pool2d_without_width(data<8, 3> x) { return nn::avg_pool2d<4>{}(x); }
// expect: shape_mismatch<.*max_pool1d<12>.*expects<.*at_least, 12>.*gets<10>
auto max_pool1d_window(data<10, 64> x) { return vscg::nn::max_pool1d<12>{}(x); }
// expect: shape_mismatch<.*max_pool1d<2>.*expects<.*batch, .*any, .*any>.*gets<.*batch, 64>
auto max_pool1d_without_time(data<64> x) { return vscg::nn::max_pool1d<2>{}(x); }
// expect: shape_mismatch<.*avg_pool1d<11>.*expects<.*at_least, 11>.*gets<10>
auto avg_pool1d_window(data<10, 64> x) { return nn::avg_pool1d<11>{}(x); }
// expect: shape_mismatch<.*avg_pool1d<3>.*expects<.*batch, .*any, .*any>.*gets<.*batch, 64>
auto avg_pool1d_without_time(data<64> x) { return nn::avg_pool1d<3>{}(x); }
// expect: shape_mismatch<.*mean_function, .*expects<1, .*to, 1, .*as_axis>.*gets<2, .*as_axis>
auto mean_layer_over_no_axis(data<64> x) { return nn::mean<2>{}(x); }
// expect: shape_mismatch<.*flatten.*expects<.*batch>.*gets<64>
auto flatten_of_weight(weight<64, 2> x) { return nn::flatten{}(x); }
// expect: shape_mismatch<.*lstm<128, 64, 1, true>.*expects<.*batch, .*any, 128>.*gets<.*batch, 128>
auto lstm_without_time(data<128> x) { return nn::bidirectional_lstm<128, 64>{}(x); }
// expect: shape_mismatch<.*lstm<128, 32, 1, true>.*expects<128>.*gets<512>
auto lstm_channels(data<10, 512> x) { return nn::bidirectional_lstm<128, 32>{}(x); }
// expect: shape_mismatch<.*lstm<8, 4, 1, true>.*expects<6>.*gets<5>
auto lstm_state_of_other_sequences(data<6, 10, 8> x, data<5, 2, 4> h, data<6, 2, 4> c) {
  return nn::bidirectional_lstm<8, 4>{}(x, h, c);
}
// expect: shape_mismatch<.*lstm<8, 4, 1, true>.*expects<10>.*gets<9>
auto lstm_shared_of_other_steps(data<6, 10, 5> x, data<9, 3> s) {
  return nn::bidirectional_lstm<8, 4>{}.with_shared(x, s);
}
// expect: shape_mismatch<.*lstm<8, 4, 1, true>.*expects<5>.*gets<6>
auto lstm_with_too_many_channels(data<6, 10, 6> x, data<10, 3> s) {
  return nn::bidirectional_lstm<8, 4>{}.with_shared(x, s);
}
// expect: shape_mismatch<.*lstm<8, 4, 1, true>.*expects<1, .*to, 7>.*gets<8>
auto lstm_that_shares_all(data<6, 10, 1> x, data<10, 8> s) { return nn::bidirectional_lstm<8, 4>{}.with_shared(x, s); }
// expect: shape_mismatch<.*lstm_function, .*expects<32>.*gets<24>
auto lstm_gates(data<10, 3> x, weight<2, 32, 3> i, weight<2, 24, 8> h, weight<2, 32> b) {
  return vscg::lstm(x, i, h, b, b);
}
// expect: shape_mismatch<.*gru<256, 64, 1, true>.*expects<.*batch, 2, 64>.*gets<.*batch, 64>
auto gru_state_of_other_rank(data<10, 256> x, data<64> h) { return nn::bidirectional_gru<256, 64>{}(x, h); }
// expect: shape_mismatch<.*gru<256, 128, 1, true>.*expects<2>.*gets<3>
auto gru_state_of_other_directions(data<10, 256> x, data<3, 128> h) { return nn::bidirectional_gru<256, 128>{}(x, h); }
// expect: shape_mismatch<.*linear_rows_function, .*expects<0, .*to, 8>.*gets<6, .*to, 9>
auto linear_rows_beyond_the_end(data<10, 5> x, weight<9, 5> w, weight<9> b) { return linear_rows<6, 4>(x, w, b); }
// expect: shape_mismatch<.*multihead_attention<64, 4>.*expects<64>.*gets<32>
auto attention_channels(data<10, 32> x) { return nn::multihead_attention<64, 4>{}(x); }
// expect: shape_mismatch<.*multihead_attention<64, 6>.*expects<.*multiple_of, 6>.*gets<64>
auto attention_heads_that_do_not_divide(data<10, 64> x) { return nn::multihead_attention<64, 6>{}(x); }
// expect: shape_mismatch<.*multihead_attention<64, 2>.*expects<8>.*gets<9>
auto attention_values_of_other_steps(data<10, 64> x, data<8, 64> k, data<9, 64> v) {
  return nn::multihead_attention<64, 2>{}(x, k, v);
}
// expect: shape_mismatch<.*multihead_attention<64, 8>.*expects<.*batch, .*any, 64>.*gets<.*batch, 64>
auto attention_without_steps(data<64> x) { return nn::multihead_attention<64, 8>{}(x); }
// expect: shape_mismatch<.*batch_norm<256.*expects<256>.*gets<128>
auto batch_norm_channels(data<10, 128> x) { return nn::batch_norm<256>{}(x); }
// expect: shape_mismatch<.*batch_norm<64.*expects<.*batch, .*any>.*gets<64>
auto batch_norm_of_weight(weight<64> x) { return nn::batch_norm<64>{}(x); }
// expect: shape_mismatch<.*embedding<100, 16>.*expects<.*of_indices>.*gets<.*of_numbers>
auto embedding_of_numbers(data<10> x) { return nn::embedding<100, 16>{}(x); }
// expect: shape_mismatch<.*embedding<100, 8>.*expects<.*axis::batch>.*gets<.*no_batch>
auto embedding_without_batch(var<tag, indices<10>, false> x) { return nn::embedding<100, 8>{}(x); }
// expect: shape_mismatch<.*linear<8, 4.*expects<8>.*gets<16>
auto embedding_of_other_width(var<tag, indices<dyn, 10>, false> x) {
  return nn::sequential<nn::embedding<100, 16>, nn::linear<8, 4>>{}(x);
}
// expect: shape_mismatch<.*layer_norm<256.*expects<256>.*gets<128>
auto layer_norm_channels(data<10, 128> x) { return nn::layer_norm<256>{}(x); }
// expect: shape_mismatch<.*layer_norm<64.*expects<.*batch, .*any>.*gets<64>
auto layer_norm_of_weight(weight<64> x) { return nn::layer_norm<64>{}(x); }
// expect: shape_mismatch<.*dropout.*expects<.*batch>.*gets<64>
auto dropout_of_weight(weight<64, 2> x) { return nn::dropout{0.1}(x); }
// expect: shape_mismatch<.*linear<512, 128.*expects<512>.*gets<256>
auto sequential_that_does_not_fit(data<128> x) {
  return nn::sequential<nn::linear<128, 256>, nn::linear<512, 128>>{}(x);
}

// Stages.

// expect: shape_mismatch<.*audio_guided_attention<.*expects<128>.*gets<96>
auto guidance_sound(data<10, 96> a, data<10, 7, 7, 512> v) { return audio_guided_attention<>{}(a, v); }
// expect: shape_mismatch<.*region_attention<.*expects<10>.*gets<8>
auto guidance_segments(data<10, 128> a, data<8, 7, 7, 512> v) { return audio_guided_attention<>{}(a, v); }
// expect: shape_mismatch<.*region_attention<128, 256.*>.*expects<.*batch, 10, 49, 256>.*gets<.*batch, 10, 256>
auto guidance_without_regions(data<10, 128> a, data<10, 256> v) { return region_attention<128, 256>{}(a, v); }
// expect: shape_mismatch<.*region_attention<128, 512, 64.*>.*expects<49>.*gets<64>
auto guidance_regions(data<10, 128> a, data<10, 8, 8, 512> v) { return region_attention<128, 512, 64>{}(a, v); }
// expect: shape_mismatch<.*dual_lstm<.*expects<128>.*gets<256>
auto encoder_channels(data<10, 128> a, data<10, 256> v) { return dual_lstm<>{}(a, v); }
// expect: shape_mismatch<.*positive_sample_propagation<.*expects<10>.*gets<8>
auto propagation_segments(data<10, 256> a, data<8, 256> v) { return positive_sample_propagation<>{}(a, v); }
// expect: shape_mismatch<.*cere<.*expects<8, .*to, 11>.*gets<12>
auto long_video(data<12, 256> x) { return cere<>{}(x); }
// expect: shape_mismatch<.*cere<256, 64>.*expects<8, .*to, 11>.*gets<7>
auto short_video(data<7, 256> x) { return cere<256, 64>{}(x); }
// expect: shape_mismatch<.*escm<.*expects<256>.*gets<128>
auto consistency_channels(data<10, 256> a, data<10, 128> v) { return escm<>{}(a, v); }
// expect: shape_mismatch<.*event_head<.*expects<256>.*gets<128>
auto head_channels(result<10, 128> a, result<10, 256> v, result<10, 49> map) { return event_head<>{}(a, v, map); }
// expect: shape_mismatch<.*weak_event_head<.*expects<10>.*gets<8>
auto head_map(result<10, 256> a, result<10, 256> v, result<8, 49> map) { return weak_event_head<>{}(a, v, map); }

// Rows.

// expect: shape_mismatch<.*select_rows_function, .*expects<.*batch, .*any, .*any>.*gets<.*batch, 6>
auto rows_of_rows(data<6> x) { return select_rows<0, 2>(x); }
// expect: shape_mismatch<.*select_rows_function, .*expects<0, .*to, 3>.*gets<2, .*to, 4>
auto rows_beyond_the_end(data<4, 6> x) { return select_rows<2, 3>(x); }
// expect: shape_mismatch<.*last_states_function, .*expects<1, .*to, 2>.*gets<3>
auto last_states_of_three_directions(data<4, 6> x) { return last_states<3>(x); }
// expect: shape_mismatch<.*last_states_function, .*expects<.*batch, .*any, .*any>.*gets<.*batch, 6>
auto last_states_of_rows(data<6> x) { return last_states<2>(x); }

// Losses.

// expect: shape_mismatch<.*negative_pair_filter_loss<8, 28>.*expects<8>.*gets<10>
auto loss_of_other_segments(event_outputs<var_field<tag>, 10, 49, 28> y, data<8> t, data<28> c, data<> w) {
  return negative_pair_filter_loss<8, 28>{}(y, t, c, w, t);
}
// expect: shape_mismatch<.*smooth_loss<27>.*expects<28>.*gets<29>
auto loss_of_other_classes(weak_event_outputs<var_field<tag>, 10, 49, 28> y, data<28> t) {
  return smooth_loss<27>{}(y, t);
}
// expect: shape_mismatch<.*cross_entropy<.*expects<28>.*gets<29>
auto targets_of_other_width(data<28> x, data<29> t) { return cross_entropy(x, t); }
// expect: shape_mismatch<.*cross_entropy<.*expects<.*batch, .*any>.*gets<.*batch>
auto logits_without_classes(data<> x, data<> t) { return cross_entropy(x, t); }
// expect: shape_mismatch<.*binary_cross_entropy_function, .*expects<.*batch, 10>.*gets<.*batch, 10, 1>
auto probabilities_of_other_rank(data<10> x, data<10, 1> t) { return binary_cross_entropy(x, t); }
// expect: shape_mismatch<.*binary_cross_entropy_with_logits_function, .*expects<10>.*gets<9>
auto logits_of_other_segments(data<10> x, data<9> t) { return binary_cross_entropy_with_logits(x, t); }
// expect: shape_mismatch<.*mse_loss_function, .*expects<.*batch>.*gets<4>
auto error_of_weight(weight<4> x, var<tag, shape<4>, false> t) { return mse_loss(x, t); }
// expect: shape_mismatch<.*batch_mean_function, .*expects<.*batch>.*gets<.*batch, 10>
auto mean_of_rows(data<10> x) { return batch_mean(x); }
// expect: shape_mismatch<.*batch_weighted_sum_function, .*expects<.*batch>.*gets<.*batch, 28>
auto weights_of_rows(data<> x, data<28> w) { return batch_weighted_sum(x, w); }

// A wrong number of operands.

// expect: shape_mismatch<.*matmul_function, .*expects<2, .*of_operands>.*gets<1, .*of_operands>
auto matmul_of_one(data<4, 4> a) { return matmul(a); }
// expect: shape_mismatch<.*softmax_function, .*expects<1, .*of_operands>.*gets<2, .*of_operands>
auto softmax_of_two(data<4> a, data<4> b) { return softmax(a, b); }
// expect: shape_mismatch<.*cross_entropy_function, .*expects<2, .*of_operands>.*gets<3, .*of_operands>
auto cross_entropy_of_three(data<4> a, data<4> b, data<> w) { return cross_entropy(a, b, w); }
// expect: shape_mismatch<.*max_function, .*expects<1, .*of_operands>.*gets<2, .*of_operands>
auto maximum_of_two(data<4, 4> a) { return max<1>(a, a); }
// expect: shape_mismatch<.*permute_function, .*expects<1, .*of_operands>.*gets<2, .*of_operands>
auto permutation_of_two(data<4, 5> a) { return permute<0, 2, 1>(a, a); }
// expect: shape_mismatch<.*max_pool1d_function, .*expects<1, .*of_operands>.*gets<2, .*of_operands>
auto pool_of_two(data<4, 5> a) { return max_pool1d<2>(a, a); }
// expect: shape_mismatch<.*last_states_function, .*expects<1, .*of_operands>.*gets<2, .*of_operands>
auto last_states_of_two(data<4, 6> a) { return last_states<2>(a, a); }
// expect: shape_mismatch<.*select_rows_function, .*expects<1, .*of_operands>.*gets<3, .*of_operands>
auto rows_of_three(data<4, 6> a) { return select_rows<0, 2>(a, a, a); }
// expect: shape_mismatch<.*linear_function, .*expects<2, .*to, 3, .*of_operands>.*gets<1, .*of_operands>
auto linear_of_one(data<4> a) { return vscg::linear(a); }
// expect: shape_mismatch<.*linear<4, 2.*expects<1, .*of_operands>.*gets<2, .*of_operands>
auto linear_of_two(data<4> a, data<4> b) { return nn::linear<4, 2>{}(a, b); }
// expect: shape_mismatch<.*gru<4, 2, 1, true>.*expects<1, .*to, 2, .*of_operands>.*gets<3, .*of_operands>
auto gru_of_three(data<10, 4> a, data<2, 2> b) { return nn::bidirectional_gru<4, 2>{}(a, b, b); }
// expect: shape_mismatch<.*dual_lstm<.*expects<2, .*of_operands>.*gets<1, .*of_operands>
auto encoder_of_one(data<10, 128> a) { return dual_lstm<>{}(a); }
// expect: shape_mismatch<.*event_head<.*expects<3, .*of_operands>.*gets<2, .*of_operands>
auto head_of_two(data<10, 256> a) { return event_head<>{}(a, a); }
