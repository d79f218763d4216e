// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/random.hpp>
#include <vscg/core/stopped.hpp>
#include <vscg/core/team.hpp>
#include <vscg/files/atomic_file.hpp>
#include <vscg/io/checkpoint.hpp>
#include <vscg/io/checkpoint_arrays.hpp>
#include <vscg/io/network_metadata.hpp>
#include <vscg/io/weights.hpp>
#include <vscg/model/double_buffer.hpp>
#include <vscg/model/loss.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/resident_arrays.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/model/trainer_snapshot.hpp>
#include <vscg/train/build.hpp>
#include <vscg/train/checkpoint.hpp>
#include <vscg/train/computed_on.hpp>
#include <vscg/train/history.hpp>
#include <vscg/train/peak_memory.hpp>
#include <vscg/train/run_folder.hpp>
#include <vscg/train/run_types.hpp>
#include <vscg/train/settings.hpp>
#include <vscg/train/summary.hpp>
#include <vscg/train/task.hpp>

namespace vscg::train {

/// Trains a network for a task: takes steps, evaluates, and writes checkpoints and results into a folder.
///
/// Only the checkpoint counts. It is replaced atomically after every epoch, when the run is interrupted and when it
/// fails. The folder's other files are written after it, and again on resume. A resumed run continues with the same
/// bits, because seed, step and epoch determine batches, dropout and rates, and the checkpoint holds everything else.
template <class Network, class Loss, class Optimizer, class Scalar, class Backend, Task Work>
class run {
  static constexpr std::size_t term_count = Loss::term_names.size();
  static constexpr std::size_t moment_arrays = Optimizer::template state<Scalar, Backend>::moment_arrays;
  using memory = typename Backend::memory;
  using trainer_type = trainer<model<Network, Scalar, Backend>, Optimizer, Loss>;
  static constexpr bool batches_come = !memory::borrows_host_arrays;
  using settings_type = typename Work::settings;

 public:
  /// The task is made from `task`, and from settings, weights and threads. Throws vscg::expectation_error for settings
  /// that no run could use or that do not suit the task, and for `metadata` that could not be written into the weights
  /// file.
  template <class... Data>
  run(settings_type settings, threads n, io::network_metadata metadata, const Data&... task)
      : now_{checked(std::move(settings)), {}, build_description_of<Backend>(), 0},
        metadata_(std::move(metadata)),
        threads_(n.count),
        model_(vscg::seed{now_.settings.seed}),
        chosen_(vscg::seed{now_.settings.seed}),
        task_(now_.settings, model_.weights(), n, task...),
        trainer_(model_, Optimizer{now_.settings.learning_rate}, Loss{}, n, options_of(now_.settings)) {
    io::metadata_to_map(metadata_);  // throws now, not when the first weights are saved
    now_.data = task_.identity();
    now_.position.optimizer = Optimizer::name;
    clear_epoch();
  }

  /// Resumes from the folder's checkpoint, or starts fresh, and runs until all epochs are done or `stop` ends it. It
  /// throws vscg::expectation_error; the checkpoint then holds the state before the step that failed.
  ///
  /// With `mine`, it trains only those epochs, and leaves the best weights in the folder alone if they are of an
  /// earlier one: they belong to another network.
  run_end operator()(const run_folder& folder, const run_callbacks& callbacks = {}, epoch_range mine = {}) {
    first_epoch_ = mine.first;
    if (folder.begun()) {
      restore(folder, callbacks);
      write_results(folder, true);
    } else {
      save(folder);
    }
    const settings_type& s = now_.settings;
    trainer_.stop_when(callbacks.stop);
    while (now_.position.epochs() < std::min(s.epochs, mine.last)) {
      began_ = clock::now();
      std::exception_ptr failure;
      bool complete = false;
      try {
        steps_of_epoch(callbacks);
        trained_ = now_.position.seconds_of_epoch + seconds_since(began_);
        complete = evaluate(callbacks);
      } catch (const stopped&) {  // an unfinished step is done again after a resume
      } catch (...) {
        failure = std::current_exception();
      }
      if (!complete) {
        now_.position.seconds_of_epoch += seconds_since(began_);
        save(folder);
        write_results(folder, false);
        if (failure) std::rethrow_exception(failure);
        return run_end::interrupted;
      }
      const bool better = finish_epoch();
      save(folder);
      write_results(folder, better);
      if (callbacks.epoch) callbacks.epoch(now_.position.history.back());
    }
    return run_end::finished;
  }

  const run_history& history() const { return now_.position.history; }
  const run_description<settings_type>& description() const { return now_; }
  const model<Network, Scalar, Backend>& trained() const { return model_; }

 private:
  using clock = std::chrono::steady_clock;
  static double seconds_since(clock::time_point begin) {
    return std::chrono::duration<double>(clock::now() - begin).count();
  }

  static trainer_options options_of(const run_settings& s) {
    trainer_options options;
    options.batch = s.batch;
    options.micro_batch = std::min(s.micro_batch, s.batch);
    options.seed = s.seed;
    if (s.clip_grad_norm > 0) options.clip_grad_norm = s.clip_grad_norm;
    return options;
  }

  static settings_type checked(settings_type settings) {
    check_settings(settings);
    return settings;
  }

  void clear_epoch() {
    now_.position.batches = 0;
    now_.position.seconds_of_epoch = 0;
    now_.position.sums.assign(1 + term_count, 0.0);
  }

  void steps_of_epoch(const run_callbacks& callbacks) {
    run_position& p = now_.position;
    const std::size_t epoch = p.epochs() + 1;
    const auto batches = task_.batches(epoch);
    trainer_.optimizer.learning_rate = now_.settings.schedule().rate(epoch);
    expect_no_stop(callbacks.stop);
    const std::span<const std::vector<std::size_t>> left = std::span(batches).subspan(p.batches);
    const auto count = [&](const loss_report<term_count>& report) {
      p.sums[0] += report.total;
      for (std::size_t i = 0; i < term_count; ++i) p.sums[1 + i] += report.terms[i];
      ++p.batches;
      p.steps = trainer_.steps();
      peak_.sample();
      if (callbacks.step) tell(callbacks, epoch, batches.size());
      expect_no_stop(callbacks.stop);
    };
    const auto take = [&](const auto&... arrays) {
      if constexpr (batches_come && !(is_resident<std::remove_cvref_t<decltype(arrays)>> || ...)) {
        if (const auto report = of_epoch(epoch, [&] { return ahead_.step(arrays...); })) count(*report);
      } else {
        count(of_epoch(epoch, [&] { return trainer_.step(arrays...); }));
      }
      return true;
    };
    if constexpr (batches_come) {
      const auto last_step = [&] {
        if (const auto report = of_epoch(epoch, [&] { return ahead_.finish(); })) count(*report);
      };
      try {
        task_.for_each_batch(left, take, callbacks.stop);
      } catch (const stopped&) {
        ahead_.drop();
        throw;
      } catch (...) {  // of reading a batch: the one before it is there
        last_step();
        throw;
      }
      last_step();
    } else {
      task_.for_each_batch(left, take, callbacks.stop);
    }
  }

  /// What f() returns; says in which epoch a step was not finite.
  template <class F>
  static auto of_epoch(std::size_t epoch, F f) {
    try {
      return f();
    } catch (const not_finite& problem) {
      throw not_finite("epoch " + std::to_string(epoch) + ", " + problem.what());
    }
  }

  void tell(const run_callbacks& callbacks, std::size_t epoch, std::size_t batches) const {
    const run_position& p = now_.position;
    std::array<double, 1 + term_count> means{};
    for (std::size_t i = 0; i < means.size(); ++i) means[i] = p.sums[i] / static_cast<double>(p.batches);
    callbacks.step({epoch, now_.settings.epochs, p.batches, batches, means[0], Loss::term_names,
                    std::span<const double>(means).subspan(1)});
  }

  /// Returns false if it was stopped. The epoch is then evaluated again after a resume.
  bool evaluate(const run_callbacks& callbacks) {
    const auto measured = task_.measure(now_.position.epochs() + 1, callbacks.stop);
    peak_.sample();
    measured_ = measured.value_or(measures{});
    return measured.has_value();
  }

  /// Returns whether the epoch is the best so far.
  bool finish_epoch() {
    run_position& p = now_.position;
    epoch_record record;
    record.epoch = p.epochs() + 1;
    record.learning_rate = trainer_.optimizer.learning_rate;
    const auto batches = static_cast<double>(p.batches);
    record.loss = p.sums[0] / batches;
    for (std::size_t i = 0; i < term_count; ++i) {
      record.terms.emplace_back(Loss::term_names[i], p.sums[1 + i] / batches);
    }
    record.validation_accuracy = measured_.validation;
    record.test_accuracy = measured_.test;
    record.seconds = p.seconds_of_epoch + seconds_since(began_);
    record.training_seconds = trained_;
    p.history.push_back(std::move(record));
    clear_epoch();
    const epoch_record* const chosen = chosen_epoch(p.history);
    const bool better = chosen == &p.history.back();
    if (better) copy_weights(model_.weights(), chosen_);
    return better;
  }

  using weights_type = vscg::weights<Network, Scalar, Backend>;

  static std::vector<Scalar> numbers_of(const weights_type& from) {
    std::vector<Scalar> numbers(from.table().buffer_elements);
    memory::copy_out(numbers.data(), from.data(), numbers.size() * sizeof(Scalar));
    return numbers;
  }
  static void copy_weights(const weights_type& from, weights_type& to) {
    const auto numbers = numbers_of(from);
    memory::copy_in(to.data(), numbers.data(), numbers.size() * sizeof(Scalar));
  }

  template <class F>
  void for_each_state(F f) {
    if constexpr (requires { task_.for_each_state(f); }) task_.for_each_state(f);
  }

  void save(const run_folder& folder) {
    const auto now = snapshot(trainer_);
    now_.position.progress = now.progress;
    now_.position.progress_of_arrays = now.progress_of_arrays;
    now_.position.peak_memory_mib = std::max(now_.position.peak_memory_mib, peak_.mib());
    const auto& table = model_.weights().table();
    io::checkpoint_arrays arrays;
    io::add_snapshot(arrays, table, now);
    std::vector<Scalar> best;
    if (chosen_epoch(history()) != nullptr) {
      best = numbers_of(chosen_);
      arrays.add("best", table, std::span<const Scalar>(best));
    }
    for_each_state([&](const char* name, const std::vector<Scalar>& kept) {
      if (!kept.empty()) arrays.add(name, std::span<const Scalar>(kept));
    });
    io::write_checkpoint(folder.checkpoint(), arrays.sources(), description_to_map(now_));
    peak_.sample();
  }

  /// Reads everything before it changes anything.
  void restore(const run_folder& folder, const run_callbacks& callbacks) {
    const auto file = io::open_checkpoint(folder.checkpoint());
    auto then = description_of<settings_type>(file);
    const std::string name = folder.checkpoint().string();
    expect_same_settings(then.settings, now_.settings, name);
    if (then.data != now_.data) {
      throw expectation_error("--data", "the data set that " + name + " began with",
                              "one with other splits, labels or features");
    }
    if (then.position.optimizer != Optimizer::name) {
      throw expectation_error(name, std::string("a run with ") + Optimizer::name,
                              "one with " + then.position.optimizer);
    }
    const auto& table = model_.weights().table();
    auto numbers = io::read_snapshot<Scalar>(file, table, moment_arrays);
    numbers.progress = then.position.progress;
    numbers.progress_of_arrays = then.position.progress_of_arrays;
    numbers.steps = then.position.steps;
    if (then.position.batches == 0) then.position.sums.assign(1 + term_count, 0.0);  // of no batch
    if (then.position.sums.size() != 1 + term_count)
      throw expectation_error(name, "the position of a run with this loss", "that of another");
    const std::size_t batches = task_.batches(then.position.epochs() + 1).size();
    if (then.position.batches > batches) {
      throw expectation_error(name, "at most " + std::to_string(batches) + " batches of an epoch",
                              std::to_string(then.position.batches));
    }
    const bool has_best = chosen_epoch(then.position.history) != nullptr;
    std::vector<Scalar> best(table.buffer_elements, Scalar(0));
    if (has_best) io::read_arrays(file, "best", table, std::span<Scalar>(best));
    try {
      vscg::restore(trainer_, numbers);
    } catch (const expectation_error& problem) {
      throw expectation_error(name + ": " + problem.what());
    }
    if (has_best) memory::copy_in(chosen_.data(), best.data(), best.size() * sizeof(Scalar));
    for_each_state([&](const char* kept, std::vector<Scalar>& numbers_kept) {
      if (const auto* tensor = file.find(kept)) numbers_kept = file.template read<Scalar>(*tensor);
    });
    if (then.build != now_.build && callbacks.warn) {
      callbacks.warn(name + " was written by another build (" + then.build + "; this is " + now_.build +
                     "): the run goes on, but not with the bits that it would have had there");
    }
    now_.position = std::move(then.position);
  }

  void write_results(const run_folder& folder, bool weights_too) const {
    write_file(folder.metrics(), history_text(history()));
    const epoch_record* const chosen = chosen_epoch(history());
    if (weights_too && chosen != nullptr && chosen->epoch >= first_epoch_)
      io::save_weights(chosen_, folder.best(), metadata_);
    write_file(folder.summary(), summary_text(now_, model_.weights().count(), trainer_.count_reached(), threads_, on_));
  }

  run_description<settings_type> now_;
  computed_on on_ = computed_on_of<Scalar, Backend>();
  io::network_metadata metadata_;
  std::size_t threads_;
  peak_memory peak_;
  model<Network, Scalar, Backend> model_;
  weights_type chosen_;  // the weights of the epoch that is reported
  Work task_;
  trainer_type trainer_;
  // For batches that are not in the backend's memory yet.
  std::conditional_t<batches_come, double_buffer<trainer_type>, trainer_type&> ahead_{trainer_};
  measures measured_;
  std::size_t first_epoch_ = 1;
  clock::time_point began_;
  double trained_ = 0;  // seconds of the epoch until its last step was done
};

}  // namespace vscg::train

#include <vscg/core/end.hpp>
