// SPDX-License-Identifier: MIT
#include <array>
#include <cstddef>
#include <set>
#include <utility>

#include <doctest/doctest.h>

#include <vscg/data/synthesize_annotations.hpp>
#include <vscg/data/synthesize_scene.hpp>
#include <vscg/data/synthesize_world.hpp>

#include "data/hdf5_fixture.hpp"
#include "support/error_of.hpp"

using namespace vscg;
using namespace vscg::data;

TEST_CASE("a sound or a look alone does not tell the category, but both together do") {
  using likeness = synthetic_likeness;
  std::array<int, likeness::sounds> by_ear{};
  std::array<int, likeness::looks> by_eye{};
  std::set<std::pair<std::size_t, std::size_t>> both;
  for (std::size_t c = 0; c < categories; ++c) {
    ++by_ear[likeness::sound(c)];
    ++by_eye[likeness::look(c)];
    both.insert({likeness::sound(c), likeness::look(c)});
    for (std::size_t s = 0; s < categories; ++s) {
      bool third = false;
      for (std::size_t k = 0; k < categories; ++k) {
        third = third || (likeness::look(k) == likeness::look(c) && likeness::sound(k) == likeness::sound(s));
      }
      CHECK(likeness::fits(c, s) == third);
    }
  }
  for (const int n : by_ear) CHECK(n == 4);
  for (const int n : by_eye) CHECK(n == 2);
  CHECK(both.size() == 28);
}

TEST_CASE("the category is heard and seen in the event, never both outside it, and nothing else fits the sound") {
  const synthetic_world world(seed{1});
  double sound_only = 0, sight_only = 0, silent = 0, stand_ins = 0, all = 0;
  std::array<double, 2> starts{};
  for (std::size_t row = 0; row < 2000; ++row) {
    const synthetic_event event = generate_event(seed{1}, row);
    REQUIRE(event.end - event.start >= 2);
    REQUIRE(event.end <= 10);
    ++starts[event.start > 0 ? 1 : 0];
    const synthetic_scene scene = world.scene(row, event.category, event.start, event.end);
    for (std::size_t t = 0; t < 10; ++t) {
      bool fits = false;
      for (const scene_object& object : scene.objects) {
        CHECK_UNARY(object.row[t] >= 0.0F);
        CHECK_UNARY(object.row[t] <= 6.0F);
        CHECK_UNARY(object.column[t] >= 0.0F);
        CHECK_UNARY(object.column[t] <= 6.0F);
        if (!object.visible[t]) continue;
        fits = fits || (scene.sound[t] != synthetic_scene::silence &&
                        synthetic_likeness::fits(object.category, scene.sound[t]));
      }
      const bool in_event = event.start <= t && t < event.end;
      CHECK_UNARY(fits == in_event);
      if (scene.sound[t] == synthetic_scene::silence) ++silent;
      if (scene.objects[1].visible[t]) ++stand_ins;
      if (in_event) {
        CHECK_UNARY(scene.sound[t] == event.category);
        CHECK_UNARY(scene.objects[0].visible[t]);
      } else {
        ++all;
        if (scene.sound[t] == event.category) ++sound_only;
        if (scene.objects[0].visible[t]) ++sight_only;
      }
    }
  }
  CHECK(starts[0] > 200);
  CHECK(starts[1] > 200);
  CHECK(sound_only / all == doctest::Approx(0.45).epsilon(0.08));
  CHECK(sight_only / all == doctest::Approx(0.45).epsilon(0.08));
  CHECK(silent / all == doctest::Approx(0.55 * 0.6).epsilon(0.1));
  CHECK(stand_ins / all == doctest::Approx(0.55 * 0.4).epsilon(0.1));
}

TEST_CASE("a video without an event, and events that do not exist") {
  const synthetic_world world(seed{1});
  for (std::size_t number = 0; number < 50; ++number) {
    const synthetic_scene scene = world.scene(number, 5, 4, 4);
    for (std::size_t t = 0; t < 10; ++t) {
      for (const scene_object& object : scene.objects) {
        CHECK_FALSE((object.visible[t] && scene.sound[t] != synthetic_scene::silence &&
                     synthetic_likeness::fits(object.category, scene.sound[t])));
      }
    }
  }
  check_mentions(error_of([&] { (void)world.scene(0, 28, 0, 1); }), {"synthetic event", "category 28"});
  check_mentions(error_of([&] { (void)world.scene(0, 1, 3, 2); }), {"synthetic event", "3 to 2"});
  check_mentions(error_of([&] { (void)world.scene(0, 1, 3, 11); }), {"synthetic event", "3 to 11"});
}
