// SPDX-License-Identifier: MIT
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/parameter.hpp>
#include <vscg/nets/hosts/cmran.hpp>

using namespace vscg;

TEST_CASE("the layers of an encoder and of a decoder start as copies of one, each in its own stream") {
  cmran<> net;
  const auto table = bind_parameters(net);
  std::vector<float> numbers(table.buffer_elements);
  initialize(table, seed{4}, std::span<float>(numbers));
  const auto starts = [&](const std::string& name) {
    const parameter_entry* const entry = table.find(name);
    REQUIRE_MESSAGE(entry != nullptr, name);
    const auto first = numbers.begin() + static_cast<std::ptrdiff_t>(entry->offset);
    return std::vector<float>(first, first + static_cast<std::ptrdiff_t>(entry->elements));
  };
  for (const std::string array : {"self_attn.in_proj_weight", "self_attn.out_proj.weight", "linear1.weight",
                                  "linear1.bias", "linear2.weight", "linear2.bias"}) {
    INFO(array);
    for (const std::string stream : {"video", "audio"}) {
      const auto first = starts(stream + "_encoder.encoder.layers.0." + array);
      CHECK(first == starts(stream + "_encoder.encoder.layers.1." + array));
      CHECK(first == starts(stream + "_encoder.encoder_layer." + array));
      const auto of_decoder = starts(stream + "_decoder.decoder.layers.0." + array);
      CHECK(of_decoder == starts(stream + "_decoder.decoder_layer." + array));
      CHECK(of_decoder != first);
    }
    CHECK(starts("video_encoder.encoder_layer." + array) != starts("audio_encoder.encoder_layer." + array));
  }
  CHECK(starts("video_decoder.decoder.layers.0.multihead_attn.in_proj_weight") ==
        starts("video_decoder.decoder_layer.multihead_attn.in_proj_weight"));
  CHECK(starts("video_decoder.decoder.layers.0.multihead_attn.in_proj_weight") !=
        starts("video_decoder.decoder.layers.0.self_attn.in_proj_weight"));
}
