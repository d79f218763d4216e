// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <vscg/core/config.hpp>
#include <vscg/core/random.hpp>
#include <vscg/data/synthesize_options.hpp>
#include <vscg/data/types.hpp>

namespace vscg::data {
inline namespace VSCG_INSTRUCTION_SET {

/// The numbers of one video, drawn one after the other from its own sub-stream: they depend only on (seed, name, lane).
class dice {
 public:
  dice(const random_stream& stream, std::uint64_t lane) : stream_(stream), lane_(lane) {}

  double uniform() { return stream_.uniform(drawn_++, lane_); }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  bool chance(double probability) { return uniform() < probability; }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(stream_.below(n, drawn_++, lane_)); }

  /// The sum of four uniform numbers: close enough to normal for a place in a picture, and the same with every libm.
  double bell(double deviation) {
    const double sum = uniform() + uniform() + uniform() + uniform();
    return deviation * (sum - 2.0) * 1.7320508075688772;
  }

 private:
  random_stream stream_;
  std::uint64_t lane_;
  std::uint64_t drawn_ = 0;
};

/// Which categories are alike. Categories are the 28 pairs (corner, side) of a graph of 7 corners and 14 sides, where
/// each corner is on four sides: the corner is what a category sounds like, the side what it looks like. Four
/// categories share a sound and two share a look, so neither sense alone identifies the category but both together do.
struct synthetic_likeness {
  static constexpr std::size_t sounds = 7, looks = 14;

  static constexpr std::size_t sound(std::size_t category) { return category % sounds; }

  static constexpr std::size_t look(std::size_t category) {
    const std::size_t corner = category % sounds;
    switch (category / sounds) {
      case 0:
        return corner;
      case 1:
        return (corner + sounds - 1) % sounds;
      case 2:
        return sounds + corner;
      default:
        return sounds + (corner + sounds - 2) % sounds;
    }
  }

  /// Whether something that looks like `object` fits something that sounds like `sounding`: true for `object ==
  /// sounding`, and if the two could be taken for an event of a third category.
  static constexpr bool fits(std::size_t object, std::size_t sounding) {
    const std::size_t side = look(object);
    const std::size_t one = side % sounds;
    const std::size_t other = (one + (side < sounds ? 1 : 2)) % sounds;
    return sound(sounding) == one || sound(sounding) == other;
  }
};

/// One thing in the picture, segment by segment: where it is (in regions, 0 … 6), whether it is visible, and whether it
/// moves the way sounding things do.
struct scene_object {
  std::size_t category = 0;
  std::array<float, segments> row{}, column{};
  std::array<bool, segments> visible{}, moving{};
};

/// A round part of the picture that looks like an object but is none; its place is in regions. Now and then it moves.
struct scene_patch {
  std::size_t look = 0;
  float row = 0, column = 0, radius = 0;
  std::array<bool, segments> moving{};
};

/// What happens in one video: the category that sounds in each segment, or `silence`, and the objects. `objects[0]` is
/// the event's, `objects[1]` may replace it while it is not seen; the others are always there, and so are the patches.
struct synthetic_scene {
  static constexpr std::size_t silence = categories;
  std::array<std::size_t, segments> sound{};
  std::vector<scene_object> objects;
  std::array<scene_patch, 2> patches;
};

namespace synthesis {

// Things have their places: each of the seven sounds comes from around one spot of the picture.
inline void place(scene_object& object, dice& draw) {
  static constexpr std::array<std::array<double, 2>, 7> spots{
      {{3.0, 3.0}, {0.8, 3.0}, {5.2, 3.0}, {1.6, 0.9}, {1.6, 5.1}, {4.4, 0.9}, {4.4, 5.1}}};
  const auto& spot = spots[synthetic_likeness::sound(object.category)];
  const double row = spot[0] + draw.bell(0.9), column = spot[1] + draw.bell(0.9);
  const double down = draw.uniform(-0.15, 0.15), right = draw.uniform(-0.15, 0.15);
  const auto inside = [](double value) { return static_cast<float>(value < 0.0 ? 0.0 : value > 6.0 ? 6.0 : value); };
  for (std::size_t t = 0; t < segments; ++t) {
    object.row[t] = inside(row + down * static_cast<double>(t));
    object.column[t] = inside(column + right * static_cast<double>(t));
  }
}

}  // namespace synthesis

/// Draws the scene of a video whose event of `category` is in the segments `start <= t < end` (none if they are equal).
/// During the event, the category is both heard and seen. In each run of background before and after it, one of the two
/// goes on without the other, or neither does. The missing one is replaced by nothing or by something that does not
/// fit: no object in the picture ever fits the sound outside the event.
inline synthetic_scene draw_scene(std::size_t category, std::size_t start, std::size_t end,
                                  const synthetic_difficulty& difficulty, dice draw) {
  using likeness = synthetic_likeness;
  const auto another = [&](auto&& usable) {
    std::size_t drawn = draw.below(categories);
    while (!usable(drawn)) drawn = (drawn + 1) % categories;
    return drawn;
  };
  // The replacement sound fits the event's object as little as it fits anything else in the picture.
  const std::size_t other_sound = another([&](std::size_t s) { return !likeness::fits(category, s); });
  const auto silent = [&](std::size_t o) { return !likeness::fits(o, category) && !likeness::fits(o, other_sound); };

  synthetic_scene scene;
  scene.objects.resize(2 + difficulty.distractors);
  for (std::size_t i = 0; i < scene.objects.size(); ++i) {
    scene_object& object = scene.objects[i];
    object.category = i == 0 ? category : another(silent);
    synthesis::place(object, draw);
    object.visible.fill(i > 1);
    object.moving.fill(i < 2 || draw.chance(difficulty.moving));
  }
  struct run_kind {
    double missing;
    bool stand_in, other_sound;
  };
  const auto draw_kind = [&] {
    const double missing = draw.uniform();
    const bool stand_in = draw.chance(difficulty.mismatch);
    return run_kind{missing, stand_in, draw.chance(difficulty.mismatch)};
  };
  const run_kind before = draw_kind(), after = draw_kind();
  for (std::size_t t = 0; t < segments; ++t) {
    const bool event = start <= t && t < end;
    const run_kind& kind = t < start ? before : after;
    const bool heard = event || kind.missing < difficulty.sound_only;
    const bool seen = event || (!heard && kind.missing < difficulty.sound_only + difficulty.sight_only);
    scene.sound[t] = heard ? category : kind.other_sound ? other_sound : synthetic_scene::silence;
    scene.objects[0].visible[t] = seen;
    scene.objects[1].visible[t] = !seen && kind.stand_in;
  }
  for (scene_patch& patch : scene.patches) {
    patch.look = draw.below(likeness::looks);
    patch.row = static_cast<float>(draw.uniform(0.0, 6.0));
    patch.column = static_cast<float>(draw.uniform(0.0, 6.0));
    patch.radius = static_cast<float>(draw.uniform(1.5, 2.5));
    for (bool& moving : patch.moving) moving = draw.chance(difficulty.moving);
  }
  return scene;
}

}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg::data

#include <vscg/core/end.hpp>
