// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/config.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/random.hpp>
#include <vscg/core/step_data.hpp>
#include <vscg/core/var.hpp>

// What dropout and noise share: where their random numbers come from.

namespace vscg {

namespace kernels {

/// The random words of one item, four for each counter.
struct item_words {
  std::uint64_t key;
  std::uint32_t place;
  std::uint32_t step;
  std::uint32_t use;
  template <class Word>
  VSCG_HD four<Word> operator()(Word counter) const {
    return philox_words<Word>({{counter, Word(place), Word(step), Word(use)}}, key);
  }
};

/// The random words of one use of a layer. They depend only on (seed, path of the layer, step, number of the layer's
/// use, place of the item in the batch, counter), so they are never stored, and are the same in any micro-batch.
struct random_words {
  const step_data* data;
  std::uint64_t path;
  std::uint32_t use;
  std::uint32_t first_item;

  VSCG_HD item_words of(std::size_t item) const {
    return {(data->seed * 0x9E3779B97F4A7C15ULL) ^ path, first_item + static_cast<std::uint32_t>(item),
            static_cast<std::uint32_t>(data->step), use};
  }
};

}  // namespace kernels

/// One use of a layer that draws random numbers.
struct random_use {
  std::uint64_t path = 0;
  std::uint32_t number = 0;
};

/// The random words of `use` for the items of a run.
inline kernels::random_words words_of(const random_use& use, const run_state& state) {
  return {state.data, use.path, use.number, static_cast<std::uint32_t>(state.first_item)};
}

/// Whether a trace draws random numbers: not in inference, nor in a training without dropout.
template <Var X>
bool draws([[maybe_unused]] const X& x) {
  if constexpr (X::tag::training)
    return x.trace->dropout;
  else
    return false;
}

/// The next use of `key` in the trace of x. Uses of a layer are numbered in the order in which the network's code runs.
template <Var X>
random_use next_use(const X& x, const random_key& key) {
  return {key.path, x.trace->use_random(key.id)};
}

}  // namespace vscg

#include <vscg/core/end.hpp>
