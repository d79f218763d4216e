// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <vscg/train/settings.hpp>

namespace vscg::train {

/// A task's measurements of a network, on items that it is not trained with: shares from 0 to 1, the higher the better.
/// None if the task does not measure after this epoch.
struct measures {
  std::optional<double> validation;
  std::optional<double> test;
};

namespace detail {
/// Accepts a batch of any arrays.
struct any_take {
  template <class... Arrays>
  bool operator()(const Arrays&...) const {
    return true;
  }
};
}  // namespace detail

/// What a run trains a network for: the data, their order, what the loss learns about them, and how well the network
/// does. Everything is a function of the settings, the data and the epoch (from 1), so that a run can be resumed.
///
/// A run makes its task from (settings, the network's weights, threads, what the run was given).
///   identity()                          tells data sets apart by their content
///   batches(epoch)                      all batches of an epoch: the items of each, as the task numbers them
///   for_each_batch(lists, take, stop)   calls take(arrays...) for each list, in order, until it returns false: the
///                                       network's inputs, then the loss's targets; throws vscg::stopped when stop says
///                                       so. On a backend with memory of its own, a step may come with the next call
///   measure(epoch, stop)                the measures after an epoch; nothing when stop says so
///   for_each_state(f)                   optional: calls f(name, std::vector<Scalar>&) for what a checkpoint keeps
template <class T>
concept Task = std::derived_from<typename T::settings, run_settings> &&
    requires(T task, const T& known, std::size_t epoch, std::span<const std::vector<std::size_t>> lists,
             detail::any_take take, const std::function<bool()>& stop) {
  { known.identity() } -> std::convertible_to<std::uint64_t>;
  { known.batches(epoch) } -> std::same_as<std::vector<std::vector<std::size_t>>>;
  task.for_each_batch(lists, take, stop);
  { task.measure(epoch, stop) } -> std::same_as<std::optional<measures>>;
};

}  // namespace vscg::train

#include <vscg/core/end.hpp>
