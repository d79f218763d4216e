// SPDX-License-Identifier: MIT
// Trains the networks of the paper's tables, and writes the tables with what was measured beside what was published.
//
//   ave_tables --data AVE --table all --seeds 3 --jobs 2       all of them, as their authors trained them
//   ave_tables --data AVE --table 3 --seeds 3 --epochs 30      Table III, with 30 epochs
//
// Each run is an ave_train of its own, in <out>/runs. The same command again goes on where it was stopped, and runs
// that are finished are not trained again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <vscg/core/error.hpp>
#include <vscg/data/ave.hpp>
#include <vscg/files/atomic_file.hpp>
#include <vscg/files/make_folder.hpp>
#include <vscg/train/ave/data_identity.hpp>
#include <vscg/train/ave/settings.hpp>
#include <vscg/train/history.hpp>

#include "networks/train.hpp"
#include "programs/card.hpp"
#include "programs/children.hpp"
#include "programs/device_options.hpp"
#include "programs/files.hpp"
#include "programs/program.hpp"
#include "programs/stop.hpp"
#include "programs/tables_options.hpp"
#include "programs/trainable_there.hpp"
#include "tables/report.hpp"
#include "tables/report_page.hpp"
#include "tables/results.hpp"
#include "tables/table.hpp"

namespace {

namespace train = vscg::train;
using programs::tables_options;

/// The settings of a network's run: its authors', under those that were given.
train::ave_settings settings_of(const networks::trainable& network, std::uint64_t seed, const tables_options& given) {
  auto s = train::default_settings(network.supervision, network.name);
  if (given.epochs) s.epochs = *given.epochs;
  if (given.batch) s.batch = *given.batch;
  if (given.micro_batch) s.micro_batch = *given.micro_batch;
  if (given.learning_rate) s.learning_rate = *given.learning_rate;
  if (given.precision) s.precision = programs::scalar_of(*given.precision);
  s.protocol = given.protocol;
  s.seed = seed;
  return s;
}

/// What --precision is for a run: as given, or the authors'.
std::string precision_of(const train::ave_settings& s, const tables_options& given) {
  return given.precision.value_or(s.precision);
}

/// What a command line says, in the words that give the same tables again, however many runs go on at the same time.
std::string options_text(const tables_options& given, const std::string& table) {
  const auto option = [](const char* name, const auto& value) {
    return value ? " --" + std::string(name) + " " + vscg::io::json_value(*value) : std::string();
  };
  std::string text = "ave_tables --data " + programs::shown(given.data) + " --table " + table + " --seeds " +
                     std::to_string(given.seeds);
  text += option("epochs", given.epochs) + option("batch", given.batch) + option("learning-rate", given.learning_rate);
  text += option("micro-batch", given.micro_batch);
  if (given.protocol != train::protocol_name::clean)
    text += std::string(" --protocol ") + train::text_of(given.protocol);
  if (given.device.cuda) text += " --device " + text_of(given.device);
  if (given.precision) text += " --precision " + *given.precision;
  std::string only;
  for (const std::string& name : given.only) only += (only.empty() ? " --only " : ",") + name;
  return text + only + " --out " + programs::shown(given.out);
}

/// The program's own folder holds ave_train.
std::filesystem::path ave_train() {
  std::error_code failure;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", failure);
  const auto program = self.parent_path() / "ave_train";
  if (failure || !std::filesystem::exists(program, failure)) {
    throw vscg::expectation_error("ave_train", "a program beside ave_tables", "none at " + program.string());
  }
  return program;
}

/// The command of a run that begins, or goes on.
programs::child_command command_of(const std::filesystem::path& program, const train::ave_settings& s,
                                   const tables_options& given) {
  const auto path = tables::run_path(given.out, s);
  programs::child_command command{program,
                                  {"--data",          given.data,
                                   "--setting",       train::text_of(s.supervision),
                                   "--network",       s.network,
                                   "--seed",          std::to_string(s.seed),
                                   "--epochs",        std::to_string(s.epochs),
                                   "--batch",         std::to_string(s.batch),
                                   "--micro-batch",   std::to_string(s.micro_batch),
                                   "--learning-rate", vscg::io::json_value(s.learning_rate),
                                   "--protocol",      train::text_of(s.protocol),
                                   "--threads",       std::to_string(programs::threads_of(given)),
                                   "--device",        text_of(given.device),
                                   "--precision",     precision_of(s, given),
                                   "--resume",        "--out",
                                   path.string()},
                                  path};
  command.output += ".log";
  return command;
}

/// The networks of some tables that these programs have, each once, in the order of the tables.
std::vector<networks::trainable> networks_of(const std::vector<tables::table>& wanted) {
  const auto known = networks::trainables();
  std::vector<networks::trainable> found;
  std::set<std::string_view> seen;
  for (const auto& table : wanted) {
    for (const auto& row : table.rows) {
      for (const auto& cell : row.cells) {
        const auto it = std::find_if(known.begin(), known.end(), [&](const auto& n) { return n.name == cell.network; });
        if (it != known.end() && seen.insert(it->name).second) found.push_back(*it);
      }
    }
  }
  return found;
}

void expect_known(const tables_options& given, const std::vector<networks::trainable>& all) {
  for (const std::string& name : given.only) {
    if (std::any_of(all.begin(), all.end(), [&](const auto& n) { return n.name == name; })) continue;
    std::string names;
    for (const auto& network : all) names += (names.empty() ? "" : ", ") + std::string(network.name);
    throw vscg::expectation_error("--only", "networks of these tables: " + names, programs::shown(name));
  }
}

/// What the data set of each setting is.
class data_sets {
 public:
  explicit data_sets(std::string dir) : dir_(std::move(dir)) {}

  std::uint64_t identity(vscg::setting supervision) {
    auto& known = identities_[supervision];
    if (known) return *known;
    vscg::data::ave_options options;
    options.setting =
        supervision == vscg::setting::fully ? vscg::data::supervision::fully : vscg::data::supervision::weakly;
    const auto tell = [](const std::string& text) { programs::tell("ave_tables", "warning: " + text); };
    if (identities_.size() == 1) options.warn = tell;  // the other setting would warn of the same
    known = train::data_identity(vscg::data::ave_dataset::open(dir_, options));
    return *known;
  }

 private:
  std::string dir_;
  std::map<vscg::setting, std::optional<std::uint64_t>> identities_;
};

/// What a run's log says in lines of this kind, "warning" or "error".
std::vector<std::string> told(const programs::child_command& command, const std::string& kind) {
  std::ifstream log(command.output);
  std::vector<std::string> all;
  const std::string start = "ave_train: " + kind + ": ";
  for (std::string line; std::getline(log, line);) {
    if (line.starts_with(start)) all.push_back(line.substr(start.size()));
  }
  return all;
}

/// Passes on that a run has gone on with other bits, because another build or device began it.
void pass_on_warnings(const programs::child_command& command, const std::string& name) {
  for (const std::string& text : told(command, "warning")) {
    if (text.find(" was written by another build ") != std::string::npos)
      programs::tell("ave_tables", "warning: " + name + ": " + text);
  }
}

/// Trains what is not finished. Returns the runs that failed, with their reasons.
std::vector<std::string> train_all(const std::vector<train::ave_settings>& runs, const tables_options& given) {
  std::vector<std::string> failed;
  if (runs.empty()) return failed;
  const auto program = ave_train();
  std::vector<programs::child_command> commands;
  for (const auto& s : runs) commands.push_back(command_of(program, s, given));
  const programs::stop_hold hold(
      [] { programs::tell("ave_tables", "interrupted; the same command goes on where the runs have stopped"); });
  vscg::make_folder(given.out);
  vscg::make_folder(std::filesystem::path(given.out) / "runs");
  std::size_t done = 0;
  std::printf("%zu runs to train, %zu at a time\n", runs.size(), given.jobs);
  programs::run_children(commands, given.jobs, [&](std::size_t number, const std::string& end) {
    const std::string name = runs[number].network + ", seed " + std::to_string(runs[number].seed);
    pass_on_warnings(commands[number], name);
    const auto errors = told(commands[number], "error");
    const std::string reason = end.empty() || errors.empty() ? end : errors.back();
    if (!reason.empty()) failed.push_back(name + " (" + commands[number].output.string() + "): " + reason);
    std::printf("%zu of %zu: %s%s\n", ++done, runs.size(), name.c_str(), reason.empty() ? "" : " failed");
    std::fflush(stdout);
  });
  return failed;
}

constexpr const char* extensions[] = {".md", ".csv", ".html"};

std::filesystem::path table_path(const tables_options& given, std::size_t number, const char* extension) {
  return std::filesystem::path(given.out) / ("table_" + std::to_string(number) + extension);
}

void write(const tables::table& table, const tables::all_measurements& all, const tables_options& given) {
  const tables::report_facts facts{
      options_text(given, std::to_string(table.number)), given.seeds,
      given.epochs ? std::to_string(*given.epochs) : "as many as each network's authors took",
      train::text_of(given.protocol)};
  const auto text = tables::report(table, all, facts);
  const auto with = [&](const char* extension) { return table_path(given, table.number, extension); };
  const programs::stop_hold hold;
  vscg::make_folder(given.out);
  vscg::atomic_file markdown(with(".md")), csv(with(".csv")), page(with(".html"));
  markdown.write(tables::markdown_of(text));
  csv.write(tables::csv_of(table, all));
  page.write(tables::page_of(text, table, all).text());
  vscg::atomic_file::commit_together({&markdown, &csv, &page});
  std::printf("%s\n", with(".md").c_str());
}

void run(const tables_options& given) {
  std::error_code ignored;
  if (std::filesystem::equivalent(given.out, given.data, ignored)) {
    throw vscg::expectation_error("--out", "another folder than --data", given.out);
  }
  std::vector<programs::named_file> outputs;
  for (const std::size_t number : given.tables) {
    for (const char* extension : extensions) outputs.push_back({"--out", table_path(given, number, extension)});
  }
  programs::expect_apart(programs::data_files("--data", given.data), outputs);
  std::vector<tables::table> wanted;
  for (auto& table : tables::paper_tables()) {
    if (std::find(given.tables.begin(), given.tables.end(), table.number) != given.tables.end())
      wanted.push_back(std::move(table));
  }
  const auto shown = networks_of(wanted);
  std::erase_if(wanted, [](const auto& table) { return !table.trains; });
  const auto trained = networks_of(wanted);
  expect_known(given, trained);
  const auto chosen = [&](const networks::trainable& network) {
    return given.only.empty() || std::count(given.only.begin(), given.only.end(), network.name) > 0;
  };
  for (const auto& network : trained) {
    if (chosen(network))
      programs::expect_trainable(network, given.device, precision_of(settings_of(network, 1, given), given));
  }
  programs::expect_precision(given.device, given.precision.value_or("float"));
  std::vector<train::ave_settings> to_train;
  const auto each_seed = [&](const auto& network, const auto& f) {
    for (std::uint64_t seed = 1; seed <= given.seeds; ++seed) f(settings_of(network, seed, given));
  };
  for (const auto& network : trained) {
    each_seed(network, [&](const auto& s) {
      if (chosen(network) && !tables::finished(tables::run_in(given.out, s), s)) to_train.push_back(s);
    });
  }
  // Tables of finished runs are written on any machine.
  if (!to_train.empty()) programs::expect_card(given.device, given.precision.value_or("float"));

  // Nothing starts before every run that is there is known to belong to this command.
  data_sets data(given.data);
  const auto run_of = [&](const auto& network, const auto& s) {
    return tables::run_in(given.out, s, data.identity(network.supervision));
  };
  for (const auto& network : trained) each_seed(network, [&](const auto& s) { run_of(network, s); });
  const auto failed = train_all(to_train, given);

  tables::all_measurements all;
  for (const auto& network : shown) all[network.name].network = &network;
  for (const auto& network : trained) {
    each_seed(network, [&](const auto& s) {
      const auto found = run_of(network, s);
      const bool finished = tables::finished(found, s);
      all[network.name].add(found, finished, finished ? tables::computed_on_in(given.out, s) : "");
    });
  }
  for (const auto& table : tables::paper_tables()) {
    if (std::find(given.tables.begin(), given.tables.end(), table.number) != given.tables.end())
      write(table, all, given);
  }
  if (failed.empty()) return;
  for (const std::string& one : failed) programs::tell("ave_tables", "warning: failed: " + one);
  throw vscg::expectation_error("runs", "all " + std::to_string(to_train.size()) + " to succeed",
                                std::to_string(failed.size()) + " that failed; the tables lack them");
}

}  // namespace

int main(int argc, char** argv) {
  programs::run("ave_tables", [&] {
    CLI::App app("Trains the networks of the paper's tables and writes the tables.", "ave_tables");
    tables_options given;
    programs::add_options(app, given);
    if (programs::parse(app, argc, argv)) run(given);
  });
}
