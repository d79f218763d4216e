// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/io/checkpoint.hpp>
#include <vscg/train/checkpoint.hpp>
#include <vscg/train/run_folder.hpp>
#include <vscg/train/run_types.hpp>

namespace vscg::train {

/// Trains the epochs up to `last` with one network and loss, and the others with a second one of the same arrays, as
/// one run with one folder: CACE-Net, whose contrast begins in its 26th epoch. `make_first` and `make_second` return
/// pointers to a `run`; only one run exists at a time. The second goes on from the checkpoint that the first one left,
/// also without an interruption, so the bits are the same with one. An array that only the second loss reaches begins
/// there.
///
/// The best weights are of the network that was measured with them, and their file names it.
template <class Settings, class MakeFirst, class MakeSecond>
run_outcome run_in_phases(const run_folder& folder, const run_callbacks& callbacks, std::size_t last,
                          const MakeFirst& make_first, const MakeSecond& make_second) {
  const auto second_has_begun = [&] {
    if (!folder.begun()) return false;
    const auto position = description_of<Settings>(io::open_checkpoint(folder.checkpoint())).position;
    return position.epochs() > last || (position.epochs() == last && position.batches > 0);
  };
  // The first one also writes its files again, in case it was killed before it had.
  if (!second_has_begun()) {
    const auto first = make_first();
    const run_end end = (*first)(folder, callbacks, {.first = 1, .last = last});
    if (end == run_end::interrupted || first->description().settings.epochs <= last) return {end, first->history()};
  }
  const auto second = make_second();
  const run_end end = (*second)(folder, callbacks, {.first = last + 1});
  return {end, second->history()};
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
