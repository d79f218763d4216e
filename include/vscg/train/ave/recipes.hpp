// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <string_view>

#include <vscg/core/config.hpp>
#include <vscg/nets/vscg/setting.hpp>

// How the authors of each network trained it.

namespace vscg::train {

/// In which order the batches of an epoch take the videos.
enum class batch_order : unsigned char {
  shuffled,        ///< anew in each epoch
  first_shuffled,  ///< only the first batch is drawn from all; the others are the rows as they are
  as_they_are,     ///< the rows as they are
};

/// After which epochs a released program measures what.
enum class measuring : unsigned char {
  fifths,             ///< both splits after 6, 11, 16 …
  fifths_then_tests,  ///< validation after 6, 11, 16 …, test after each from 52
  validation_fifths,  ///< both after 5, 10, 15 …
  both,               ///< both after each
  tests,              ///< test after each; the validation split is never read
};

/// The published training of a network.
struct recipe {
  std::string_view network;  ///< its name in these programs begins like this
  setting supervision;
  std::size_t epochs;
  std::size_t batch;
  double learning_rate;
  double decay;  ///< of the rate, after each of these epochs; 0: none
  std::array<std::size_t, 3> decay_after;
  double clip_grad_norm;  ///< 0: gradients are not clipped
  bool keeps_last_batch;  ///< if it is incomplete
  bool noisy_videos;      ///< trains also with the noisy background videos
  double threshold;       ///< of relevance; without meaning for networks that score segments
  batch_order released_order;
  measuring released_measuring;
  bool in_double = false;  ///< trains in double; false, too, where these programs have only float
};

namespace recipe_detail {

/// The same training of another network.
constexpr recipe of(std::string_view network, recipe published) {
  published.network = network;
  return published;
}

inline constexpr auto fully = setting::fully;
inline constexpr auto weakly = setting::weakly;
inline constexpr auto shuffled = batch_order::shuffled;

/// AVEL divides the rate by ten every 15,000 steps, which are 288 epochs fully supervised, and more than there are
/// weakly.
inline constexpr recipe avel_fully{"avel_fully",
                                   fully,
                                   300,
                                   64,
                                   1e-3,
                                   0.1,
                                   {288},
                                   0,
                                   false,
                                   false,
                                   0.5,
                                   batch_order::as_they_are,
                                   measuring::validation_fifths};
inline constexpr recipe avel_weakly{"avel_weakly",
                                    weakly,
                                    250,
                                    64,
                                    1e-3,
                                    0.1,
                                    {},
                                    0,
                                    false,
                                    true,
                                    0.5,
                                    batch_order::as_they_are,
                                    measuring::validation_fifths};
inline constexpr recipe cmran_fully{
    "cmran_fully", fully, 200, 32, 5e-4, 0.5, {10, 20, 30}, 0.1, true, false, 0.5, shuffled, measuring::tests};
inline constexpr recipe cmran_weakly{
    "cmran_weakly", weakly, 200, 32, 5e-4, 0.5, {5, 20, 40}, 0.5, true, true, 0.5, shuffled, measuring::tests};

}  // namespace recipe_detail

inline constexpr std::array recipes = [] {
  using namespace recipe_detail;
  return std::array{
      recipe{
          "vscg_fully", fully, 300, 128, 1e-3, 0.8, {60, 120, 240}, 0, false, false, 0.7, shuffled, measuring::fifths},
      recipe{"vscg_weakly",
             weakly,
             300,
             128,
             1e-3,
             0.8,
             {80, 180, 240},
             0,
             false,
             true,
             0.7,
             batch_order::first_shuffled,
             measuring::fifths_then_tests},
      recipe{"psp_fully", fully, 300, 128, 1e-3, 0.8, {60, 120}, 0, false, false, 0.7, shuffled, measuring::fifths},
      recipe{"psp_weakly",
             weakly,
             300,
             128,
             1e-3,
             0.8,
             {80, 160},
             0,
             false,
             true,
             0.7,
             batch_order::first_shuffled,
             measuring::fifths_then_tests},
      avel_fully,
      avel_weakly,
      of("dmrn_fully", avel_fully),
      recipe{"avsdn_fully", fully, 45, 64, 1e-3, 0.5, {10, 20, 30}, 0.1, true, false, 0.5, shuffled, measuring::both},
      recipe{"avsdn_weakly", weakly, 45, 64, 1e-3, 0.5, {5, 20, 40}, 0.1, true, false, 0.5, shuffled, measuring::both},
      cmran_fully,
      cmran_weakly,
      of("dmin_fully", cmran_fully),
      of("dmin_weakly", cmran_weakly),
      recipe{"cmbs_fully",
             fully,
             200,
             64,
             7e-4,
             0.5,
             {10, 20, 30},
             0.5,
             true,
             false,
             0.5,
             shuffled,
             measuring::tests,
             true},
      recipe{"cmbs_weakly",
             weakly,
             200,
             64,
             6e-4,
             0.5,
             {10, 20, 40},
             0.5,
             true,
             true,
             0.5,
             shuffled,
             measuring::tests,
             true},
      // Chosen here: nobody knows how these were trained.
      of("dam_reconstruction_fully", cmran_fully),
      of("avin_reconstruction_fully", avel_fully),
      of("avin_reconstruction_weakly", avel_weakly),
      of("cman_reconstruction_fully", avel_fully),
      of("cman_reconstruction_weakly", avel_weakly),
      recipe{"cace_fully", fully, 200, 64, 7e-4, 0.5, {10, 20, 30}, 0.5, true, false, 0.5, shuffled, measuring::tests},
  };
}();

/// The recipe of a network whose name begins like one of these; VSCG's for any other.
constexpr const recipe& recipe_of(std::string_view network, setting supervision) {
  for (const recipe& one : recipes) {
    if (one.supervision == supervision && network.starts_with(one.network)) return one;
  }
  return recipes[supervision == setting::fully ? 0 : 1];
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
