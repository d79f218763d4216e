// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/parameter.hpp>
#include <vscg/nets/vscg/vscg_net.hpp>

// The authors' state_dicts, array by array: published weights fit by name and shape.

namespace {

struct array_name {
  const char* name;
  std::vector<std::size_t> shape;
};

const std::vector<array_name> fully_arrays{
    {"fa.0.weight", {256, 128}},
    {"fa.1.weight", {128, 256}},
    {"fv.0.weight", {256, 512}},
    {"fv.1.weight", {128, 256}},
    {"linear_v.weight", {128, 512}},
    {"linear_v.bias", {128}},
    {"attention.affine_audio.weight", {512, 128}},
    {"attention.affine_audio.bias", {512}},
    {"attention.affine_video.weight", {512, 512}},
    {"attention.affine_video.bias", {512}},
    {"attention.affine_v.weight", {49, 512}},
    {"attention.affine_g.weight", {49, 512}},
    {"attention.affine_h.weight", {1, 49}},
    {"lstm_a_v.lstm_audio.weight_ih_l0", {512, 128}},
    {"lstm_a_v.lstm_audio.weight_hh_l0", {512, 128}},
    {"lstm_a_v.lstm_audio.bias_ih_l0", {512}},
    {"lstm_a_v.lstm_audio.bias_hh_l0", {512}},
    {"lstm_a_v.lstm_audio.weight_ih_l0_reverse", {512, 128}},
    {"lstm_a_v.lstm_audio.weight_hh_l0_reverse", {512, 128}},
    {"lstm_a_v.lstm_audio.bias_ih_l0_reverse", {512}},
    {"lstm_a_v.lstm_audio.bias_hh_l0_reverse", {512}},
    {"lstm_a_v.lstm_video.weight_ih_l0", {512, 128}},
    {"lstm_a_v.lstm_video.weight_hh_l0", {512, 128}},
    {"lstm_a_v.lstm_video.bias_ih_l0", {512}},
    {"lstm_a_v.lstm_video.bias_hh_l0", {512}},
    {"lstm_a_v.lstm_video.weight_ih_l0_reverse", {512, 128}},
    {"lstm_a_v.lstm_video.weight_hh_l0_reverse", {512, 128}},
    {"lstm_a_v.lstm_video.bias_ih_l0_reverse", {512}},
    {"lstm_a_v.lstm_video.bias_hh_l0_reverse", {512}},
    {"psp.v_L1.weight", {256, 256}},
    {"psp.v_L2.weight", {256, 256}},
    {"psp.v_fc.weight", {256, 256}},
    {"psp.a_L1.weight", {256, 256}},
    {"psp.a_L2.weight", {256, 256}},
    {"psp.a_fc.weight", {256, 256}},
    {"psp.layer_norm.weight", {256}},
    {"psp.layer_norm.bias", {256}},
    {"escm.conv1.0.weight", {128, 256, 5}},
    {"escm.conv1.0.bias", {128}},
    {"escm.conv2.0.weight", {128, 128, 5}},
    {"escm.conv2.0.bias", {128}},
    {"escm.a_gru.weight_ih_l0", {384, 256}},
    {"escm.a_gru.weight_hh_l0", {384, 128}},
    {"escm.a_gru.bias_ih_l0", {384}},
    {"escm.a_gru.bias_hh_l0", {384}},
    {"escm.a_gru.weight_ih_l0_reverse", {384, 256}},
    {"escm.a_gru.weight_hh_l0_reverse", {384, 128}},
    {"escm.a_gru.bias_ih_l0_reverse", {384}},
    {"escm.a_gru.bias_hh_l0_reverse", {384}},
    {"escm.v_gru.weight_ih_l0", {384, 256}},
    {"escm.v_gru.weight_hh_l0", {384, 128}},
    {"escm.v_gru.bias_ih_l0", {384}},
    {"escm.v_gru.bias_hh_l0", {384}},
    {"escm.v_gru.weight_ih_l0_reverse", {384, 256}},
    {"escm.v_gru.weight_hh_l0_reverse", {384, 128}},
    {"escm.v_gru.bias_ih_l0_reverse", {384}},
    {"escm.v_gru.bias_hh_l0_reverse", {384}},
    {"escm.layer_norm.weight", {256}},
    {"escm.layer_norm.bias", {256}},
    {"escm.L1.weight", {10, 9}},
    {"escm.v_fc.weight", {256, 256}},
    {"escm.a_fc.weight", {256, 256}},
    {"v_classify.L1.weight", {64, 256}},
    {"v_classify.L2.weight", {28, 64}},
    {"a_classify.L1.weight", {64, 256}},
    {"a_classify.L2.weight", {28, 64}},
    {"L1.weight", {64, 256}},
    {"L2.weight", {29, 64}},
    {"L3.weight", {1, 256}},
    {"L3.bias", {1}},
    {"L4.weight", {28, 256}},
    {"L4.bias", {28}},
    {"audio_gated.0.weight", {1, 256}},
    {"audio_gated.0.bias", {1}},
    {"video_gated.0.weight", {1, 256}},
    {"video_gated.0.bias", {1}},
};

const std::vector<array_name> weakly_arrays{
    {"linear_v.weight", {128, 512}},
    {"linear_v.bias", {128}},
    {"attention.affine_audio.weight", {512, 128}},
    {"attention.affine_audio.bias", {512}},
    {"attention.affine_video.weight", {512, 512}},
    {"attention.affine_video.bias", {512}},
    {"attention.affine_v.weight", {49, 512}},
    {"attention.affine_g.weight", {49, 512}},
    {"attention.affine_h.weight", {1, 49}},
    {"lstm_a_v.lstm_audio.weight_ih_l0", {512, 128}},
    {"lstm_a_v.lstm_audio.weight_hh_l0", {512, 128}},
    {"lstm_a_v.lstm_audio.bias_ih_l0", {512}},
    {"lstm_a_v.lstm_audio.bias_hh_l0", {512}},
    {"lstm_a_v.lstm_audio.weight_ih_l0_reverse", {512, 128}},
    {"lstm_a_v.lstm_audio.weight_hh_l0_reverse", {512, 128}},
    {"lstm_a_v.lstm_audio.bias_ih_l0_reverse", {512}},
    {"lstm_a_v.lstm_audio.bias_hh_l0_reverse", {512}},
    {"lstm_a_v.lstm_video.weight_ih_l0", {512, 128}},
    {"lstm_a_v.lstm_video.weight_hh_l0", {512, 128}},
    {"lstm_a_v.lstm_video.bias_ih_l0", {512}},
    {"lstm_a_v.lstm_video.bias_hh_l0", {512}},
    {"lstm_a_v.lstm_video.weight_ih_l0_reverse", {512, 128}},
    {"lstm_a_v.lstm_video.weight_hh_l0_reverse", {512, 128}},
    {"lstm_a_v.lstm_video.bias_ih_l0_reverse", {512}},
    {"lstm_a_v.lstm_video.bias_hh_l0_reverse", {512}},
    {"psp.v_L1.weight", {256, 256}},
    {"psp.v_L2.weight", {256, 256}},
    {"psp.a_L1.weight", {256, 256}},
    {"psp.a_L2.weight", {256, 256}},
    {"psp.v_fc.weight", {256, 256}},
    {"psp.a_fc.weight", {256, 256}},
    {"psp.layer_norm.weight", {256}},
    {"psp.layer_norm.bias", {256}},
    {"escm.conv1.0.weight", {128, 256, 5}},
    {"escm.conv1.0.bias", {128}},
    {"escm.conv2.0.weight", {128, 128, 5}},
    {"escm.conv2.0.bias", {128}},
    {"escm.a_gru.weight_ih_l0", {384, 256}},
    {"escm.a_gru.weight_hh_l0", {384, 128}},
    {"escm.a_gru.bias_ih_l0", {384}},
    {"escm.a_gru.bias_hh_l0", {384}},
    {"escm.a_gru.weight_ih_l0_reverse", {384, 256}},
    {"escm.a_gru.weight_hh_l0_reverse", {384, 128}},
    {"escm.a_gru.bias_ih_l0_reverse", {384}},
    {"escm.a_gru.bias_hh_l0_reverse", {384}},
    {"escm.v_gru.weight_ih_l0", {384, 256}},
    {"escm.v_gru.weight_hh_l0", {384, 128}},
    {"escm.v_gru.bias_ih_l0", {384}},
    {"escm.v_gru.bias_hh_l0", {384}},
    {"escm.v_gru.weight_ih_l0_reverse", {384, 256}},
    {"escm.v_gru.weight_hh_l0_reverse", {384, 128}},
    {"escm.v_gru.bias_ih_l0_reverse", {384}},
    {"escm.v_gru.bias_hh_l0_reverse", {384}},
    {"escm.layer_norm1.weight", {128}},
    {"escm.layer_norm1.bias", {128}},
    {"escm.layer_norm.weight", {256}},
    {"escm.layer_norm.bias", {256}},
    {"escm.L1.weight", {128, 128}},
    {"escm.L2.weight", {128, 128}},
    {"escm.v_fc.weight", {256, 256}},
    {"escm.a_fc.weight", {256, 256}},
    {"W1.weight", {1, 256}},
    {"W2.weight", {1, 64}},
    {"W3.weight", {1, 29}},
    {"L1.weight", {64, 256}},
    {"L2.weight", {29, 64}},
    {"L3.weight", {64, 128}},
};

template <class Network>
void has_arrays(const std::vector<array_name>& expected, std::size_t numbers) {
  Network net{};
  const auto table = vscg::bind_parameters(net);
  CHECK(table.entries.size() == expected.size());
  CHECK(table.count() == numbers);
  for (const auto& array : expected) {
    INFO(array.name);
    const auto* entry = table.find(array.name);
    REQUIRE(entry != nullptr);
    CHECK(entry->shape == array.shape);
  }
}

/// The bound within which an array starts, by its name: Xavier where the paper's program uses it, PyTorch's defaults
/// elsewhere.
double start_bound(const vscg::parameter_entry& entry) {
  const auto& name = entry.name;
  const auto has = [&](const char* part) { return name.find(part) != std::string::npos; };
  if (has("layer_norm")) return 0;
  if (has("lstm_") || has("_gru")) return 1 / std::sqrt(128.0);
  const bool weight = name.ends_with("weight");
  const bool head = name.starts_with("L") || has("_classify.L");
  const bool xavier = has("attention.") || has("psp.") || has("escm.L") || has("_fc.") || head;
  const auto extent = [&](std::size_t i) { return static_cast<double>(entry.shape[i]); };
  if (weight && xavier) return std::sqrt(6 / (extent(0) + extent(1)));
  if (weight) return 1 / std::sqrt(extent(1) * (entry.shape.size() == 3 ? extent(2) : 1));
  return -1;  // a bias: its fan is that of its weight
}

template <class Network>
void starts_as_the_paper_says() {
  Network net{};
  const auto table = vscg::bind_parameters(net);
  std::vector<double> buffer(table.buffer_elements);
  vscg::initialize(table, vscg::seed{1}, std::span<double>(buffer));
  for (const auto& entry : table.entries) {
    INFO(entry.name);
    double bound = start_bound(entry);
    if (bound < 0) {
      const auto* weight = table.find(entry.name.substr(0, entry.name.size() - 4) + "weight");
      REQUIRE(weight != nullptr);
      double fan = static_cast<double>(weight->shape[1]);
      if (weight->shape.size() == 3) fan *= static_cast<double>(weight->shape[2]);
      bound = 1 / std::sqrt(fan);
    }
    CHECK(entry.start.bound == doctest::Approx(bound));
    const double center = bound == 0 && entry.name.ends_with("weight") ? 1 : 0;
    double largest = 0;
    for (std::size_t i = 0; i < entry.elements; ++i) {
      largest = std::max(largest, std::abs(buffer[entry.offset + i] - center));
    }
    CHECK(largest <= bound);
    if (entry.elements > 40) CHECK(largest >= 0.8 * bound);
  }
}

}  // namespace

// An extractor says how wide its streams are.
static_assert(
    std::is_same_v<vscg::escm<vscg::shared_cere<64, 32>>,
                   vscg::escm<vscg::shared_cere<64, 32>, vscg::setting::fully, vscg::form::released, 64, 32>>);

TEST_CASE("vscg_net has the 76 arrays of the released network, in both forms") {
  has_arrays<vscg::vscg_net>(fully_arrays, 2629226);
  has_arrays<vscg::vscg_net_paper>(fully_arrays, 2629226);
}

TEST_CASE("vscg_net_weakly has the 67 arrays of the released network, in both forms") {
  has_arrays<vscg::vscg_net_weakly>(weakly_arrays, 2397006);
  has_arrays<vscg::vscg_net_weakly_paper>(weakly_arrays, 2397006);
}

TEST_CASE("every array starts within the bound that the paper's program gives it") {
  starts_as_the_paper_says<vscg::vscg_net>();
  starts_as_the_paper_says<vscg::vscg_net_weakly>();
}

TEST_CASE("networks that share a name start from the same numbers") {
  vscg::vscg_net fully{};
  vscg::vscg_net_weakly weakly{};
  const auto fully_table = vscg::bind_parameters(fully);
  const auto weakly_table = vscg::bind_parameters(weakly);
  std::vector<float> a(fully_table.buffer_elements);
  std::vector<float> b(weakly_table.buffer_elements);
  vscg::initialize(fully_table, vscg::seed{2}, std::span<float>(a));
  vscg::initialize(weakly_table, vscg::seed{2}, std::span<float>(b));
  std::size_t shared = 0;
  for (const auto& entry : fully_table.entries) {
    const auto* other = weakly_table.find(entry.name);
    if (other == nullptr || other->shape != entry.shape) continue;
    ++shared;
    INFO(entry.name);
    CHECK(std::equal(a.begin() + static_cast<std::ptrdiff_t>(entry.offset),
                     a.begin() + static_cast<std::ptrdiff_t>(entry.offset + entry.elements),
                     b.begin() + static_cast<std::ptrdiff_t>(other->offset)));
  }
  CHECK(shared == 59);
}
