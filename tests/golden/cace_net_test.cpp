// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <vscg/model/trainer_snapshot.hpp>
#include <vscg/nets/hosts/cace_net.hpp>
#include <vscg/nets/hosts/relevance_category_loss.hpp>
#include <vscg/nets/hosts/segment_contrast_loss.hpp>
#include <vscg/nets/hosts/with.hpp>
#include <vscg/testing/trace_trial.hpp>
#include <vscg/testing/trial.hpp>

#include "golden_case.hpp"
#include "nets/network_contract.hpp"

using namespace vscg;

namespace {

/// The network with the files' noise, which is an input.
struct with_given_noise {
  cace_net<> net;
  VSCG_NAMED_MEMBERS((net, ""))
  using inputs = input_shapes<shape<dyn, 10, 128>, shape<dyn, 10, 7, 7, 512>, shape<dyn, 10, 256>>;
  auto operator()(auto audio, auto visual, auto noise) const { return net(audio, visual, noise); }
};

/// The first video has 4 segments with an event, the second none.
const std::vector<std::uint8_t>& two_videos() {
  static const std::vector<std::uint8_t> classes = [] {
    std::vector<std::uint8_t> all(20, 28);
    std::fill_n(all.begin() + 3, 4, std::uint8_t{5});
    return all;
  }();
  return classes;
}

/// A trainer of `Network` with `Loss` on a batch of those two videos, one at a time.
template <class Network, class Loss>
struct small_run {
  using model_type = model<Network, double, cpu>;
  model_type net{seed{1}};
  trainer<model_type, adam, Loss> t{net, adam{7e-4}, Loss{}, threads{2}, {.batch = 2, .micro_batch = 1}};

  auto step() {
    const auto audio = golden::features<double>("audio", 1.5, 2 * 10 * 128, 1);
    const auto visual = golden::features<double>("visual", 2, 2 * 10 * 49 * 512, 1);
    std::array<std::vector<double>, Loss::targets::count> targets;
    Loss::fill(train::labels<double>{2, 10, 28, two_videos(), {}}, targets);
    return std::apply([&](const auto&... target) { return t.step(audio, visual, target...); }, targets);
  }
  std::size_t reached() const { return t.count_reached(); }
};

/// What is compared of segments, as a network's outputs.
template <class Query, class Key>
struct compared {
  Query contrast_query;
  Key contrast_key;
};

/// The loss as a function of its outputs and targets.
struct contrast_of {
  auto operator()(auto query, auto key, auto positives, auto others) const {
    return segment_contrast_loss<>{}(compared<decltype(query), decltype(key)>{query, key}, positives, others);
  }
};

/// The loss of both videos after its formula. `vectors`: for each video 20 of 3 numbers.
double contrast_by_hand(const std::vector<double>& vectors) {
  double total = 0;
  for (std::size_t video = 0; video < 2; ++video) {
    const auto event = [&](std::size_t i) { return two_videos()[video * 10 + i % 10] < 28; };
    for (std::size_t i = 0; i < 20; ++i) {
      double others = 0;
      double positives = 0;
      double count = 0;
      for (std::size_t j = 0; j < 20; ++j) {
        if (j == i) continue;
        double product = 0;
        for (std::size_t c = 0; c < 3; ++c)
          product += vectors[video * 60 + i * 3 + c] * vectors[video * 60 + j * 3 + c];
        others += std::exp(product / 0.01);
        if (!(event(i) && event(j)) && (event(i) || j % 10 != i % 10)) continue;
        positives += std::exp(product / 0.01);
        ++count;
      }
      total += (std::log(others) - std::log(positives) + std::log(count)) / 40;
    }
  }
  return total;
}

/// Both streams that come out of a small guidance.
template <class Field>
struct guided_outputs {
  template <int... E>
  using field = typename Field::template type<shape<E...>>;
  field<dyn, 3, 8> audio;
  field<dyn, 3, 16> visual;
  field<dyn, 3, 4> map;
  VSCG_MEMBERS(audio, visual, map)
  template <class F>
  using rebind = guided_outputs<F>;
};

template <guide Guide>
struct small_guidance {
  co_guidance<Guide, 8, 16> layer;
  VSCG_NAMED_MEMBERS((layer, ""))
  using inputs = input_shapes<shape<dyn, 3, 8>, shape<dyn, 3, 4, 16>>;
  template <Var Audio>
  auto operator()(const Audio& audio, auto regions) const {
    const auto [both, map] = layer(audio, regions);
    return guided_outputs<var_field<typename Audio::tag>>{both.audio, both.visual, map};
  }
};

const std::vector<double> small_audio = golden::features<double>("audio", 1, 2 * 3 * 8, 1);
const std::vector<double> small_regions = golden::features<double>("visual", 1, 2 * 3 * 4 * 16, 1);

/// What it gives; with both guides its second attention among regions has the weights of the first.
template <guide Guide>
auto guided() {
  model<small_guidance<Guide>, double, cpu> net{seed{1}};
  for (const std::string part : {"query", "key", "value"}) {
    for (const std::string array : {".weight", ".bias"}) {
      if (Guide == guide::both)
        net.weights().set("video_" + part + "2" + array, net.weights().get("video_" + part + array));
    }
  }
  return net.infer(small_audio, small_regions);
}

}  // namespace

TEST_CASE("cace_fully") {
  golden::check_with_parameters<with_given_noise, contrasted_relevance_loss<>, double, cpu>("cace_fully",
                                                                                            {13118681, 9283417});
}
TEST_CASE("cace_fully_before_contrast") {
  golden::check_with_parameters<cace_net<contrast::off>, gated_relevance_loss<>, double, cpu>(
      "cace_fully_before_contrast", {13118681, 9217625});
}

TEST_CASE("cace_fully float") {
  golden::check_all<with_given_noise, contrasted_relevance_loss<>, float, cpu>("cace_fully");
}
TEST_CASE("cace_fully_before_contrast float") {
  golden::check_all<cace_net<contrast::off>, gated_relevance_loss<>, float, cpu>("cace_fully_before_contrast");
}

TEST_CASE("CACE-Net keeps its bits, with and without the contrast") {
  network_contract::keeps_its_bits<cace_net<>, contrasted_relevance_loss<>, double, cpu>();
  network_contract::keeps_its_bits<cace_net<contrast::off>, gated_relevance_loss<>, float, cpu>();
}

TEST_CASE("CACE-Net's training goes on with the contrast from where it was without") {
  const auto before = [] {
    small_run<cace_net<contrast::off>, gated_relevance_loss<>> run;
    CHECK(run.t.table().count() == 13118681);
    CHECK(run.reached() == 9217625);
    run.step();
    return std::pair{snapshot(run.t), run.t.table().entries};
  }();
  small_run<cace_net<>, contrasted_relevance_loss<>> run;
  CHECK(run.t.table().count() == 13118681);
  CHECK(run.reached() == 9283417);
  const auto& entries = run.t.table().entries;
  REQUIRE(entries.size() == before.second.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    INFO(entries[i].name);
    CHECK(entries[i].name == before.second[i].name);
    CHECK(entries[i].id == before.second[i].id);
    CHECK(entries[i].offset == before.second[i].offset);
    CHECK(entries[i].shape == before.second[i].shape);
  }
  restore(run.t, before.first);
  CHECK(run.t.numbers() == before.first.numbers);
  CHECK(run.t.state().moments(1) == before.first.moments[0]);
  CHECK(run.t.state().moments(2) == before.first.moments[1]);
  const auto report = run.step();
  CHECK(std::isfinite(report.total));
  CHECK(report.terms[4] > 0);
  CHECK(std::ranges::count(run.t.steps_traced().nodes(), "gaussian_noise", &node::kind) == 1);
  CHECK(run.t.steps() == 2);
  const std::size_t encoder = run.t.table().find("localize_module.encoder_q.0.weight")->offset;
  CHECK(before.first.moments[1][encoder] == 0);
  CHECK(run.t.state().moments(2)[encoder] > 0);
}

TEST_CASE_TEMPLATE("the contrast of segments follows its formula, for videos with and without events", T, float,
                   double) {
  using inputs = joined_shapes<input_shapes<shape<dyn, 10, 3>, shape<dyn, 10, 3>>, segment_contrast_loss<>::targets>;
  testing::trial<T, cpu> t(testing::trace_trial<inputs, T, cpu, 0b11>(contrast_of{}), threads{1}, 2);
  const golden::generator g("vectors", 1);
  std::vector<double> vectors(2 * 20 * 3);
  for (std::size_t i = 0; i < vectors.size(); i += 3) {
    double length = 0;
    for (std::size_t c = i; c < i + 3; ++c) length += g.centered(c) * g.centered(c);
    for (std::size_t c = i; c < i + 3; ++c) vectors[c] = g.centered(c) / std::sqrt(length);
  }
  std::array<std::vector<T>, 2> compared;
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    vectors[i] = static_cast<double>(static_cast<float>(vectors[i]));
    compared[i / 30 % 2].push_back(static_cast<T>(vectors[i]));
  }
  std::array<std::vector<T>, 2> targets;
  segment_contrast_loss<>::fill(train::labels<T>{2, 10, 28, two_videos(), {}}, targets);
  for (std::size_t k = 0; k < 2; ++k) {
    t.set(k, std::span<const T>(compared[k]));
    t.set(2 + k, std::span<const T>(targets[k]));
  }
  t.forward();
  const double expected = contrast_by_hand(vectors);
  CHECK(static_cast<double>(t.result()[0]) == doctest::Approx(expected).epsilon(sizeof(T) == 8 ? 1e-12 : 1e-5));
}

TEST_CASE("each stream is guided only if the other guides it") {
  const auto both = guided<guide::both>();
  const auto by_audio = guided<guide::audio>();
  const auto by_visual = guided<guide::visual>();
  const auto none = guided<guide::none>();
  CHECK(both.audio.numbers != small_audio);
  CHECK(by_audio.audio.numbers == small_audio);
  CHECK(by_visual.audio.numbers == both.audio.numbers);
  CHECK(none.audio.numbers == small_audio);
  CHECK(by_audio.visual.numbers == both.visual.numbers);
  CHECK(by_visual.visual.numbers == none.visual.numbers);
  for (std::size_t i = 0; i < none.visual.numbers.size(); ++i) {
    double mean = 0;
    for (std::size_t p = 0; p < 4; ++p) mean += small_regions[(i / 16 * 4 + p) * 16 + i % 16] / 4;
    CHECK(none.visual.numbers[i] == doctest::Approx(mean));
  }
  CHECK(none.map.numbers == std::vector<double>(24, 0.25));
  CHECK(by_visual.map.numbers == none.map.numbers);
}

TEST_CASE("CACE-Net drops and disturbs as much as the released network") {
  cace_net<> net{};
  const auto table = bind_parameters(net);
  std::size_t larger = 0;
  for (const auto& setting : table.settings) {
    const std::string& name = setting.name;
    INFO(name);
    if (name == "noise.deviation") CHECK(setting.number == 0.1);
    const bool unused = name.find("decoder") != std::string::npos && name.find("self_attn") != std::string::npos;
    if (!name.ends_with(".rate") || unused) continue;
    const bool more = name == "dropout.rate" || name == "spatial_channel_att.dropout.rate" ||
                      name.ends_with("Inter.video_multihead.dropout.rate");
    CHECK(setting.number == (more ? 0.2 : 0.1));
    larger += more ? 1 : 0;
  }
  CHECK(larger == 4);
}

TEST_CASE("CACE-Net takes ESCM, and without guidance it has no arrays for it") {
  with_escm<cace_net<>> with{};
  std::size_t of_escm = 0;
  for (const auto& entry : bind_parameters(with).entries) of_escm += entry.name.starts_with("escm.") ? 1 : 0;
  CHECK(of_escm > 0);
  cace_net<contrast::on, guide::none> alone{};
  const auto table = bind_parameters(alone);
  CHECK(std::none_of(table.entries.begin(), table.entries.end(),
                     [](const auto& entry) { return entry.name.starts_with("spatial_channel_att"); }));
}
