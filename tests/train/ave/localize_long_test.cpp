// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/train/ave/localize_long.hpp>
#include <vscg/vscg.hpp>

#include "support/error_of.hpp"

using namespace vscg;

namespace {

template <class Field>
struct small_outputs {
  typename Field::template type<shape<dyn, 4, 3>> segment_scores;
  VSCG_MEMBERS(segment_scores)
  template <class F>
  using rebind = small_outputs<F>;
};

/// Two categories, windows of four seconds; what it says about a second depends on the seconds before.
struct small_network {
  nn::lstm<5, 6> memory;
  nn::linear<6, 3> head;
  VSCG_MEMBERS(memory, head)
  using inputs = input_shapes<shape<dyn, 4, 2>, shape<dyn, 4, 1, 3>>;

  auto operator()(auto audio, auto visual) const {
    const auto both = cat<2>(audio, view<shape<dyn, 4, 3>>(visual));
    return small_outputs<var_field<typename decltype(audio)::tag>>{head(memory(both))};
  }
};

std::vector<float> some_numbers(std::size_t count, std::size_t salt) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>((i * 37 + salt) % 23) / 5 - 2;
  return values;
}

using bytes = std::vector<std::uint8_t>;

}  // namespace

TEST_CASE("a long video is what its windows say one by one, whatever group they come in") {
  const model<small_network, float, cpu> net(seed{5});
  const std::size_t seconds = 11;
  const auto audio = some_numbers(seconds * 2, 1), visual = some_numbers(seconds * 3, 7);
  for (const std::size_t overlap : {0U, 1U, 3U}) {
    const auto starts = train::window_starts(seconds, 4, overlap);
    train::window_votes votes(seconds, 2);
    for (const std::size_t start : starts) {
      session<small_network, float, cpu> one(net.weights());
      const auto out = one.infer(std::span(audio).subspan(start * 2, 8), std::span(visual).subspan(start * 3, 12));
      votes.add(start, train::predict(out).classes, train::class_scores(out));
    }
    for (const std::size_t group : {1U, 2U, 16U}) {
      session<small_network, float, cpu> s(net.weights(), threads{2}, batch_capacity{group});
      const auto found = train::localize_long(s, audio, visual, {.overlap = overlap});
      CHECK(found.windows == starts.size());
      CHECK(found.classes == votes.classes());
      CHECK(found.scores == votes.scores());  // the same bits
    }
  }
}

TEST_CASE("a video of the network's length is what the network says, a shorter one is filled with its last second") {
  const model<small_network, float, cpu> net(seed{5});
  session<small_network, float, cpu> s(net.weights());
  auto audio = some_numbers(8, 1), visual = some_numbers(12, 7);
  const auto whole = train::localize_long(s, audio, visual);
  const auto out = s.infer(audio, visual);
  CHECK(whole.windows == 1);
  CHECK(whole.classes == train::predict(out).classes);
  CHECK(whole.scores == train::class_scores(out));

  const std::span<const float> two_seconds = std::span(audio).first(4), two_pictures = std::span(visual).first(6);
  const auto brief = train::localize_long(s, two_seconds, two_pictures);
  for (std::size_t t = 2; t < 4; ++t) {
    for (std::size_t i = 0; i < 2; ++i) audio[2 * t + i] = audio[2 + i];
    for (std::size_t i = 0; i < 3; ++i) visual[3 * t + i] = visual[3 + i];
  }
  const auto filled = s.infer(audio, visual);
  const auto classes = train::predict(filled).classes;
  CHECK(brief.classes == bytes(classes.begin(), classes.begin() + 2));
  const auto scores = train::class_scores(filled);
  CHECK(brief.scores == std::vector<float>(scores.begin(), scores.begin() + 6));
}

TEST_CASE("arrays that are no seconds of the network's and overlaps that are no overlaps are refused") {
  const model<small_network, float, cpu> net(seed{5});
  session<small_network, float, cpu> s(net.weights());
  const std::vector<float> ten(20), odd(21), nine(27), wide(31);
  CHECK(error_of([&] { train::localize_long(s, odd, wide); }) ==
        "audio: expected numbers of whole seconds, [2] each, found 21");
  CHECK(error_of([&] { train::localize_long(s, ten, wide); }) ==
        "visual: expected numbers of whole seconds, [1, 3] each, found 31");
  CHECK(error_of([&] { train::localize_long(s, ten, nine); }) == "visual: expected 10 seconds as in audio, found 9");
  CHECK(error_of([&] { train::localize_long(s, {}, {}); }) == "video: expected at least one second, found none");
  CHECK(error_of([&] { train::localize_long(s, ten, std::vector<float>(30), {.overlap = 4}); }) ==
        "overlap of windows: expected less than their 4 seconds, found 4");
}
