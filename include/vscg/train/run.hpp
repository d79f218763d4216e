// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/random.hpp>
#include <vscg/core/stopped.hpp>
#include <vscg/core/team.hpp>
#include <vscg/data/ave_dataset.hpp>
#include <vscg/data/batch_loader.hpp>
#include <vscg/files/atomic_file.hpp>
#include <vscg/io/checkpoint.hpp>
#include <vscg/io/network_metadata.hpp>
#include <vscg/io/weights.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/optim/adam.hpp>
#include <vscg/train/build.hpp>
#include <vscg/train/checkpoint.hpp>
#include <vscg/train/data_identity.hpp>
#include <vscg/train/evaluation.hpp>
#include <vscg/train/history.hpp>
#include <vscg/train/peak_memory.hpp>
#include <vscg/train/protocol.hpp>
#include <vscg/train/released_targets.hpp>
#include <vscg/train/run_folder.hpp>
#include <vscg/train/run_types.hpp>
#include <vscg/train/settings.hpp>
#include <vscg/train/summary.hpp>

namespace vscg::train {

/// Trains a network on a data set into a folder: steps, evaluations, checkpoints.
///
/// The checkpoint is the truth. It is replaced atomically after every epoch, when the run is interrupted and when it
/// fails; the folder's other files are written behind it and again from it on resume. A resumed run goes on with the
/// same bits: batches, dropout and rates are functions of seed, step and epoch, and all else is in the checkpoint.
template <class Network, class Loss, class Scalar, class Backend>
class run {
  static constexpr std::size_t term_count = Loss::term_names.size();
  static constexpr std::size_t target_count = Loss::targets::count;
  using targets = std::array<std::vector<Scalar>, target_count>;
  using memory = typename Backend::memory;

 public:
  /// Throws vscg::error for settings that do not suit the data set, and for metadata, which goes into the weights file,
  /// that could not be written there.
  run(const data::ave_dataset& ave, run_settings settings, threads n, io::network_metadata metadata)
      : ave_(ave),
        metadata_(std::move(metadata)),
        rows_(training_rows(ave, settings)),
        threads_(n.count),
        model_(vscg::seed{settings.seed}),
        chosen_(vscg::seed{settings.seed}),
        trainer_(model_, adam{settings.learning_rate}, Loss{}, n, options_of(settings)),
        evaluator_(model_.weights(), n),
        loader_(ave, std::max(settings.batch, evaluator_.videos)) {
    io::metadata_to_map(metadata_);  // throws now, not when the first weights are saved
    now_.settings = std::move(settings);
    now_.build = build_description(Backend::name);
    now_.data = data_identity(ave);
    clear_epoch();
  }

  /// Goes on from the folder's checkpoint, or begins, until all epochs are done or `stop` says so. Throws vscg::error;
  /// the checkpoint then stands before the step that failed.
  run_end operator()(const run_folder& folder, const run_callbacks& callbacks = {}) {
    if (folder.begun()) {
      restore(folder, callbacks);
      write_results(folder, true);
    } else {
      save(folder);
    }
    const run_settings& s = now_.settings;
    trainer_.stop_when(callbacks.stop);
    while (now_.position.epochs() < s.epochs) {
      began_ = clock::now();
      std::exception_ptr failure;
      bool complete = false;
      try {
        steps_of_epoch(callbacks);
        complete = evaluate(callbacks);
      } catch (const stopped&) {  // a step that was not finished is done again after a resume
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
  const run_description& description() const { return now_; }
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
    return options;
  }

  /// The training split, and for weak training the noisy background videos behind it.
  static std::vector<std::size_t> training_rows(const data::ave_dataset& ave, const run_settings& s) {
    check_settings(s);
    for (const data::split part : {data::split::validation, data::split::test}) static_cast<void>(ave.order(part));
    const auto order = ave.order(data::split::train);
    std::vector<std::size_t> rows(order.begin(), order.end());
    if (s.supervision == setting::weakly) {
      for (std::size_t i = 0; i < ave.noisy_videos(); ++i) rows.push_back(ave.videos() + i);
    }
    if (rows.size() < s.batch) {
      throw error("--batch", "at most " + std::to_string(rows.size()) + ", the videos there are to train with",
                  std::to_string(s.batch));
    }
    return rows;
  }

  void clear_epoch() {
    now_.position.batches = 0;
    now_.position.seconds_of_epoch = 0;
    now_.position.sums.assign(1 + term_count, 0.0);
  }

  void steps_of_epoch(const run_callbacks& callbacks) {
    const run_settings& s = now_.settings;
    run_position& p = now_.position;
    const std::size_t epoch = p.epochs() + 1;
    const auto batches = epoch_batches(s.protocol, s.supervision, rows_, s.batch, vscg::seed{s.seed}, epoch);
    trainer_.optimizer.learning_rate = s.schedule().rate(epoch);
    expect_no_stop(callbacks.stop);
    const std::span<const std::vector<std::size_t>> left = std::span(batches).subspan(p.batches);
    const auto take = [&](std::size_t, const data::batch<Scalar>& batch) {
      step(batch, epoch);
      ++p.batches;
      p.steps = trainer_.steps();
      peak_.sample();
      if (callbacks.step) tell(callbacks, epoch, batches.size());
      expect_no_stop(callbacks.stop);
      return true;
    };
    for_each_batch(loader_, left, take, callbacks.stop);
  }

  void step(const data::batch<Scalar>& batch, std::size_t epoch) {
    const labels<Scalar> known{batch.rows.size(), data::segments, data::categories, batch.segment_classes, batch.tags};
    if constexpr (decltype(released_)::differ) {
      if (now_.settings.protocol == protocol_name::released) {
        released_.fill(known, targets_);
      } else {
        Loss::fill(known, targets_);
      }
    } else {
      Loss::fill(known, targets_);
    }
    std::vector<std::span<const Scalar>> arrays{batch.audio, batch.visual};
    for (const auto& target : targets_) arrays.emplace_back(target);
    try {
      const auto report = trainer_.step(arrays);
      now_.position.sums[0] += report.total;
      for (std::size_t i = 0; i < term_count; ++i) now_.position.sums[1 + i] += report.terms[i];
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

  /// False when it was stopped: the epoch is then evaluated again after a resume.
  bool evaluate(const run_callbacks& callbacks) {
    const auto wanted =
        evaluations_after(now_.settings.protocol, now_.settings.supervision, now_.position.epochs() + 1);
    validation_.reset();
    test_.reset();
    const auto measure = [&](data::split part, std::optional<double>& accuracy) {
      const auto counts = evaluator_(loader_, ave_.order(part), callbacks.stop);
      if (counts) accuracy = counts->accuracy();
      return counts.has_value();
    };
    const bool done = (!wanted.validation || measure(data::split::validation, validation_)) &&
                      (!wanted.test || measure(data::split::test, test_));
    peak_.sample();
    return done;
  }

  /// Whether the epoch is the best so far.
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
    record.validation_accuracy = validation_;
    record.test_accuracy = test_;
    record.seconds = p.seconds_of_epoch + seconds_since(began_);
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

  void save(const run_folder& folder) {
    now_.position.adam = trainer_.state().progress();
    now_.position.peak_memory_mib = std::max(now_.position.peak_memory_mib, peak_.mib());
    const auto& table = model_.weights().table();
    const std::array<std::vector<Scalar>, 3> numbers{numbers_of(model_.weights()), trainer_.state().moments(1),
                                                     trainer_.state().moments(2)};
    checkpoint_arrays arrays;
    arrays.add("weights", table, std::span<const Scalar>(numbers[0]));
    arrays.add("moment1", table, std::span<const Scalar>(numbers[1]));
    arrays.add("moment2", table, std::span<const Scalar>(numbers[2]));
    std::vector<Scalar> best;
    if (chosen_epoch(history()) != nullptr) {
      best = numbers_of(chosen_);
      arrays.add("best", table, std::span<const Scalar>(best));
    }
    if constexpr (decltype(released_)::differ) {
      if (!released_.memory.empty()) arrays.add("released_targets", std::span<const Scalar>(released_.memory));
    }
    io::write_checkpoint(folder.checkpoint(), arrays.sources(), description_to_map(now_));
    peak_.sample();
  }

  /// Reads everything, then changes everything.
  void restore(const run_folder& folder, const run_callbacks& callbacks) {
    const auto file = io::open_checkpoint(folder.checkpoint());
    run_description then = description_of(file);
    const std::string name = folder.checkpoint().string();
    expect_same_settings(then.settings, now_.settings, name);
    if (then.data != now_.data) {
      throw error("--data", "the data set that " + name + " began with", "one with other splits, labels or features");
    }
    const auto& table = model_.weights().table();
    std::array<std::vector<Scalar>, 3> numbers;
    for (auto& array : numbers) array.assign(table.buffer_elements, Scalar(0));
    read_arrays(file, "weights", table, std::span<Scalar>(numbers[0]));
    read_arrays(file, "moment1", table, std::span<Scalar>(numbers[1]));
    read_arrays(file, "moment2", table, std::span<Scalar>(numbers[2]));
    if (then.position.sums.size() != 1 + term_count || then.position.adam.size() != 3) {
      throw error(name, "the position of a run with this loss", "that of another");
    }
    if (then.position.batches > rows_.size() / now_.settings.batch) {
      throw error(name, "at most " + std::to_string(rows_.size() / now_.settings.batch) + " batches of an epoch",
                  std::to_string(then.position.batches));
    }
    if (chosen_epoch(then.position.history) != nullptr) {
      std::vector<Scalar> best(table.buffer_elements, Scalar(0));
      read_arrays(file, "best", table, std::span<Scalar>(best));
      memory::copy_in(chosen_.data(), best.data(), best.size() * sizeof(Scalar));
    }
    if constexpr (decltype(released_)::differ) {
      if (const auto* tensor = file.find("released_targets")) released_.memory = file.read<Scalar>(*tensor);
    }
    memory::copy_in(model_.weights().data(), numbers[0].data(), numbers[0].size() * sizeof(Scalar));
    trainer_.state().set_moments(1, numbers[1]);
    trainer_.state().set_moments(2, numbers[2]);
    trainer_.state().set_progress(then.position.adam);
    trainer_.set_steps(then.position.steps);
    if (then.build != now_.build && callbacks.warn) {
      callbacks.warn(name + " was written by another build (" + then.build + "; this is " + now_.build +
                     "): the run goes on, but not with the bits that it would have had there");
    }
    now_.position = std::move(then.position);
  }

  void write_results(const run_folder& folder, bool weights_too) const {
    write_file(folder.metrics(), history_text(history()));
    if (weights_too && chosen_epoch(history()) != nullptr) io::save_weights(chosen_, folder.best(), metadata_);
    io::write_json(folder.summary(), summary_json(now_, model_.weights().count(), threads_));
  }

  data::ave_dataset ave_;
  io::network_metadata metadata_;
  std::vector<std::size_t> rows_;
  std::size_t threads_;
  peak_memory peak_;
  model<Network, Scalar, Backend> model_;
  weights_type chosen_;  // of the epoch that is reported
  trainer<model<Network, Scalar, Backend>, adam, Loss> trainer_;
  evaluator<Network, Scalar, Backend> evaluator_;
  data::batch_loader<Scalar> loader_;
  run_description now_;
  released_targets<Loss, Scalar> released_;
  targets targets_;
  std::optional<double> validation_, test_;
  clock::time_point began_;
};

}  // namespace vscg::train

#include <vscg/core/end.hpp>
