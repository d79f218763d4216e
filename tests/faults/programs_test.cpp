// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "faults/folder_state.hpp"
#include "faults/trial.hpp"
#include "support/contains.hpp"
#include "support/temporary_folder.hpp"

// Every program is run again and again, and each time one system call fails. Whichever it is: the program ends by
// itself, and it either does all of its work or says in one line what is wrong; earlier files stay or are replaced as a
// whole; and the same command, given again, ends with the same bits as an undisturbed run.
//
//   VSCG_FAULT_TRIALS=50 ctest --preset release -L faults    that many failing calls of every kind, instead of one

namespace {

using faults::call;
using faults::fault;

/// A program's run and where it works: `work` holds its outputs, `data` and `weights` are there for all.
struct scenario {
  std::string program{}, arguments{};
  std::string again{};                ///< added to the arguments the second time
  std::vector<std::string> before{};  ///< commands (programs with arguments) that prepare the folder
  std::vector<fault> always{};        ///< faults that must be among the trials
  std::vector<call> few{};            ///< the kinds of the small grid; empty: all
  bool together = true;               ///< the outputs replace the earlier ones all together, or not at all
};

/// All the ways in which a kind of call can fail.
const std::map<call, std::vector<fault>>& ways() {
  static const auto made = [] {
    std::map<call, std::vector<fault>> all;
    const auto add = [&](call kind, std::vector<std::string> once, std::vector<std::string> for_good) {
      for (const auto& how : once) all[kind].push_back({kind, how, false});
      for (const auto& how : for_good) all[kind].push_back({kind, how, true});
    };
    const auto number = [](int code) { return std::to_string(code); };
    add(call::memory, {number(ENOMEM)}, {number(ENOMEM)});
    add(call::open, {number(EACCES)}, {number(EMFILE)});
    add(call::read, {number(EIO), number(EINTR), "short"}, {number(EIO), "short"});
    add(call::write, {number(ENOSPC), number(EINTR), "short"}, {number(ENOSPC), "short"});
    add(call::sync, {number(EIO)}, {number(EIO)});
    add(call::close, {number(EIO)}, {});
    add(call::rename, {number(EIO)}, {number(EACCES)});
    add(call::remove, {number(EACCES)}, {number(EACCES)});
    add(call::folder, {number(EACCES)}, {number(ENOSPC)});
    add(call::reserve, {number(ENOSPC)}, {number(EOPNOTSUPP)});
    add(call::resize, {number(EIO)}, {number(EIO)});
    add(call::map, {number(ENOMEM)}, {number(ENODEV)});
    add(call::lock, {number(ENOLCK), number(EINTR)}, {number(EOPNOTSUPP)});
    add(call::stat, {number(EIO)}, {number(EACCES)});
    add(call::list, {number(EIO)}, {});
    add(call::thread, {number(EAGAIN)}, {number(EAGAIN)});
    return all;
  }();
  return made;
}

class grid {
 public:
  explicit grid(const scenario& s) : s_(s), shim_(faults::find_shim()) {
    ready_ = !shim_.empty() && !programs_test::find_program(s.program).empty();
    if (!ready_) return;
    if (contains(s.arguments, "--data data")) {
      make("ave_synthesize", "--out data --videos 7 --noisy 1 --type float16", origin_);
    }
    if (contains(s.arguments, "trained/")) {
      make("ave_train", "--data data --setting fully --batch 5 --epochs 1 --threads 1 --out trained", origin_);
    }
    std::filesystem::create_directory(origin_ / "work");
    for (const std::string& command : s.before) {
      const auto space = command.find(' ');
      make(command.substr(0, space), command.substr(space + 1), origin_);
    }
    before_ = faults::state_of(origin_ / "work");
  }

  void run() {
    if (!ready_) return;
    const char* const wanted = std::getenv("VSCG_FAULT_TRIALS");
    const std::uint64_t trials = wanted == nullptr ? 0 : std::strtoull(wanted, nullptr, 10);
    const temporary_folder undisturbed;
    place(undisturbed);
    const auto whole = faults::run(shim_, s_.program, s_.arguments, undisturbed, {});
    INFO(whole.result.err);
    REQUIRE(whole.result.code == 0);
    expected_ = faults::state_of(undisturbed / "work");
    said_ = whole.result.out;

    for (const fault& f : s_.always) attempt(f);
    std::mt19937_64 draw(20);
    for (const auto& [kind, hows] : ways()) {
      const std::uint64_t calls = whole.calls[static_cast<std::size_t>(kind)];
      if (calls == 0) continue;
      if (trials == 0 && !s_.few.empty() && std::find(s_.few.begin(), s_.few.end(), kind) == s_.few.end()) continue;
      // The small grid takes one way of each kind, the large one all of them.
      const std::size_t chosen = draw() % hows.size();
      for (std::size_t way = 0; way < hows.size(); ++way) {
        if (trials == 0 && way != chosen) continue;
        for (const std::uint64_t number : numbers(calls, std::max<std::uint64_t>(trials, 1), draw)) {
          fault f = hows[way];
          f.number = number;
          attempt(f);
        }
      }
    }
    for (const auto& [kind, text] : table_) std::cout << s_.program << ' ' << kind << ": " << text.words() << '\n';
  }

 private:
  struct counts {
    int trials = 0, refused = 0, unharmed = 0, in_library = 0, wrong = 0;
    std::string words() const {
      return std::to_string(trials) + " trials, " + std::to_string(refused) + " refused, " + std::to_string(unharmed) +
             " unharmed, " + std::to_string(in_library) + " ended by a library, " + std::to_string(wrong) + " wrong";
    }
  };

  void make(const std::string& program, const std::string& arguments, const temporary_folder& in) const {
    const auto made = faults::run(shim_, program, arguments, in, {});
    INFO(program << " " << arguments << ": " << made.result.err);
    REQUIRE(made.result.code == 0);
  }

  /// Copies what the program finds.
  void place(const temporary_folder& dir) const {
    std::filesystem::copy(origin_ / "work", dir / "work", std::filesystem::copy_options::recursive);
    for (const char* const name : {"data", "trained"}) {
      std::filesystem::create_directory_symlink(origin_ / name, dir / name);
    }
  }

  /// `count` of the numbers 1 … `calls`, or all of them; more from the start, where calls differ most.
  static std::vector<std::uint64_t> numbers(std::uint64_t calls, std::uint64_t count, std::mt19937_64& draw) {
    std::vector<std::uint64_t> chosen;
    if (calls <= count) {
      for (std::uint64_t number = 1; number <= calls; ++number) chosen.push_back(number);
      return chosen;
    }
    while (chosen.size() < count) {
      const std::uint64_t number = 1 + draw() % (draw() % 2 == 0 ? calls : std::min<std::uint64_t>(calls, 500));
      if (std::find(chosen.begin(), chosen.end(), number) == chosen.end()) chosen.push_back(number);
    }
    return chosen;
  }

  void attempt(const fault& f) {
    const temporary_folder dir;
    place(dir);
    const auto hit = faults::run(shim_, s_.program, s_.arguments, dir, f);
    std::string wrong = judge(hit, f, dir);
    counts& row = table_[std::string(faults::call_names[static_cast<std::size_t>(f.kind)])];
    ++row.trials;
    const bool by_library = hit.crashed() && hit.within_library && f.kind == call::memory;
    row.refused += hit.result.code == 1 ? 1 : 0;
    row.unharmed += hit.result.code == 0 ? 1 : 0;
    row.in_library += by_library ? 1 : 0;
    if (hit.result.code != 0) {
      const auto second = faults::run(shim_, s_.program, s_.arguments + s_.again, dir, {});
      if (second.result.code != 0) wrong += "the same command again fails: " + second.result.err + "; ";
      if (before_.contains("run/last.checkpoint") && contains(second.result.out, "epoch 1/")) {
        wrong += "it begins from the start; ";
      }
      const auto difference = faults::difference(expected_, faults::state_of(dir / "work"));
      if (!difference.empty()) wrong += "after the same command again " + difference;
    }
    row.wrong += wrong.empty() ? 0 : 1;
    INFO("VSCG_FAULT='" << f.text() << "' " << s_.program << " " << s_.arguments << ", exit code " << hit.result.code
                        << ": " << hit.result.err);
    CHECK(wrong == "");
  }

  /// What is wrong with a disturbed run; empty if nothing is.
  std::string judge(const faults::outcome& hit, const fault& f, const temporary_folder& dir) const {
    std::string wrong;
    auto found = faults::state_of(dir / "work");
    if (f.how == "kill") {
      if (!hit.failed) wrong += "it was not killed; ";
      return wrong + torn(found);
    }
    if (hit.crashed()) {
      // HDF5's and CUDA's libraries do not survive every failed malloc of their own; the files must.
      if (!(hit.within_library && f.kind == call::memory)) wrong += "it crashed; ";
      std::erase_if(found, [](const auto& file) { return half_written(file.first); });
    }
    // A file that cannot be removed stays, and the next run removes it.
    if (f.kind == call::remove) std::erase_if(found, [](const auto& file) { return half_written(file.first); });
    if (hit.result.code == 0) {
      const auto difference = faults::difference(expected_, found);
      if (!difference.empty()) wrong += "exit 0, but " + difference;
      if (hit.result.out != said_ && s_.together) wrong += "exit 0, but it says something else; ";
      return wrong;
    }
    if (hit.result.code == 1 && !(hit.within_library && f.kind == call::memory))
      wrong += expect_one_line(hit.result.err);
    if (!s_.together) {
      for (const auto& file : found) {
        if (half_written(file.first)) wrong += file.first + " is left over; ";
      }
      for (const auto& file : before_) {
        if (!found.contains(file.first)) wrong += file.first + " is gone; ";
      }
      return wrong;
    }
    // If nothing can be renamed any more, nothing can be put back either, and the error says so.
    const bool helpless = f.kind == call::rename && f.lasting && contains(hit.result.err, "now end in .old");
    if (!helpless && !faults::difference(expected_, found).empty()) {
      const auto difference = faults::difference(before_, found);
      if (!difference.empty()) wrong += "compared with before, " + difference;
    }
    return wrong;
  }

  /// What a killed process must not leave: a file that is neither as before nor as it should become, or a missing one.
  std::string torn(const faults::folder_state& found) const {
    std::string wrong;
    for (const auto& [name, content] : found) {
      const auto was = before_.find(name), becomes = expected_.find(name);
      const bool whole = (was != before_.end() && was->second == content) ||
                         (becomes != expected_.end() && becomes->second == content);
      if (!whole && !half_written(name)) wrong += name + " is torn; ";
    }
    for (const auto& file : before_) {
      if (!found.contains(file.first)) wrong += file.first + " is gone; ";
    }
    return wrong;
  }

  static bool half_written(const std::string& name) {
    return name.ends_with(".tmp") || name.ends_with(".part") || contains(name, ".partial/") || name.ends_with(".old") ||
           name.ends_with("lock");
  }

  std::string expect_one_line(const std::string& err) const {
    const std::string start = s_.program + ": error: ";
    const auto line = err.rfind('\n', err.size() < 2 ? 0 : err.size() - 2);
    const std::string last = line == std::string::npos ? err : err.substr(line + 1);
    if (last.rfind(start, 0) != 0 || last.size() < start.size() + 10) return "its error is not one line: " + err + "; ";
    return "";
  }

  scenario s_;
  std::string shim_;
  bool ready_ = false;
  temporary_folder origin_;
  faults::folder_state before_, expected_;
  std::string said_;
  std::map<std::string, counts> table_;
};

const std::string training = "--data data --setting fully --batch 5 --threads 1 --out work/run --epochs ";

const fault third_rename{call::rename, std::to_string(EIO), false, 3};
const fault fourth_rename{call::rename, std::to_string(EIO), false, 4};

}  // namespace

TEST_CASE("ave_synthesize makes a whole data set or none") {
  grid({.program = "ave_synthesize",
        .arguments = "--out work/set --videos 4 --noisy 1 --type float16",
        .always = {third_rename}})
      .run();
}

TEST_CASE("ave_synthesize --compress makes a whole data set or none") {
  grid({.program = "ave_synthesize", .arguments = "--out work/set --videos 4 --noisy 1 --type float16 --compress"})
      .run();
}

TEST_CASE("ave_synthesize --force replaces a data set whole or not at all") {
  grid({.program = "ave_synthesize",
        .arguments = "--out work/set --videos 4 --noisy 0 --type float16 --force",
        .before = {"ave_synthesize --out work/set --videos 3 --noisy 2 --type float32 --seed 2"},
        .always = {third_rename, fourth_rename}})
      .run();
}

TEST_CASE("ave_train leaves a run that continues with the same bits") {
  grid({.program = "ave_train", .arguments = training + "1", .again = " --resume", .together = false}).run();
}

TEST_CASE("ave_train --resume continues with the same bits") {
  grid({.program = "ave_train",
        .arguments = training + "2 --resume",
        .before = {"ave_train " + training + "1"},
        .few = {call::memory, call::read, call::write, call::sync, call::rename, call::stat},
        .together = false})
      .run();
}

TEST_CASE("ave_train --cache writes a whole cache or none") {
  grid({.program = "ave_train",
        .arguments = "--data work/set --setting weakly --batch 3 --threads 1 --out work/run --epochs 1 --cache",
        .again = " --resume",
        .before = {"ave_synthesize --out work/set --videos 4 --noisy 1 --type float16 --compress"},
        .few = {call::write, call::rename, call::map, call::lock},
        .together = false})
      .run();
}

TEST_CASE("ave_evaluate --json replaces its report whole or not at all") {
  const std::string command = "--data data --weights trained/best.safetensors --threads 1 --json work/report.json";
  grid({.program = "ave_evaluate", .arguments = command, .before = {"ave_evaluate --split train " + command}}).run();
}

TEST_CASE("ave_localize replaces its outputs whole or not at all") {
  const std::string command =
      "--data data --weights trained/best.safetensors --threads 1 --json work/events.json --attention "
      "work/attention.npy --videos ";
  grid({.program = "ave_localize",
        .arguments = command + "0 1",
        .before = {"ave_localize " + command + "2"},
        .always = {{call::rename, std::to_string(EIO), false, 2}}})
      .run();
}

TEST_CASE("ave_report replaces its page whole or not at all") {
  const std::string command = "trained/ --data data --threads 1 --out work/report.html --count ";
  grid({.program = "ave_report",
        .arguments = command + "1",
        .before = {"ave_report " + command + "2"},
        .few = {call::memory, call::read, call::write, call::sync, call::rename, call::stat}})
      .run();
}

// The first command trains; the others write the table again, with another command in it.
TEST_CASE("ave_tables replaces a table whole or not at all, also when it is killed") {
  const std::string command =
      "--data data --only vscg_fully --seeds 1 --epochs 1 --batch 5 --threads 1 --micro-batch 8 --out ";
  const auto killed = [](call kind, std::uint64_t number) { return fault{kind, "kill", false, number}; };
  grid({.program = "ave_tables",
        .arguments = command + "./work/tables --table 3",
        .before = {"ave_tables " + command + "work/tables --table 3"},
        .always = {killed(call::resize, 2), killed(call::sync, 2), killed(call::rename, 2), killed(call::rename, 4)},
        .few = {call::memory, call::open, call::read, call::write, call::sync, call::rename, call::stat}})
      .run();
}

TEST_CASE("ave_tables says which run it could not start, and writes no table") {
  const std::string shim = faults::find_shim();
  if (shim.empty() || programs_test::find_program("ave_tables").empty()) return;
  const temporary_folder dir;
  REQUIRE(faults::run(shim, "ave_synthesize", "--out data --videos 7 --noisy 0 --type float16", dir, {}).result.code ==
          0);
  const auto hit = faults::run(shim, "ave_tables", "--data data --table 3 --only vscg_fully --epochs 1 --out tables",
                               dir, {call::thread, std::to_string(EAGAIN), true, 1});
  CHECK(hit.result.code == 1);
  CHECK(contains(hit.result.err, "ave_tables: error: cannot start "));
  CHECK(contains(hit.result.err, "/ave_train: Resource temporarily unavailable\n"));
  CHECK_FALSE(std::filesystem::exists(dir / "tables" / "table_3.md"));
}
